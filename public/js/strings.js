import { find } from './page.js';

/*
 * Every word a script shows comes from the page, so that t() covers it:
 * `<template id="strings" data-close="Close" …>`, drawn by scriptStrings() in
 * src/web/rendering/script-strings.ts, which lists the keys. Values stand in braces: {number}.
 */
const words = () => find('#strings')?.dataset ?? {};

export function phrase(key, values = {}) {
  return (words()[key] ?? '').replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/** The address of the icon sprite, which carries a content hash. */
export const iconSprite = () => words().icons ?? '';

/** For Intl. The test languages (en-XA, ar-XB) accent English, so their numbers are English too. */
export const language = () => document.documentElement.lang.replace(/^\w+-X[AB]$/, 'en') || 'en';
