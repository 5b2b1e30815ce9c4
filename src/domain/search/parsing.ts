import { type DateRange, dateRange } from './date-ranges.ts';
import { wordsOf } from './querying.ts';

/** Words that stand together (one word, a "phrase", the parts of e-mail); `unfinished`: the last may go on. */
export type Term = { words: string[]; not: boolean; unfinished: boolean };

export const flags = ['overdue', 'open', 'closed', 'unassigned', 'mine', 'waiting'] as const;
export type Flag = (typeof flags)[number];

export const named = ['status', 'priority', 'category', 'team', 'assignee', 'requester', 'tag'] as const;
export type Named = (typeof named)[number];
export const operators = [...named, 'created', 'updated', 'has', 'is'] as const;
export type Operator = (typeof operators)[number];

export type Filter =
  | { on: Named; value: string; not: boolean }
  | { on: 'created' | 'updated'; range: DateRange; not: boolean }
  | { on: 'has'; value: 'attachment'; not: boolean }
  | { on: 'is'; value: Flag; not: boolean };

/** What was not understood, for a line on the page. */
export type Hint =
  | { about: 'operator'; text: string }
  | { about: 'value'; operator: Operator; text: string }
  | { about: 'empty'; operator: Operator };

export type Asked = { terms: Term[]; filters: Filter[]; hints: Hint[]; number?: number };

const MAX_TEXT = 200;
const MAX_TERMS = 12;
const MAX_FILTERS = 10;
const PART = /(-?)(?:(\p{L}{2,20}):)?(?:"([^"]*)"|([^\s"]+))/gu;

/** What a person typed, taken apart. Whatever it is, it means something: nothing here throws. */
export function parseSearch(text: string, now: Date = new Date()): Asked {
  const typed = text.slice(0, MAX_TEXT);
  const asked: Asked = { terms: [], filters: [], hints: [] };
  const number = typed.trim().match(/^#?(\d{1,12})$/)?.[1];
  if (number) asked.number = Number(number);
  const parts = [...typed.matchAll(PART)];
  parts.forEach((part, i) => {
    const last = i === parts.length - 1 && part[3] === undefined && !/\s$/.test(typed);
    take(asked, part, { last, now });
  });
  return asked;
}

type Place = { last: boolean; now: Date };

function take(asked: Asked, part: RegExpMatchArray, place: Place): void {
  const [whole, minus = '', name, quoted, bare] = part;
  const said = { ...place, not: minus === '-' };
  const begun = bare?.match(/^(\p{L}+):$/u)?.[1]?.toLowerCase();
  const value = (quoted ?? bare ?? '').trim();
  const operator = name?.toLowerCase();
  if (begun && isOperator(begun)) hint(asked, { about: 'empty', operator: begun });
  else if (operator === undefined) addWords(asked, value, said);
  else if (isOperator(operator)) takeFilter(asked, operator, value, said);
  else {
    // An address is no operator, and nothing to wonder about.
    if (!value.startsWith('//')) hint(asked, { about: 'operator', text: `${name}:` });
    addWords(asked, whole.slice(minus.length), said);
  }
}

type Said = Place & { not: boolean };

function takeFilter(asked: Asked, operator: Operator, value: string, said: Said): void {
  const filter = value === '' ? undefined : filterOf(operator, value, said);
  if (filter && asked.filters.length < MAX_FILTERS) asked.filters.push(filter);
  if (filter) return;
  if (value === '') {
    hint(asked, { about: 'empty', operator });
    return;
  }
  hint(asked, { about: 'value', operator, text: value });
  addWords(asked, value, said);
}

function filterOf(
  on: Operator,
  value: string,
  { not, now }: { not: boolean; now: Date },
): Filter | undefined {
  const plain = value.toLowerCase();
  if (on === 'created' || on === 'updated') {
    const range = dateRange(plain, now);
    return range && { on, range, not };
  }
  if (on === 'has') return /^(attachment|file)s?$/.test(plain) ? { on, value: 'attachment', not } : undefined;
  if (on === 'is') return isFlag(plain) ? { on, value: plain, not } : undefined;
  return { on, value: value.slice(0, 120), not };
}

function addWords(asked: Asked, text: string, { last, not }: Said): void {
  const words = wordsOf(text);
  if (words.length === 0 || asked.terms.length >= MAX_TERMS) return;
  asked.terms.push({ words: words.slice(0, 40), not, unfinished: last });
}

function hint(asked: Asked, text: Hint): void {
  if (asked.hints.length < 3) asked.hints.push(text);
}

export const isOperator = (text: string): text is Operator => (operators as readonly string[]).includes(text);
const isFlag = (text: string): text is Flag => (flags as readonly string[]).includes(text);

/** One word of letters, long enough that another can be like it. */
export const isSpelled = ({ words, not }: Term): boolean =>
  !not && words.length === 1 && /^\p{L}{4,30}$/u.test(words[0]!);

/** Whether there is anything to look for at all: only words that must not be there find nothing. */
export const findsSomething = ({ terms, filters }: Asked): boolean =>
  filters.length > 0 || terms.some(term => !term.not);

/** A term as a tsquery. Its words are letters and digits only, so there is nothing to escape. */
export function termQuery({ words, unfinished }: Term): string {
  const lexemes = words.map((word, i) => `'${word}'${unfinished && i === words.length - 1 ? ':*' : ''}`);
  return lexemes.length > 1 ? `(${lexemes.join(' <-> ')})` : lexemes[0]!;
}

/** All that must be there, and nothing of what must not. Undefined if no word must be there. */
export function allOf(terms: readonly Term[]): string | undefined {
  if (!terms.some(term => !term.not)) return undefined;
  return terms.map(term => (term.not ? `!${termQuery(term)}` : termQuery(term))).join(' & ');
}

/** Any of the words, and nothing of what must not be there. */
export function anyOf(terms: readonly Term[]): string | undefined {
  const wanted = terms.filter(term => !term.not);
  if (wanted.length < 2) return undefined;
  const unwanted = terms.filter(term => term.not).map(term => ` & !${termQuery(term)}`);
  return `(${wanted.map(termQuery).join(' | ')})${unwanted.join('')}`;
}
