import type { Then } from '../tickets/commenting.ts';
import type { WaitingOn } from '../tickets/status.ts';
import type { Priority } from '../tickets/ticket.ts';

/** What can be done to many tickets at once, and what each act needs to know. */
export type BulkParameters = {
  assign: { assigneeId: number | null };
  status: { status: string; waitingOn: WaitingOn | null };
  priority: { priority: Priority };
  category: { categoryId: number | null };
  team: { teamId: number | null };
  'add-tags': { tags: string[] };
  'remove-tags': { tags: string[] };
  reply: { body: string; then: Then };
  note: { body: string };
  solve: Record<string, never>;
  close: Record<string, never>;
  spam: Record<string, never>;
  follow: Record<string, never>;
  macro: { macroId: number };
  /** `acrossRequesters`: somebody knows that tickets of several people become one. */
  merge: { targetId: number; acrossRequesters: boolean };
};

export type BulkAct = keyof BulkParameters;
export type BulkTask = { [A in BulkAct]: { act: A; parameters: BulkParameters[A] } }[BulkAct];

/** Putting back what another run did. */
export type UndoTask = { act: 'undo'; parameters: Record<string, never> };

/** A message that was sent cannot be taken back, so undoing leaves these alone. */
const FOR_GOOD: readonly string[] = ['reply', 'note', 'undo'];
export const canBeUndone = (act: string) => !FOR_GOOD.includes(act);

/** Tickets of one run at most. */
export const MAX_TICKETS = 5_000;
/** So many are done while the person waits; more are left to the worker. */
export const AT_ONCE = 20;
export const UNDO_HOURS = 24;

/** Why a ticket stays as it is. */
export type Reason =
  | 'same'
  | 'closed'
  | 'solved'
  | 'not-found'
  | 'not-yours'
  | 'not-of-team'
  | 'too-many-tags'
  | 'target'
  | 'merged'
  | 'two-people'
  | 'invalid'
  | 'changed-since'
  | 'partly'
  | 'failed';
