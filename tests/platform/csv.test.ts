import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { csvLine } from '../../src/platform/csv.ts';

test.each([
  '=HYPERLINK("http://evil.example")',
  '+1+1',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  ' =1',
  '\u00a0=1',
  '＝1',
  '\r=1',
])('a formula %j is only text in a spreadsheet', formula => {
  const [[cell = '']] = parse(csvLine([formula]), { relax_quotes: false }) as [string[]];
  expect(cell.startsWith("'")).toBe(true);
  expect(cell.slice(1)).toBe(formula);
});

test('quotes, separators and line ends come back as they were', () => {
  const values = ['say "hi"', 'a,b;c', 'two\nlines', 'plain', 'Ana Petrović', 'ends\r\nso'];
  expect(parse(csvLine(values))).toEqual([values]);
});

test('numbers, dates and nothing are written plainly', () => {
  expect(csvLine([-5, 0, new Date('2026-03-02T09:00:00Z'), null, undefined, true])).toBe(
    '-5,0,2026-03-02T09:00:00.000Z,,,true\r\n',
  );
});
