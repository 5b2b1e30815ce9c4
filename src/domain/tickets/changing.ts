import type { Context, Tx } from '../context.ts';
import { Conflict, type FieldConflict, Invalid, NotFound } from '../errors.ts';
import { type Changes, recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { dueState, replyDueAt } from './due.ts';
import { partFromTarget } from './parting.ts';
import { isActive, type StatusKind, type WaitingOn } from './status.ts';
import { sameTags, tagNames } from './tag.ts';
import { lockTicket, type Priority, type Ticket } from './ticket.ts';

/** The properties a person may change. Those not named stay. */
export type TicketChanges = Partial<{
  subject: string;
  status: string;
  waitingOn: WaitingOn | null;
  priority: Priority;
  categoryId: number | null;
  teamId: number | null;
  assigneeId: number | null;
  tags: string[];
}>;

export type Verb =
  | 'changed'
  | 'assigned'
  | 'resolved'
  | 'confirmed'
  | 'reopened'
  | 'withdrawn'
  | 'closed'
  | 'auto-closed'
  | 'picked-up'
  | 'replied'
  | 'merged'
  | 'unmerged'
  | 'spam'
  | 'not-spam';

/**
 * Changes properties on behalf of somebody who works the ticket. `replaces` is what each field showed when the
 * person chose: if it changed meanwhile to something else, nothing is written and both values come back.
 */
export async function changeTicket(
  ctx: Context,
  ticket: Ticket,
  changes: TicketChanges,
  replaces: TicketChanges = {},
): Promise<Ticket> {
  authorize(ctx, 'ticket.change', ticket);
  return ctx.transaction(async tx => {
    const current = await lockTicket(tx, ticket);
    authorize(tx, 'ticket.change', current);
    refuseConflicts(current, changes, replaces);
    return applyChanges(tx, current, changes, 'changed');
  });
}

function refuseConflicts(current: Ticket, changes: TicketChanges, replaces: TicketChanges) {
  const conflicts: FieldConflict[] = [];
  for (const field of Object.keys(replaces) as (keyof TicketChanges)[]) {
    const theirs = current[field];
    if (field in changes && !same(theirs, replaces[field]) && !same(theirs, changes[field])) {
      conflicts.push({ field, was: replaces[field], theirs, yours: changes[field] });
    }
  }
  if (conflicts.length > 0) throw new Conflict(conflicts);
}

const same = (a: unknown, b: unknown) => (Array.isArray(a) && Array.isArray(b) ? sameTags(a, b) : a === b);

type Next = {
  columns: Record<string, unknown>;
  changes: Changes;
  names: Record<string, [unknown, unknown]>;
  toStatus: string | null;
};

/** One locked change = one version = one event, however many fields. Nothing changed = nothing written. */
export async function applyChanges(
  tx: Tx,
  current: Ticket,
  wanted: TicketChanges,
  verb: Verb,
  data: Record<string, unknown> = {},
): Promise<Ticket> {
  const next: Next = { columns: {}, changes: {}, names: {}, toStatus: null };
  const status = await nextStatus(tx, current, wanted, next);
  await nextOwner(tx, current, wanted, next);
  await nextCategory(tx, current, wanted, next);
  set(next, 'subject', 'subject', current.subject, wanted.subject);
  set(next, 'priority', 'priority', current.priority, wanted.priority);
  if (wanted.tags) await nextTags(tx, current, wanted.tags, next);
  if (Object.keys(next.changes).length === 0) return current;
  await nextClock(tx, current, status, wanted.priority ?? current.priority, next);
  await tx
    .db('tickets')
    .where({ id: current.id })
    .update({ ...next.columns, version: current.version + 1, updated_at: tx.now() });
  await recordEvent(
    tx,
    'ticket.changed',
    { objectType: 'ticket', objectId: current.id, label: `#${current.number}`, ticketId: current.id },
    {
      changes: next.changes,
      toStatus: next.toStatus,
      data: { verb, names: next.names, ...(next.toStatus ? { statusKind: status } : {}), ...data },
    },
  );
  if (current.mergedInto && next.columns.merged_into === null) await partFromTarget(tx, current);
  // The actor may have moved it out of their own sight; then what they saw is what they keep.
  return lockTicket(tx, current).catch(error => {
    // Any other error has broken the transaction and must not be taken for a success.
    if (!(error instanceof NotFound)) throw error;
    return { ...current, version: current.version + 1 };
  });
}

function set(
  next: Next,
  name: string,
  column: string,
  from: unknown,
  to: unknown,
  names?: [unknown, unknown],
) {
  if (to === undefined || same(to, from)) return;
  next.columns[column] = to;
  next.changes[name] = [from, to];
  if (names) next.names[name] = names;
}

type StatusRow = { key: string; kind: StatusKind; name: string };

async function nextStatus(tx: Tx, current: Ticket, wanted: TicketChanges, next: Next): Promise<StatusKind> {
  const picksUp = wanted.assigneeId && current.statusKind === 'new' && wanted.status === undefined;
  const key = wanted.status ?? (picksUp ? 'open' : current.status);
  const status: StatusRow | undefined =
    key === current.status
      ? { key, kind: current.statusKind, name: current.statusName }
      : await tx.db('statuses').where({ key }).first('key', 'kind', 'name');
  if (!status) throw new Invalid({ status: tx.t('Choose a status from the list') });
  const waitingOn = status.kind === 'waiting' ? (wanted.waitingOn ?? current.waitingOn ?? 'other') : null;
  set(next, 'status', 'status', current.status, status.key, [current.statusName, status.name]);
  set(next, 'waitingOn', 'waiting_on', current.waitingOn, waitingOn);
  if (next.changes.status) {
    next.columns.status_kind = status.kind;
    next.toStatus = status.key;
    next.columns.resolved_at =
      status.kind === 'resolved' ? tx.now() : status.kind === 'closed' ? current.resolvedAt : null;
    next.columns.closed_at = status.kind === 'closed' ? tx.now() : null;
    if (status.kind !== 'closed') next.columns.merged_into = null;
  }
  return status.kind;
}

async function nextOwner(tx: Tx, current: Ticket, wanted: TicketChanges, next: Next) {
  const teamId = wanted.teamId === undefined ? current.teamId : wanted.teamId;
  let assigneeId = wanted.assigneeId === undefined ? current.assigneeId : wanted.assigneeId;
  if (teamId !== current.teamId) {
    const team =
      teamId === null ? null : await tx.db('teams').where({ id: teamId, archived_at: null }).first('name');
    if (teamId !== null && !team) throw new Invalid({ team: tx.t('Choose a team from the list') });
    set(next, 'teamId', 'team_id', current.teamId, teamId, [current.teamName, team?.name ?? null]);
    // A new team starts without an owner, unless the change names one or the owner belongs to both.
    if (wanted.assigneeId === undefined && assigneeId && !(await mayOwn(tx, assigneeId, teamId)))
      assigneeId = null;
  }
  if (assigneeId !== current.assigneeId) {
    const name = assigneeId === null ? null : await mayOwn(tx, assigneeId, teamId);
    if (assigneeId !== null && !name) throw new Invalid({ assignee: tx.t('Choose somebody of the team') });
    const was = current.assignee ? `${current.assignee.firstName} ${current.assignee.lastName}`.trim() : null;
    set(next, 'assigneeId', 'assignee_id', current.assigneeId, assigneeId, [was, name]);
  }
}

/** The name of a coordinator who can own a ticket of that team: active, and of the team unless they work all. */
async function mayOwn(tx: Tx, userId: number, teamId: number | null): Promise<string | null> {
  const row = await tx
    .db('users as u')
    .where('u.id', userId)
    .where('u.status', 'active')
    .whereIn('u.role', ['coordinator', 'admin'])
    .where(q => {
      q.where('u.role', 'admin').orWhereRaw('?::boolean', [
        tx.settings.coordinatorsWorkAllTeams || teamId === null,
      ]);
      if (teamId !== null)
        q.orWhereExists(tx.db('team_members as m').whereRaw('m.user_id = u.id').where('m.team_id', teamId));
    })
    .first('u.first_name', 'u.last_name');
  return row ? `${row.first_name} ${row.last_name}`.trim() : null;
}

async function nextCategory(tx: Tx, current: Ticket, wanted: TicketChanges, next: Next) {
  if (wanted.categoryId === undefined || wanted.categoryId === current.categoryId) return;
  const category =
    wanted.categoryId === null
      ? null
      : await tx.db('categories').where({ id: wanted.categoryId, archived_at: null }).first('name');
  if (wanted.categoryId !== null && !category)
    throw new Invalid({ category: tx.t('Choose a category from the list') });
  set(next, 'categoryId', 'category_id', current.categoryId, wanted.categoryId, [
    current.categoryName,
    category?.name ?? null,
  ]);
}

async function nextTags(tx: Tx, current: Ticket, wanted: readonly string[], next: Next) {
  const names = tagNames(wanted, tx.t);
  set(next, 'tags', 'tags', current.tags, names);
  if (!next.changes.tags || names.length === 0) return;
  // A name that is known already is not touched, so that two tickets given the same tag never wait for each other.
  await tx
    .db('tags')
    .insert(names.map(name => ({ name })))
    .onConflict('name')
    .ignore();
}

/**
 * A ticket that is not being worked owes no reply; a new priority moves the due time with it. One that is taken up
 * again owes one if the requester spoke last: putting it on hold did not answer them.
 */
async function nextClock(tx: Tx, current: Ticket, status: StatusKind, priority: Priority, next: Next) {
  const worked = isActive(status) && status !== 'waiting';
  const takenUp = worked && current.statusKind === 'waiting';
  const owes = worked && (current.needsReply || (takenUp && (await requesterSpokeLast(tx, current))));
  let dueAt = owes ? (current.dueAt ?? replyDueAt(current.priority, tx.now(), tx.settings)) : null;
  if (dueAt && priority !== current.priority) {
    const since = new Date(dueAt.getTime() - tx.settings.replyMinutes[current.priority] * 60_000);
    dueAt = replyDueAt(priority, since, tx.settings);
  }
  next.columns.needs_reply = owes;
  next.columns.due_at = dueAt;
  next.columns.due_state = dueState(dueAt, tx.now());
}

async function requesterSpokeLast(tx: Tx, { id, requesterId }: Ticket): Promise<boolean> {
  const last = await tx
    .db('comments')
    .where({ ticket_id: id, kind: 'reply' })
    .orderBy('id', 'desc')
    .first<{ author_id: number | null } | undefined>('author_id');
  return last?.author_id === requesterId;
}
