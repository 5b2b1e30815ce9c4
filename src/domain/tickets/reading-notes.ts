import { query } from '../../db/knex.ts';
import { isAdmin, isPerson } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { recordEvent } from '../events/recording.ts';
import { worksTicket } from './policy.ts';
import type { Ticket } from './ticket.ts';

const UNSAID = `
  select 1 as yes
  where exists (select 1 from comments where ticket_id = ? and kind = 'note')
    and not exists (select 1 from events where actor_id = ? and type = 'ticket.notes-read' and ticket_id = ?
                    and occurred_at > ?)`;

const ONCE_MS = 3_600_000;

/**
 * An admin reads notes of teams they are not in by their office: the audit log says so, once an hour a ticket.
 * Written before the notes are shown, so that nothing is read unseen.
 */
export async function recordNotesRead(ctx: Context, ticket: Ticket): Promise<void> {
  const { actor } = ctx;
  if (!isPerson(actor) || !isAdmin(actor) || !worksTicket(actor, ticket)) return;
  if (ticket.teamId !== null && actor.teamIds.includes(ticket.teamId)) return;
  const since = new Date(ctx.now().getTime() - ONCE_MS);
  const [unsaid] = await query(ctx.db, UNSAID, [ticket.id, actor.id, ticket.id, since]);
  if (!unsaid) return;
  const subject = {
    objectType: 'ticket' as const,
    objectId: ticket.id,
    label: `#${ticket.number}`,
    ticketId: ticket.id,
  };
  await ctx.transaction(tx =>
    recordEvent(tx, 'ticket.notes-read', subject, { internal: true, silent: true }),
  );
}
