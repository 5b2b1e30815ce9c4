import type { Translate } from '../../platform/translating.ts';
import { attributes } from './escaping.ts';

/**
 * The words that page scripts show, as `<template id="strings" data-…>`: data, so the strict policy
 * has nothing to say to it. Scripts fill in what stands in single braces.
 */
export function scriptStrings(t: Translate, iconUrl: string): string {
  const words = {
    cancel: t('Cancel'),
    close: t('Close'),
    'draft-kept': t(
      'We could not confirm that your message was sent; check the ticket. Your text is still here.',
    ),
    'file-empty': t('This file is empty. Choose another one.'),
    'file-ready': t('{{size}}, ready', { size: '{size}' }),
    'file-remove': t('Remove {{name}}', { name: '{name}' }),
    'file-too-large': t('{{size}} is over the {{limit}} limit. Choose a smaller file.', {
      size: '{size}',
      limit: '{limit}',
    }),
    'file-too-many': t('Only {{limit}} files fit. Remove one first.', { limit: '{limit}' }),
    'go-on': t('Go on'),
    gone: t('That is no longer here. Reload the page to see what changed.'),
    'not-allowed': t('That is not possible any more. Reload the page and try again.'),
    'not-loaded': t('That did not load. Try again.'),
    offline: t('You are offline. Try again when you are back.'),
    picked: t('Selected: {{number}}', { number: '{number}' }),
    'picked-none': t('Nothing selected'),
    'time-late': t('{{time}} late', { time: '{time}' }),
    'time-left': t('{{time}} left', { time: '{time}' }),
    'too-large': t('Those files are too large together. Send them in two messages.'),
    'too-many': t('That was too often in a short time. Wait a minute and try again.'),
    undo: t('Undo'),
    unconfirmed: t('We could not confirm that; check the ticket'),
  };
  const data = Object.entries({ ...words, icons: iconUrl }).map(([key, text]) => [`data-${key}`, text]);
  return `<template id="strings"${attributes(Object.fromEntries(data))}></template>`;
}
