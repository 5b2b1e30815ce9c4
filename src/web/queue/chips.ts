import type { Request } from 'express';
import type { FilterNames } from '../../domain/tickets/choices.ts';
import { type FilterKey, filterKeys } from '../../domain/tickets/filtering.ts';
import type { Priority } from '../../domain/tickets/ticket.ts';
import { priorityWord } from '../rendering/drawing.ts';
import type { ListAddress } from './address.ts';

type Words = Pick<Request, 't'>;

/** What each property is called where a list is filtered by it. */
export const filterName = ({ t }: Words, key: FilterKey): string =>
  ({
    status: t('Status'),
    priority: t('Priority'),
    team: t('Team'),
    assignee: t('Owner'),
    category: t('Category'),
    requester: t('Requester'),
    tag: t('Tag'),
    source: t('Source'),
    waiting: t('Waiting on'),
    created: t('Created'),
    updated: t('Updated'),
    file: t('Attachment'),
    following: t('Following'),
  })[key];

export const spanWord = ({ t }: Words, word: string): string =>
  ({
    today: t('Today'),
    '7d': t('Last 7 days'),
    '30d': t('Last 30 days'),
    older: t('More than 30 days ago'),
  })[word] ?? word;

export const sourceWord = ({ t }: Words, word: string): string =>
  ({
    web: t('Form'),
    email: t('Email'),
    phone: t('Phone'),
    assistant: t('Assistant'),
    api: t('Other system'),
    import: t('Import'),
  })[word] ?? word;

export const waitingWord = ({ t }: Words, word: string): string =>
  word === 'requester' ? t('Requester') : t('Somebody else');

export type Chip = { key: FilterKey; value: string; label: string };

/** The filters that are set, each with the words it shows. */
export function chipsOf(
  words: Words,
  { words: set }: Pick<ListAddress, 'words'>,
  names: FilterNames & { requester?: string },
): Chip[] {
  const { t } = words;
  const value: Record<FilterKey, (text: string) => string> = {
    status: text => t(names.status ?? text),
    priority: text => priorityWord(text as Priority, t),
    team: () => names.team ?? '–',
    assignee: text => (Number(text) === 0 ? t('Nobody') : (names.assignee ?? '–')),
    category: () => names.category ?? '–',
    requester: () => names.requester ?? '–',
    tag: text => text,
    source: text => sourceWord(words, text),
    waiting: text => waitingWord(words, text),
    created: text => spanWord(words, text),
    updated: text => spanWord(words, text),
    file: () => t('Has one'),
    following: () => t('By me'),
  };
  return filterKeys.flatMap(key => {
    const text = set[key];
    if (!text) return [];
    return {
      key,
      value: text,
      label: t('{{name}}: {{value}}', { name: filterName(words, key), value: value[key](text) }),
    };
  });
}
