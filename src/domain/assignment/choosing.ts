import type { Presence } from './presence.ts';

export const methods = ['off', 'round-robin', 'least-loaded'] as const;
export type Method = (typeof methods)[number];

export type Rule = {
  method: Method;
  /** Whoever handled the requester's last ticket within so many days comes first. */
  stickyDays: number | null;
  /** Open tickets one person may be given. */
  maxOpen: number | null;
  /** Hours away after which a waiting requester's ticket goes back to the team. */
  awayHours: number | null;
};

export type Reason = 'round-robin' | 'least-loaded' | 'sticky';

export type Candidate = { id: number; presence: Presence; open: number; turn: number };

/** Who may be given a ticket now. */
export const freeMembers = <C extends Candidate>(members: readonly C[], { maxOpen }: Pick<Rule, 'maxOpen'>) =>
  members.filter(member => member.presence === 'present' && (maxOpen === null || member.open < maxOpen));

/**
 * Who is next of those who are free: the person the requester knows, or by the team's method. A turn long ago
 * comes before a recent one, so who was away for a week gets one ticket of the next round, not all that were missed.
 */
export function chooseMember<C extends Candidate>(
  method: Method,
  free: readonly C[],
  knownId?: number,
): { member: C; reason: Reason } | undefined {
  if (method === 'off') return undefined;
  const known = free.find(({ id }) => id === knownId);
  if (known) return { member: known, reason: 'sticky' };
  const byTurn = (a: C, b: C) => a.turn - b.turn || a.id - b.id;
  const order = method === 'round-robin' ? byTurn : (a: C, b: C) => a.open - b.open || byTurn(a, b);
  const [member] = [...free].sort(order);
  return member && { member, reason: method };
}
