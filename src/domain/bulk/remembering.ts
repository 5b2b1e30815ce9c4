import type { TicketChanges } from '../tickets/changing.ts';
import { sameTags } from '../tickets/tag.ts';
import type { Ticket } from '../tickets/ticket.ts';

/** What a run keeps of a ticket: the fields it changed, as they were and as it left them. */
export type Remembered = Partial<{
  status: string;
  waitingOn: Ticket['waitingOn'];
  priority: Ticket['priority'];
  categoryId: number | null;
  teamId: number | null;
  assigneeId: number | null;
  tags: string[];
  spam: boolean;
  following: boolean;
  /** The number of the ticket it was merged into. */
  mergedInto: number | null;
  /** When a reply was due, where the act stopped that clock; an instant. */
  dueAt: string | null;
}>;

const PROPERTIES = ['status', 'waitingOn', 'priority', 'categoryId', 'teamId', 'assigneeId', 'tags'] as const;

export const remember = (ticket: Ticket): Remembered => ({
  status: ticket.status,
  waitingOn: ticket.waitingOn,
  priority: ticket.priority,
  categoryId: ticket.categoryId,
  teamId: ticket.teamId,
  assigneeId: ticket.assigneeId,
  tags: ticket.tags,
  spam: ticket.spamAt !== null,
  following: ticket.following,
  mergedInto: ticket.mergedInto,
  dueAt: ticket.dueAt?.toISOString() ?? null,
});

const same = (a: unknown, b: unknown) => (Array.isArray(a) && Array.isArray(b) ? sameTags(a, b) : a === b);

/** The fields that differ, each as it was and as it is. */
export function difference(was: Remembered, is: Remembered): { before: Remembered; after: Remembered } {
  const changed = (Object.keys(was) as (keyof Remembered)[]).filter(field => !same(was[field], is[field]));
  const only = (from: Remembered): Remembered =>
    Object.fromEntries(changed.map(field => [field, from[field]]));
  return { before: only(was), after: only(is) };
}

/**
 * What putting back comes to: the fields that still have the value the run gave them, and whether others were
 * changed since. What a status waits for goes with the status.
 */
export function puttingBack(
  before: Remembered,
  after: Remembered,
  now: Remembered,
): { changes: TicketChanges; spam: boolean; following: boolean; dueAt: Date | null; lost: number } {
  const fields = (Object.keys(after) as (keyof Remembered)[]).filter(field => field !== 'dueAt');
  const kept = fields.filter(field => same(now[field], after[field]));
  const isStatus = !fields.includes('status') || kept.includes('status');
  const back = kept.filter(field => field !== 'waitingOn' || isStatus);
  const changes = Object.fromEntries(
    PROPERTIES.filter(field => back.includes(field)).map(field => [field, before[field]]),
  );
  return {
    changes,
    spam: back.includes('spam'),
    following: back.includes('following'),
    dueAt: before.dueAt && after.dueAt === null && isStatus && !now.dueAt ? new Date(before.dueAt) : null,
    lost: fields.length - back.length,
  };
}
