import { personId } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { Invalid } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { userByEmail } from '../identity/user.ts';
import { authorize, can } from '../policies.ts';
import { lockTicket, type PersonName, type Ticket } from './ticket.ts';

/** Follow a ticket one works: its news come as notifications. Idempotent. */
export async function followTicket(ctx: Context, ticket: Ticket): Promise<void> {
  authorize(ctx, 'ticket.watch', ticket);
  await ctx.transaction(async tx => {
    await tx
      .db('ticket_watchers')
      .insert({ ticket_id: ticket.id, user_id: personId(tx.actor) })
      .onConflict()
      .ignore();
  });
}

export async function unfollowTicket(ctx: Context, ticket: Ticket): Promise<void> {
  authorize(ctx, 'ticket.read', ticket);
  await ctx.transaction(async tx => {
    await tx
      .db('ticket_watchers')
      .where({ ticket_id: ticket.id, user_id: personId(tx.actor) })
      .delete();
  });
}

/** "Add a colleague": the requester, or who works the ticket, lets another person see and answer it. */
export async function addWatcher(ctx: Context, ticket: Ticket, email: string): Promise<{ userId: number }> {
  authorizeSharing(ctx, ticket);
  return ctx.transaction(async tx => {
    const current = await lockTicket(tx, ticket);
    authorizeSharing(tx, current);
    const user = await userByEmail(tx.db, email);
    // The same words for an address we do not know, so that nobody can ask who works here.
    if (user?.status !== 'active')
      throw new Invalid({ email: tx.t('Enter the work address of a colleague who has an account') });
    const added = await tx
      .db('ticket_watchers')
      .insert({ ticket_id: current.id, user_id: user.id })
      .onConflict()
      .ignore()
      .returning('user_id');
    if (added.length > 0) {
      await recordEvent(
        tx,
        'ticket.watched',
        { objectType: 'ticket', objectId: current.id, label: `#${current.number}`, ticketId: current.id },
        { data: { userId: user.id, name: `${user.firstName} ${user.lastName}`.trim() } },
      );
    }
    return { userId: user.id };
  });
}

const authorizeSharing = (ctx: Context, ticket: Ticket) => {
  if (!can(ctx.actor, 'ticket.work', ticket) && ticket.requesterId !== personId(ctx.actor))
    authorize(ctx, 'ticket.work', ticket);
};

export async function watchersOf(ctx: Context, ticket: Ticket): Promise<PersonName[]> {
  return ctx
    .db('ticket_watchers as w')
    .join('users as u', 'u.id', 'w.user_id')
    .where('w.ticket_id', ticket.id)
    .orderBy('u.last_name')
    .limit(50)
    .select('u.id', 'u.first_name as firstName', 'u.last_name as lastName');
}
