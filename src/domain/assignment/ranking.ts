import { SOON_MINUTES } from '../tickets/due.ts';

export type Waiting = {
  id: number;
  number: number;
  dueAt: Date | null;
  priorityRank: number;
  createdAt: Date;
  /** A category this person has declared or worked before. */
  skill: string | null;
};

export type Because = 'overdue' | 'due' | 'priority' | 'age';
export type NextReason = { because: Because; minutes: number | null; skill: string | null; open: number };

const MINUTE = 60_000;
/** Knowing the matter is worth as much as this much less time: it decides between neighbours, never against a late reply. */
const SKILL_MINUTES = 15;
const HIGH = 3;

const minutesLeft = ({ dueAt }: Waiting, now: Date) =>
  dueAt ? Math.round((dueAt.getTime() - now.getTime()) / MINUTE) : Number.POSITIVE_INFINITY;

/** Smaller comes first, place by place: due soon by time left; then priority, then what one knows, then age. */
function rank(ticket: Waiting, now: Date): number[] {
  const left = minutesLeft(ticket, now);
  const known = ticket.skill ? 0 : 1;
  if (left <= SOON_MINUTES)
    return [
      0,
      left - (ticket.skill ? SKILL_MINUTES : 0),
      -ticket.priorityRank,
      ticket.createdAt.getTime(),
      ticket.id,
    ];
  return [1, -ticket.priorityRank, known, ticket.createdAt.getTime(), ticket.id];
}

export function byUrgency(tickets: readonly Waiting[], now: Date): Waiting[] {
  const ranked = tickets.map(ticket => ({ ticket, places: rank(ticket, now) }));
  ranked.sort((a, b) => firstDifference(a.places, b.places));
  return ranked.map(({ ticket }) => ticket);
}

function firstDifference(a: readonly number[], b: readonly number[]): number {
  for (const [i, place] of a.entries()) if (place !== b[i]) return place - (b[i] ?? 0);
  return 0;
}

/** Why this one, in the facts that a person reads. */
export function reasonFor(ticket: Waiting, now: Date, open: number): NextReason {
  const left = minutesLeft(ticket, now);
  const facts = { skill: ticket.skill, open };
  if (left <= 0) return { because: 'overdue', minutes: -left, ...facts };
  if (left <= SOON_MINUTES) return { because: 'due', minutes: left, ...facts };
  if (ticket.priorityRank >= HIGH) return { because: 'priority', minutes: null, ...facts };
  const waited = Math.round((now.getTime() - ticket.createdAt.getTime()) / MINUTE);
  return { because: 'age', minutes: waited, ...facts };
}
