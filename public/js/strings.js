import { find } from './page.js';

/*
 * Every word a script shows comes from the page, so that t() covers it:
 * `<template id="strings" data-close="Close" …>`, drawn by scriptStrings() in
 * src/web/rendering/script-strings.ts, which lists the keys. Values stand in braces: {count}.
 */
const words = () => find('#strings')?.dataset ?? {};

export function phrase(key, values = {}) {
  return (words()[key] ?? '').replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/** The address of the icon sprite, which carries a content hash. */
export const iconSprite = () => words().icons ?? '';

export const language = () => document.documentElement.lang || 'en';
