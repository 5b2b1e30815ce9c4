import type { FieldConflict } from './errors.ts';
import { Conflict } from './errors.ts';

/** A field as both people see it: its label, what is stored now, what this form says. */
export type Compared = [label: string, theirs: unknown, yours: unknown];

/** Refuses a form that was filled in over an older version, and says where the two differ. */
export function refuseStale(current: number, shown: number, fields: readonly Compared[]): void {
  if (current === shown) return;
  const conflicts: FieldConflict[] = fields
    .filter(([, theirs, yours]) => readable(theirs) !== readable(yours))
    .map(([field, theirs, yours]) => ({
      field,
      was: undefined,
      theirs: readable(theirs),
      yours: readable(yours),
    }));
  // The same change made twice is no conflict.
  if (conflicts.length > 0) throw new Conflict(conflicts);
}

const readable = (value: unknown) => (Array.isArray(value) ? value.join(', ') : String(value ?? '')) || '–';

/** Which fields really change, in the values the database holds. */
export function changed<T extends Record<string, unknown>>(
  from: T,
  to: Partial<T>,
): Record<string, [unknown, unknown]> {
  const pairs = Object.entries(to).filter(
    ([field, value]) => value !== undefined && !same(from[field], value),
  );
  return Object.fromEntries(pairs.map(([field, value]) => [field, [from[field], value]]));
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** A unique index found the value taken by a writer at the same moment: code 23505 of PostgreSQL. */
export const isTaken = (error: unknown, index: string) =>
  (error as { code?: string }).code === '23505' && (error as { constraint?: string }).constraint === index;
