import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';
import { applyChanges, type Verb } from './changing.ts';
import { replyDueAt } from './due.ts';
import type { TicketSubjects } from './policy.ts';
import { lockTicket, type Ticket } from './ticket.ts';

/** Solved as far as the desk knows; the requester checks. Idempotent. */
export const resolveTicket = (ctx: Context, ticket: Ticket) =>
  move(ctx, ticket, 'ticket.resolve', 'resolved', 'resolved');

/** "Yes, close the ticket": the requester agrees that it is solved. */
export const confirmTicket = (ctx: Context, ticket: Ticket) =>
  move(ctx, ticket, 'ticket.confirm', 'closed', 'confirmed');

export const withdrawTicket = (ctx: Context, ticket: Ticket) =>
  move(ctx, ticket, 'ticket.withdraw', 'withdrawn', 'withdrawn');

export const closeTicket = (ctx: Context, ticket: Ticket) =>
  move(ctx, ticket, 'ticket.close', 'closed', 'closed');

/** Open again, and owed a reply when the requester asked for it. */
export async function reopenTicket(ctx: Context, ticket: Ticket): Promise<Ticket> {
  if (ticket.statusKind === 'open') return ticket;
  authorize(ctx, 'ticket.reopen', ticket);
  return ctx.transaction(async tx => {
    const current = await lockTicket(tx, ticket);
    if (current.statusKind === 'open') return current;
    authorize(tx, 'ticket.reopen', current);
    const byRequester = tx.actor.kind === 'person' && tx.actor.id === current.requesterId;
    const dueAt = replyDueAt(current.priority, tx.now(), tx.settings);
    if (byRequester)
      await tx.db('tickets').where({ id: current.id }).update({ needs_reply: true, due_at: dueAt });
    const owed = byRequester ? { ...current, needsReply: true, dueAt } : current;
    return applyChanges(tx, owed, { status: 'open' }, 'reopened');
  });
}

type StatusAction = 'ticket.resolve' | 'ticket.confirm' | 'ticket.withdraw' | 'ticket.close';

async function move(
  ctx: Context,
  ticket: Ticket,
  action: StatusAction & keyof TicketSubjects,
  status: string,
  verb: Verb,
): Promise<Ticket> {
  if (ticket.status === status) return ticket;
  authorize(ctx, action, ticket);
  return ctx.transaction(async tx => {
    const current = await lockTicket(tx, ticket);
    if (current.status === status) return current;
    authorize(tx, action, current);
    return applyChanges(tx, current, { status }, verb);
  });
}

/** Resolved tickets close by themselves after the days of the settings. Returns how many closed. */
export async function closeResolvedTickets(ctx: Context, limit = 200): Promise<number> {
  const rows = await ctx
    .db('tickets')
    .where({ status_kind: 'resolved' })
    .whereRaw(`resolved_at < now() - ? * interval '1 day'`, [ctx.settings.autoCloseDays])
    .orderBy('resolved_at')
    .limit(limit)
    .select('id');
  for (const row of rows) {
    await ctx.transaction(async tx => {
      const current = await lockTicket(tx, row);
      if (current.statusKind === 'resolved')
        await applyChanges(tx, current, { status: 'closed' }, 'auto-closed');
    });
  }
  return rows.length;
}
