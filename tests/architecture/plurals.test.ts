import { describe, expect, test } from 'vitest';
import { createTranslator } from '../../src/platform/translating.ts';
import { filesIn, read } from './files.ts';

/** `t('…{{count}}…'` with either quote, also broken over lines; in views, mails and code. */
const KEY = /\bt\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`([^`$]*)`)/g;

const keys = new Map<string, string>();
for (const file of [...filesIn('src', '.ts'), ...filesIn('views', '.ejs')]) {
  for (const found of read(file).matchAll(KEY)) {
    const key = (found[1] ?? found[2] ?? found[3] ?? '').replace(/\\(.)/g, '$1');
    if (key.includes('{{count}}')) keys.set(key, file);
  }
}
const english = JSON.parse(read('locales/en.json')) as Record<string, string>;
const forms = new Intl.PluralRules('en').resolvedOptions().pluralCategories; // one, other

describe(`the ${keys.size} texts with a number in them`, () => {
  test('are found', () => {
    expect(keys.size).toBeGreaterThan(20);
    expect([...keys.keys()]).toContain('{{count}} tickets wait for your answer.');
  });

  test('have a singular and a plural each', () => {
    const wanted = [...keys].flatMap(([key, file]) => forms.map(form => ({ file, key: `${key}_${form}` })));
    expect(wanted.filter(({ key }) => !english[key])).toEqual([]);
  });

  test('stand in the list of plurals only while they are used', () => {
    const stems = Object.keys(english).map(key => key.replace(/_(one|other)$/, ''));
    expect(stems.filter(stem => stem.includes('{{count}}') && !keys.has(stem))).toEqual([]);
  });
});

test('a plural of the list reads like its key, and every other value of the text stays in both', () => {
  for (const [key, text] of Object.entries(english)) {
    const stem = key.replace(/_(one|other)$/, '');
    if (key.endsWith('_other')) expect(text).toBe(stem);
    const others = (stem.match(/\{\{\w+\}\}/g) ?? []).filter(value => value !== '{{count}}');
    for (const value of others) expect(text, key).toContain(value);
  }
});

test('one is singular when it is read', async () => {
  const t = (await createTranslator()).forLocale('en');
  const says = (count: number) => t('{{count}} tickets wait for your answer.', { count });
  expect(says(1)).toBe('One ticket waits for your answer.');
  expect(says(2)).toBe('2 tickets wait for your answer.');
  expect(says(0)).toBe('0 tickets wait for your answer.');
});
