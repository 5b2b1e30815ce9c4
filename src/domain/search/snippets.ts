import { wordsOf } from './querying.ts';

/** A piece of text; `hit` is shown marked. */
export type Piece = { text: string; hit: boolean };

const AROUND = 80;
const LENGTH = 220;

/** Words to mark: an unfinished one marks what begins with it. */
export type Mark = { word: string; unfinished: boolean };

/** The text in pieces, the asked words apart; nothing is escaped here, and nothing is html. */
export function pieces(text: string, marks: readonly Mark[]): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!isMarked(word, marks)) continue;
    if (index > from) found.push({ text: text.slice(from, index), hit: false });
    found.push({ text: word, hit: true });
    from = index + word.length;
  }
  if (from < text.length) found.push({ text: text.slice(from), hit: false });
  return found;
}

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

function isMarked(word: string, marks: readonly Mark[]): boolean {
  const own = wordsOf(word);
  // A run of such characters is one word here and pairs in the index.
  if (CJK.test(word)) return own.some(pair => marks.some(mark => mark.word === pair));
  return marks.some(mark => (mark.unfinished ? own[0]?.startsWith(mark.word) : own[0] === mark.word));
}

/** A few lines around the first hit, as one line; undefined where none of the words stands. */
export function snippet(text: string, marks: readonly Mark[]): Piece[] | undefined {
  const line = text.replace(/\s+/g, ' ').trim();
  const first = [...line.matchAll(WORD)].find(({ 0: word }) => isMarked(word, marks));
  if (!first) return undefined;
  const wish = Math.max(0, first.index - AROUND);
  const start = wish === 0 ? 0 : line.indexOf(' ', wish) + 1 || wish;
  const end = Math.min(line.length, start + LENGTH);
  const cut = `${start > 0 ? '… ' : ''}${line.slice(start, end)}${end < line.length ? ' …' : ''}`;
  return pieces(cut, marks);
}
