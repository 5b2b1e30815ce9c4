import type { Context } from '../context.ts';
import type { Knowledge } from './lexicon.ts';

type Word = { word: string; unfinished: boolean; spelled: boolean };

const KEPT_MS = 60_000;
const MOST = 2_000;
const kept = new WeakMap<object, Map<string, Knowledge & { until: number }>>();

/**
 * What the lexicon said of a word, for a minute: as long as its fold leaves it as it is. It only chooses the way to the
 * hits and the words to try, never a hit, so nothing depends on its being fresh, or on whose search asked first.
 */
export function recalled(ctx: Context, word: Word): Knowledge | undefined {
  const found = of(ctx).get(keyOf(word));
  return found && found.until > ctx.now().getTime() ? found : undefined;
}

export function learnt(ctx: Context, word: Word, knowledge: Knowledge): void {
  const words = of(ctx);
  if (words.size >= MOST) words.clear();
  words.set(keyOf(word), { ...knowledge, until: ctx.now().getTime() + KEPT_MS });
}

export const forget = (ctx: Context): void => of(ctx).clear();

const keyOf = ({ word, unfinished, spelled }: Word) => `${word}${unfinished ? '*' : ''}${spelled ? '~' : ''}`;

/** One memory a database: a transaction shares its pool's. */
function of({ db }: Context) {
  const config: object = db.client.config;
  const words = kept.get(config) ?? new Map<string, Knowledge & { until: number }>();
  kept.set(config, words);
  return words;
}
