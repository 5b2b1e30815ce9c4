import type { Context } from '../context.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { lockTicket, type Ticket } from './ticket.ts';

/** Takes a ticket out of every list and count, or puts it back. It keeps its status and nobody is told. */
export async function markSpam(ctx: Context, ticket: Ticket, spam: boolean): Promise<void> {
  authorize(ctx, 'ticket.spam', ticket);
  await ctx.transaction(async tx => {
    const current = await lockTicket(tx, ticket);
    authorize(tx, 'ticket.spam', current);
    if (Boolean(current.spamAt) === spam) return;
    await tx
      .db('tickets')
      .where({ id: current.id })
      .update({ spam_at: spam ? tx.now() : null });
    const subject = {
      objectType: 'ticket' as const,
      objectId: current.id,
      label: `#${current.number}`,
      ticketId: current.id,
    };
    await recordEvent(tx, spam ? 'ticket.spam' : 'ticket.not-spam', subject, { internal: true });
  });
}
