import type { Request, Response } from 'express';
import { fullName, isPerson } from '../../domain/access/actor.ts';
import { markTicketRead } from '../../domain/notifications/reading.ts';
import { recordNotesRead } from '../../domain/tickets/reading-notes.ts';
import type { Ticket } from '../../domain/tickets/ticket.ts';
import { partials } from '../rendering/page.ts';
import { queryId, queryText } from '../request.ts';
import { progressOf } from '../tickets/progress.ts';
import { ticketFragments, ticketLocals } from '../tickets/show.ts';

/**
 * The parts of a ticket's page that others may have changed, merged into the page where they differ. The composer is
 * never among them, nor are the properties while somebody is choosing one (`without=properties`).
 */
export async function updateTicket(req: Request, res: Response, ticket: Ticket): Promise<void> {
  await recordNotesRead(req.ctx, ticket);
  const locals = await ticketLocals(req, ticket);
  const answered = answeredSince(req, locals.timeline);
  // Said once, and left standing until the composer is drawn anew.
  const news = answered ? { answered: 'tickets/_answered' } : {};
  const { thread, properties } = ticketFragments;
  const shown = locals.works
    ? { thread, 'ticket-head': 'tickets/_desk-head', properties, presence: 'tickets/_presence', ...news }
    : { thread, 'ticket-head': 'tickets/_employee-head', progress: 'tickets/_progress' };
  const without = queryText(req, 'without').split(',');
  const named = Object.fromEntries(Object.entries(shown).filter(([id]) => !without.includes(id)));
  const progress = locals.works ? undefined : progressOf(req, ticket, locals.timeline);
  // The desk reads it in the composer's bar; an employee's page has none.
  const name = answered?.author && fullName(answered.author);
  const toast = !locals.works && name ? { toast: req.t('{{name}} answered just now', { name }) } : {};
  partials(res, named, { ...locals, progress, answered }, { swap: 'outerMorph', ...toast });
  await markTicketRead(req.ctx, ticket.id).catch((error: Error) =>
    req.services.log.warn({ requestId: req.requestId, err: error.message }, 'notices not marked as read'),
  );
}

type Locals = Awaited<ReturnType<typeof ticketLocals>>;

/** The newest message of somebody else since the last one the page knew (`after`). */
function answeredSince(req: Request, { entries }: Locals['timeline']) {
  const after = queryId(req, 'after');
  const { actor } = req.ctx;
  if (!after || !isPerson(actor)) return undefined;
  for (const entry of entries.toReversed())
    if (entry.is === 'comment' && entry.id > after && entry.author?.id !== actor.id) return entry;
  return undefined;
}
