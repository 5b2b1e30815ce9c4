/** A hit with how much each term says in it (0: nothing), where that was asked for; newest first. */
export type Weighed = { id: number; weights?: readonly number[] };

/**
 * Best first, as BM25 has it: a term that few of the hits say counts more than one that most say, and the tenth
 * mention adds little. How rare a term is comes from these hits alone, which the person may all see, so that the
 * order tells nothing of the rest. Of equals, the newer one.
 */
export function ranked(hits: readonly Weighed[]): number[] {
  const terms = hits[0]?.weights?.length ?? 0;
  const rarity = Array.from({ length: terms }, (_, term) => {
    const saying = hits.filter(hit => (hit.weights?.[term] ?? 0) > 0).length;
    return Math.log(1 + (hits.length - saying + 0.5) / (saying + 0.5));
  });
  const score = ({ weights = [] }: Weighed) =>
    weights.reduce((sum, weight, term) => sum + (rarity[term]! + 0.1) * (weight / (weight + HALF)), 0);
  return hits
    .map((hit, place) => ({ id: hit.id, place, score: Math.round(score(hit) * 1e6) }))
    .sort((a, b) => b.score - a.score || a.place - b.place)
    .map(hit => hit.id);
}

/** The weight at which a term counts half of what it ever can. */
const HALF = 0.15;
