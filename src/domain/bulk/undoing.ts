import { isPerson, personId, systemActor } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Conflict, NotFound } from '../errors.ts';
import { authorize } from '../policies.ts';
import { applyChanges } from '../tickets/changing.ts';
import { markSpam } from '../tickets/spamming.ts';
import { lockTicket, type Ticket } from '../tickets/ticket.ts';
import { undoMerge } from '../tickets/unmerging.ts';
import { unfollowTicket } from '../tickets/watching.ts';
import { setRunning } from './planning.ts';
import { puttingBack, type Remembered, remember } from './remembering.ts';
import { type BulkRun, lockRun, mayUndo } from './run.ts';

/** Puts back what a run did, as a run of its own. Once; within a day; what was sent stays sent. */
export async function undoRun(ctx: Context, run: { id: number }): Promise<{ id: number; total: number }> {
  return ctx.transaction(async tx => {
    const current = await lockRun(tx, run);
    if (current.undoneBy !== null) return { id: current.undoneBy, total: current.counts.undone };
    if (!mayUndo(current, tx.now())) throw new Conflict([]);
    const undo = await planUndo(tx, current);
    await tx.db('bulk_runs').where({ id: current.id }).update({ state: 'undone' });
    await setRunning(tx, undo);
    return undo;
  });
}

async function planUndo(tx: Tx, run: BulkRun): Promise<{ id: number; total: number }> {
  const [undo] = await tx
    .db('bulk_runs')
    .insert({
      actor_id: personId(tx.actor),
      act: 'undo',
      source: JSON.stringify({ kind: 'ids', back: run.source.back }),
      undo_of: run.id,
      total: run.counts.changed,
      created_at: tx.now(),
    })
    .returning<{ id: number }[]>('id');
  await tx.db.raw(
    `insert into bulk_items (run_id, position, ticket_id)
     select ?, row_number() over (order by position), ticket_id from bulk_items where run_id = ? and state = 'changed' and after <> '{}'`,
    [undo!.id, run.id],
  );
  const { rows } = await tx.db.raw<{ rows: { n: number }[] }>(
    'update bulk_runs set total = (select count(*) from bulk_items where run_id = ?) where id = ? returning total as n',
    [undo!.id, undo!.id],
  );
  return { id: undo!.id, total: rows[0]?.n ?? 0 };
}

type Done = { position: number; before: Remembered; after: Remembered };

/** One ticket of an undo. True if something was put back, `partly` if not all of it. */
export async function undoTask(
  tx: Tx,
  undoOf: number,
  ticketId: number,
): Promise<'undone' | 'partly' | 'changed-since'> {
  const item = await tx
    .db('bulk_items')
    .where({ run_id: undoOf, ticket_id: ticketId })
    .forUpdate()
    .first<Done | undefined>('position', 'before', 'after');
  if (!item) return 'changed-since';
  const ticket = await lockForUndo(tx, ticketId, item);
  if (item.after.mergedInto) {
    if (ticket.mergedInto !== item.after.mergedInto) return 'changed-since';
    await undoMerge(tx, ticket);
    await markUndone(tx, undoOf, item);
    return 'undone';
  }
  const back = puttingBack(item.before, item.after, remember(ticket));
  const owed: Ticket = back.dueAt ? { ...ticket, needsReply: true, dueAt: back.dueAt } : ticket;
  await applyChanges(tx, owed, back.changes, 'changed');
  if (back.spam) await markSpam(tx, ticket, Boolean(item.before.spam));
  if (back.following) await unfollowTicket(tx, ticket);
  const isNothing = Object.keys(back.changes).length === 0 && !back.spam && !back.following;
  if (isNothing) return 'changed-since';
  await markUndone(tx, undoOf, item);
  return back.lost > 0 ? 'partly' : 'undone';
}

const markUndone = (tx: Tx, runId: number, { position }: Done) =>
  tx.db('bulk_items').where({ run_id: runId, position }).update({ state: 'undone' });

/**
 * A run that gave tickets to another team may have taken them out of the person's own sight. Where they came from
 * a team of theirs, they may take them back.
 */
async function lockForUndo(tx: Tx, ticketId: number, { before, after }: Done): Promise<Ticket> {
  try {
    const ticket = await lockTicket(tx, { id: ticketId });
    authorize(tx, 'ticket.change', ticket);
    return ticket;
  } catch (error) {
    if (!(error instanceof NotFound) || !isPerson(tx.actor) || !before.teamId) throw error;
    if (!tx.actor.teamIds.includes(before.teamId)) throw error;
    const ticket = await lockTicket({ ...tx, actor: systemActor('undo') }, { id: ticketId });
    if (ticket.teamId !== after.teamId) throw error;
    return ticket;
  }
}
