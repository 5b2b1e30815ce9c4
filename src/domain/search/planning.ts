import type { Frequencies } from './lexicon.ts';
import { allOf, type Term } from './parsing.ts';

/** The walk through the newest never goes further back than this, whatever the words. */
export const FARTHEST = 30_000;
/** What one document costs to read, beside one entry of the index: measured, and only their ratio counts. */
const READ = 1;
const ENTRY = 0.03;

export type Way =
  /** The index collects all that match: for rare words. */
  | { by: 'index' }
  /** The newest tickets are read one by one until the page is full: for common words. */
  | { by: 'walk'; back: number };

/**
 * Which way costs less, from how often each word stands anywhere. Words are taken as independent; a wrong guess
 * costs time, never a hit. `share` is how much of all documents the index would have to hand out.
 */
export function wayFor(terms: readonly Term[], frequencies: Frequencies, wanted: number, share = 1): Way {
  const { total, of } = frequencies;
  const positive = terms.filter(term => !term.not);
  if (positive.length === 0) return { by: 'walk', back: FARTHEST };
  const counts = positive.map(term => Math.min(of.get(term) ?? 0, total));
  const rarest = Math.min(...counts);
  const together = counts.reduce((n, count) => (n * count) / total, total);
  // An unfinished word is collected whole before anything narrows it.
  const unfinished = positive.findIndex(term => term.unfinished);
  const entries = Math.max(rarest, unfinished < 0 ? 0 : counts[unfinished]!);
  const byIndex = together * share * READ + entries * ENTRY;
  const far = Math.min(total, (wanted * total) / Math.max(together, 1));
  if (far > FARTHEST || far * READ >= byIndex) return { by: 'index' };
  return { by: 'walk', back: stepAfter(far * 4) };
}

/** In few steps, so that walks are few statements. */
const stepAfter = (far: number) => Math.min(FARTHEST, 500 * 2 ** Math.ceil(Math.log2(far / 500 + 1)));

/** Like `wayFor`, for any of the words instead of all. */
export function wayForAny(terms: readonly Term[], { total, of }: Frequencies, wanted: number): Way {
  const either = terms.filter(term => !term.not).reduce((n, term) => n + (of.get(term) ?? 0), 0);
  const far = (wanted * total) / Math.max(either, 1);
  if (far > FARTHEST || far >= either) return { by: 'index' };
  return { by: 'walk', back: stepAfter(far * 4) };
}

export const isSearchable = (terms: readonly Term[]) => allOf(terms) !== undefined;
