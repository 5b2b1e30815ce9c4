import type { Context } from '../context.ts';
import type { Narrowing } from './filtering.ts';
import { type Frequencies, frequenciesOf, similarWords } from './lexicon.ts';
import { find } from './matching.ts';
import { isSpelled, type Term, termQuery } from './parsing.ts';
import { wayFor } from './planning.ts';

export type Correction = { from: string; to: string };

const NONE: Narrowing = { where: 'true', values: {}, hints: [], nothing: false };

/**
 * Words that nobody wrote, each with the likest one that somebody did. Both are said of what the person may see
 * alone: a word counts as written only if they have a ticket with it, and is offered only if they have one. `unseen`
 * is a term that was just looked for, alone and in vain.
 */
export async function corrections(
  ctx: Context,
  terms: readonly Term[],
  { similar, unseen }: { similar: Frequencies['similar']; unseen?: Term | undefined },
): Promise<Map<Term, Correction>> {
  const found = new Map<Term, Correction>();
  const doubtful = terms.filter(isSpelled).slice(0, 3);
  for (const term of doubtful) {
    if (term !== unseen && (await isSeen(ctx, term))) continue;
    const to = await likeness(ctx, similar.get(term) ?? (await similarWords(ctx.db, term.words[0]!)));
    if (to) found.set(term, { from: term.words[0]!, to });
  }
  return found;
}

async function likeness(ctx: Context, similar: readonly string[]): Promise<string | undefined> {
  for (const word of similar) {
    if (await isSeen(ctx, { words: [word], not: false, unfinished: false })) return word;
  }
  return undefined;
}

async function isSeen(ctx: Context, term: Term): Promise<boolean> {
  const way = wayFor([term], await frequenciesOf(ctx, [term]), 1);
  return (await find(ctx, { wanted: termQuery(term), filter: NONE, way, limit: 1 })).length > 0;
}

export const corrected = (terms: readonly Term[], by: ReadonlyMap<Term, Correction>): Term[] =>
  terms.map(term => {
    const to = by.get(term)?.to;
    return to ? { words: [to], not: false, unfinished: false } : term;
  });
