import { isPerson } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Unauthenticated } from '../errors.ts';
import { authorize } from '../policies.ts';
import { applyChanges } from './changing.ts';
import { isActive } from './status.ts';
import { lockTicket, type Ticket } from './ticket.ts';

/** "Assign to me": a coordinator takes the ticket; a new one is open from then on. */
export async function pickUpTicket(ctx: Context, ticket: Ticket): Promise<Ticket> {
  authorize(ctx, 'ticket.assign', ticket);
  if (!isPerson(ctx.actor)) throw new Unauthenticated('Sign in first');
  const assigneeId = ctx.actor.id;
  return ctx.transaction(async tx => {
    const current = await lockTicket(tx, ticket);
    authorize(tx, 'ticket.assign', current);
    return applyChanges(tx, current, { assigneeId }, 'picked-up');
  });
}

/**
 * Open tickets of somebody who leaves go back to their team's queue: all, or those of the teams they left.
 * Returns how many.
 */
export async function releaseTicketsOf(tx: Tx, userId: number, ofTeams?: readonly number[]): Promise<number> {
  const query = tx
    .db('tickets')
    .where({ assignee_id: userId })
    .whereIn('status_kind', ['new', 'open', 'waiting'])
    .orderBy('id');
  if (ofTeams) query.whereIn('team_id', ofTeams);
  const rows = await query.select<{ id: number }[]>('id');
  const data = { reason: ofTeams ? 'left-team' : 'left' };
  let released = 0;
  for (const row of rows) {
    const current = await lockTicket(tx, row);
    // Somebody may have taken, moved or closed it while its lock was waited for.
    const isTheirs = current.assigneeId === userId && isActive(current.statusKind);
    if (!isTheirs || (ofTeams && !ofTeams.includes(current.teamId ?? 0))) continue;
    await applyChanges(tx, current, { assigneeId: null }, 'assigned', data);
    released += 1;
  }
  return released;
}
