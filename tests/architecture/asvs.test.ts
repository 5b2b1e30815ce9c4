import { expect, test } from 'vitest';
import { isThere, read } from './files.ts';

const table = read('docs/asvs.md');
/** The three cells of each line. */
const rows = [...table.matchAll(/^\| (\d[\d., –]*) \| (.+?) \| (.+) \|$/gm)].map(found => found.slice(1));
/** Code marks around something with an ending, or one of the files that have none. An address begins with a slash. */
const FILE = /`((?!\/)[\w./-]+\.(?:ts|js|ejs|md|json|yml|example)|Dockerfile|\.dockerignore|\.ci\/run)`/g;
const filesOf = (text: string) => [...text.matchAll(FILE)].map(([, file = '']) => file);

test('every file that the table names is there', () => {
  const named = filesOf(table);
  expect(named.length).toBeGreaterThan(200);
  expect(named.filter(file => !isThere(file))).toEqual([]);
});

test('every line is a test, a file, not applicable or open', () => {
  const states = /^(not applicable: |open: )/;
  const wrong = rows.filter(([, , how = '']) => !states.test(how) && filesOf(how).length === 0);
  expect(wrong).toEqual([]);
});

test('the 253 requirements of levels 1 and 2 stand there once', () => {
  const ids = rows.flatMap(([id = '']) => id.split(', ').flatMap(each));
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  expect(ids).toHaveLength(253);
});

/** "4.4.1–4.4.4" are four. */
function each(range: string): string[] {
  const [from = '', to = from] = range.split('–');
  const section = from.slice(0, from.lastIndexOf('.') + 1);
  const last = (id: string) => Number(id.slice(id.lastIndexOf('.') + 1));
  return Array.from({ length: last(to) - last(from) + 1 }, (_, i) => `${section}${last(from) + i}`);
}
