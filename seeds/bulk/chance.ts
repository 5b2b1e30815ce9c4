/**
 * The n-th draw of row i, 0 ≤ x < 1: a hash, not a stream. So each pass over the rows (tickets, comments, events,
 * documents) meets the same fates again without keeping any of them in memory, and every run makes the same data.
 */
export function chance(i: number, n: number): number {
  let h = Math.imul(i + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(n + 0x7f4a7c15, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return ((h ^ (h >>> 16)) >>> 0) / 4_294_967_296;
}

/** A whole number below `count`; `skew` above 1 prefers the low ones. */
export const pick = (i: number, n: number, count: number, skew = 1) =>
  Math.floor(count * (skew === 1 ? chance(i, n) : chance(i, n) ** skew));
