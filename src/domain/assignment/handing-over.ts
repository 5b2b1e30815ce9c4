import { fullName, personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid, NotFound, Unauthenticated } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { worksTickets } from '../identity/roles.ts';
import { userOrNone } from '../identity/user.ts';
import { authorize } from '../policies.ts';
import { applyChanges } from '../tickets/changing.ts';
import { lockTicket } from '../tickets/ticket.ts';

/** So many at once, in the request; the rest goes on in the background in bites of the same size. */
const BITE = 25;

export type HandOver = { moved: number; kept: number; isDone: boolean };

type Row = { id: number; fromId: number; toId: number | null; afterId: number; moved: number; kept: number };

/**
 * Gives all open tickets of one person to another, or back to the queues of their teams. What the other may not own,
 * since it is of a team they are not in, stays where it is and is counted.
 */
export async function handOver(
  ctx: Context,
  { fromId, toId }: { fromId: number; toId: number | null },
): Promise<HandOver> {
  authorize(ctx, 'user.manage');
  const wantedBy = personId(ctx.actor);
  if (wantedBy === null) throw new Unauthenticated('Sign in first');
  return ctx.transaction(async tx => {
    const from = await userOrNone(tx.db, fromId);
    if (!from) throw new NotFound('No such user');
    const to = toId === null ? null : await userOrNone(tx.db, toId);
    const mayOwn = to === null || (to && to.status === 'active' && worksTickets(to.role) && to.id !== fromId);
    if (!mayOwn) throw new Invalid({ toId: tx.t('Choose somebody else who works tickets') });
    const [row] = await tx
      .db('hand_overs')
      .insert({ from_id: fromId, to_id: toId, wanted_by: wantedBy, created_at: tx.now() })
      .returning<Row[]>(COLUMNS);
    await recordEvent(
      tx,
      'user.tickets-handed-over',
      { objectType: 'user', objectId: fromId, label: fullName(from) },
      { silent: true, data: { toId, to: to && fullName(to) } },
    );
    const after = await moveSome(tx, row!);
    if (!after.isDone) tx.afterCommit(() => tx.world.wake('assign-tickets'));
    return after;
  });
}

const COLUMNS = ['id', 'from_id as fromId', 'to_id as toId', 'after_id as afterId', 'moved', 'kept'];

/** Goes on with what a request began. Any number may run: a row that somebody works on is left to them. */
export async function continueHandOvers(ctx: Context, goOn: () => boolean = () => true): Promise<void> {
  while (goOn()) {
    const more = await ctx.transaction(async tx => {
      const row: Row | undefined = await tx
        .db('hand_overs')
        .whereNull('ended_at')
        .orderBy('id')
        .forUpdate()
        .skipLocked()
        .first(COLUMNS);
      if (row) await moveSome(tx, row);
      return row !== undefined;
    });
    if (!more) return;
  }
}

/** Passed tickets stay passed, so a ticket that may not be moved ends nothing. */
async function moveSome(tx: Tx, row: Row): Promise<HandOver> {
  const ids: number[] = await tx
    .db('tickets')
    .where({ assignee_id: row.fromId })
    .where('id', '>', row.afterId)
    .whereIn('status_kind', ['new', 'open', 'waiting'])
    .orderBy('id')
    .limit(BITE)
    .pluck('id');
  let { moved, kept } = row;
  for (const id of ids) {
    if (await moveOne(tx, id, row)) moved += 1;
    else kept += 1;
  }
  const isDone = ids.length < BITE;
  await tx
    .db('hand_overs')
    .where({ id: row.id })
    .update({ moved, kept, after_id: ids.at(-1) ?? row.afterId, ended_at: isDone ? tx.now() : null });
  return { moved, kept, isDone };
}

async function moveOne(tx: Tx, id: number, { fromId, toId }: Row): Promise<boolean> {
  const ticket = await lockTicket(tx, { id });
  if (ticket.assigneeId !== fromId) return false;
  try {
    const wanted = { assigneeId: toId, status: ticket.status };
    await applyChanges(tx, ticket, wanted, 'assigned', { reason: 'handed-over' });
    return true;
  } catch (error) {
    // Refused before anything was written: the new owner is not of the ticket's team.
    if (error instanceof Invalid) return false;
    throw error;
  }
}

/** What is still on its way, for the person's page. */
export async function handOverOf(ctx: Context, userId: number): Promise<HandOver | undefined> {
  authorize(ctx, 'user.manage');
  const row = await ctx
    .db('hand_overs')
    .where({ from_id: userId, ended_at: null })
    .orderBy('id', 'desc')
    .first('moved', 'kept');
  return row && { ...row, isDone: false };
}
