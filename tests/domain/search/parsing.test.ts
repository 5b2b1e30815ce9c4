import { describe, expect, test } from 'vitest';
import { allOf, anyOf, parseSearch } from '../../../src/domain/search/parsing.ts';

const now = new Date('2026-11-21T12:00:00Z');
const parse = (text: string) => parseSearch(text, now);

describe('words', () => {
  test.each([
    ['printer', "'printer':*"],
    ['printer ', "'printer'"],
    ['printer paper', "'printer' & 'paper':*"],
    ['"paper jam"', "('paper' <-> 'jam')"],
    ['printer -scanner', "'printer' & !'scanner':*"],
    ['-"paper jam" printer ', "!('paper' <-> 'jam') & 'printer'"],
    ['e-mail ', "('e' <-> 'mail')"],
    ['"never closed', "'never' & 'closed':*"],
    ['Köln', "'koln':*"],
    ['-only', undefined],
    ['', undefined],
    ["' | !* & <-> :* \\", undefined],
  ])('%s', (text, query) => expect(allOf(parse(text).terms)).toBe(query));

  test('some of the words, but nothing of what must not be there', () => {
    expect(anyOf(parse('printer paper -ink ').terms)).toBe("('printer' | 'paper') & !'ink'");
    expect(anyOf(parse('printer').terms)).toBeUndefined();
  });
});

describe('operators', () => {
  test.each([
    ['status:open', { on: 'status', value: 'open', not: false }],
    ['STATUS:Open', { on: 'status', value: 'Open', not: false }],
    ['-tag:vip', { on: 'tag', value: 'vip', not: true }],
    ['requester:"Anna Adams"', { on: 'requester', value: 'Anna Adams', not: false }],
    ['assignee:me', { on: 'assignee', value: 'me', not: false }],
    ['is:overdue', { on: 'is', value: 'overdue', not: false }],
    ['has:attachments', { on: 'has', value: 'attachment', not: false }],
    ['created:2026-11', { on: 'created', range: { from: '2026-11-01', to: '2026-12-01' }, not: false }],
    ['created:2026', { on: 'created', range: { from: '2026-01-01', to: '2027-01-01' }, not: false }],
    ['created:>2026-01-01', { on: 'created', range: { from: '2026-01-02' }, not: false }],
    ['created:>=2026-01-01', { on: 'created', range: { from: '2026-01-01' }, not: false }],
    ['updated:<2026-03', { on: 'updated', range: { to: '2026-03-01' }, not: false }],
    ['updated:7d', { on: 'updated', range: { since: new Date('2026-11-14T12:00:00Z') }, not: false }],
    ['updated:>2w', { on: 'updated', range: { until: new Date('2026-11-07T12:00:00Z') }, not: false }],
    [
      'created:2026-01..2026-03',
      { on: 'created', range: { from: '2026-01-01', to: '2026-04-01' }, not: false },
    ],
    ['created:today', { on: 'created', range: { from: '2026-11-21', to: '2026-11-22' }, not: false }],
  ])('%s', (text, filter) => {
    expect(parse(text)).toEqual({ terms: [], filters: [filter], hints: [] });
  });

  test.each([
    ['colour:red', [{ about: 'operator', text: 'colour:' }]],
    ['is:purple', [{ about: 'value', operator: 'is', text: 'purple' }]],
    ['created:2026-13', [{ about: 'value', operator: 'created', text: '2026-13' }]],
    ['created:2026-02-30', [{ about: 'value', operator: 'created', text: '2026-02-30' }]],
    ['has:wings', [{ about: 'value', operator: 'has', text: 'wings' }]],
  ])('%s is searched as words, and says so', (text, hints) => {
    const asked = parse(text);
    expect(asked.filters).toEqual([]);
    expect(asked.terms).toHaveLength(1);
    expect(asked.hints).toEqual(hints);
  });

  test('one that is just being typed is left out; an address is no operator', () => {
    expect(parse('printer status:')).toMatchObject({
      terms: [{ words: ['printer'] }],
      hints: [{ about: 'empty', operator: 'status' }],
    });
    expect(parse('https://example.com').hints).toEqual([]);
  });
});

test('a number is a ticket, and a word too', () => {
  expect(parse('#1042')).toMatchObject({ number: 1042, terms: [{ words: ['1042'] }] });
  expect(parse('1042').number).toBe(1042);
  expect(parse('1042 printer').number).toBeUndefined();
});

test('whatever is typed is bounded, and nothing throws', () => {
  const odd = [
    '"',
    '-',
    '--',
    ':',
    'a:b:c',
    '""',
    '-""',
    'status:""',
    '\u0000',
    '🦓:🦓',
    '"a" "',
    'created:>',
  ];
  for (const text of [...odd, 'x '.repeat(500), 'status:a '.repeat(100), '"'.repeat(199), ':'.repeat(199)]) {
    const asked = parse(text);
    expect(asked.terms.length).toBeLessThanOrEqual(12);
    expect(asked.filters.length).toBeLessThanOrEqual(10);
    expect(asked.hints.length).toBeLessThanOrEqual(3);
  }
});
