import { personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid } from '../errors.ts';
import { authorize } from '../policies.ts';
import { applyChanges } from './changing.ts';
import { dueState } from './due.ts';
import { lockBoth } from './locking.ts';
import { type Before, recordMerge } from './parting.ts';
import type { PersonName, Ticket } from './ticket.ts';
import { letIn } from './watching.ts';

export const UNDO_HOURS = 24;

export type MergeOptions = {
  /** Colleagues who watch the source watch the target too. */
  withWatchers?: boolean;
  /** The source's requester watches the target: they read everything that was said to its requester. */
  withRequester?: boolean;
  /** Somebody has read who will see what; without it tickets of two requesters stay two. */
  acrossRequesters?: boolean;
};

/**
 * The source closes and points to the target, where the work goes on. Its messages stay its own: the target's page
 * shows them to whoever may read them on the source (timeline.ts). An answer it owed is owed by the target.
 */
export async function mergeTickets(
  ctx: Context,
  source: Ticket,
  target: Ticket,
  options: MergeOptions = {},
): Promise<Ticket> {
  authorize(ctx, 'ticket.change', source);
  authorize(ctx, 'ticket.change', target);
  return ctx.transaction(async tx => {
    const { from, into } = await lockBoth(tx, source, target);
    authorize(tx, 'ticket.change', from);
    authorize(tx, 'ticket.change', into);
    refuseMerge(tx, from, into, options);
    const carried = await carryPeople(tx, from, into, options);
    const kept = await handOverClock(tx, from, into);
    const data = { mergedInto: into.number };
    const closed = await applyChanges(tx, from, { status: 'closed' }, 'merged', data);
    await tx.db('tickets').where({ id: from.id }).update({ merged_into: into.id });
    await tx.db('ticket_merges').insert({
      source_id: from.id,
      target_id: into.id,
      merged_by: personId(tx.actor),
      merged_at: tx.now(),
      source_before: JSON.stringify(beforeOf(from, closed.version)),
      target_before: JSON.stringify(beforeOf(into, kept.version)),
      carried,
    });
    await recordMerge(tx, 'ticket.merged', into, from);
    return { ...closed, mergedInto: into.number };
  });
}

/** Why these two cannot become one, in words; undefined if they can. */
export function whyNotMerge(ctx: Context, source: Ticket, target: Ticket): string | undefined {
  const { t } = ctx;
  if (source.id === target.id) return t('A ticket cannot be merged into itself');
  if (source.mergedInto)
    return t('#{{number}} is merged already, into #{{other}}', {
      number: source.number,
      other: source.mergedInto,
    });
  if (target.mergedInto)
    return t('#{{number}} is merged itself. Merge into #{{other}} instead', {
      number: target.number,
      other: target.mergedInto,
    });
  if (source.statusKind === 'closed')
    return t('#{{number}} is closed. Reopen it before you merge it', { number: source.number });
  if (target.statusKind === 'closed')
    return t('#{{number}} is closed. Reopen it, or choose another ticket', { number: target.number });
  if (source.spamAt || target.spamAt) return t('A ticket marked as spam cannot be merged');
  return undefined;
}

function refuseMerge(tx: Tx, from: Ticket, into: Ticket, options: MergeOptions) {
  const why = whyNotMerge(tx, from, into);
  if (why) throw new Invalid({ into: why });
  if (from.requesterId !== into.requesterId && !options.acrossRequesters)
    throw new Invalid({
      understood: tx.t('These are tickets of two people. Confirm that you know who will see what'),
    });
}

/** Returns whom the target got, for an undo. Nobody gains or loses anything on the source. */
async function carryPeople(tx: Tx, from: Ticket, into: Ticket, options: MergeOptions): Promise<number[]> {
  const { rows } = await tx.db.raw<{ rows: PersonName[] }>(
    `select u.id, u.first_name as "firstName", u.last_name as "lastName" from (
       select user_id from ticket_watchers where ticket_id = ? and ?::boolean
       union select user_id from ticket_followers where ticket_id = ? and ?::boolean
       union select ?::bigint where ?::boolean
     ) as people join users u on u.id = people.user_id and u.status = 'active' where u.id <> ? order by u.id limit 100`,
    [
      ...[from.id, options.withWatchers ?? false, from.id, options.withWatchers ?? false],
      ...[from.requesterId, options.withRequester ?? false, into.requesterId],
    ],
  );
  const carried: number[] = [];
  for (const person of rows) if (await letIn(tx, into, person, 'merge')) carried.push(person.id);
  return carried;
}

/** The answer the source owes is owed by the target, by the earlier of both times; what was on hold goes on. */
async function handOverClock(tx: Tx, from: Ticket, into: Ticket): Promise<Ticket> {
  if (!from.needsReply || !from.dueAt) return into;
  const dueAt = into.dueAt && into.dueAt < from.dueAt ? into.dueAt : from.dueAt;
  await setClock(tx, into, dueAt);
  const owing = { ...into, needsReply: true, dueAt };
  const paused = into.statusKind === 'waiting' || into.statusKind === 'resolved';
  return paused ? applyChanges(tx, owing, { status: 'open' }, 'changed') : owing;
}

const beforeOf = (ticket: Ticket, version: number): Before => ({
  status: ticket.status,
  waitingOn: ticket.waitingOn,
  needsReply: ticket.needsReply,
  dueAt: ticket.dueAt,
  version,
});

/** The clock first: the change then finds an answer owed, or none, and keeps it. */
export async function giveBack(tx: Tx, ticket: Ticket, before: Before): Promise<Ticket> {
  const dueAt = before.needsReply && before.dueAt ? new Date(before.dueAt) : null;
  await setClock(tx, ticket, dueAt);
  const owing = { ...ticket, needsReply: before.needsReply, dueAt };
  return applyChanges(tx, owing, { status: before.status, waitingOn: before.waitingOn }, 'unmerged');
}

const setClock = (tx: Tx, { id }: { id: number }, dueAt: Date | null) =>
  tx
    .db('tickets')
    .where({ id })
    .update({ needs_reply: dueAt !== null, due_at: dueAt, due_state: dueState(dueAt, tx.now()) });
