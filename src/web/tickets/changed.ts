import type { Request, Response } from 'express';
import { NotFound } from '../../domain/errors.ts';
import { findTicket, type Ticket } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import { emptyForm } from '../rendering/forms.ts';
import { done, partials } from '../rendering/page.ts';
import { isPartial } from '../request.ts';
import { ticketIn } from './place.ts';
import { ticketFragments, ticketLocals } from './show.ts';

/** The form that takes a change back: where it goes and its fields. */
export type Undo = { action: string; fields: Record<string, string | number> };

/** The answer to a change made in the panel: the page again, or for htmx the parts of it that show the change. */
export async function changedInPanel(
  req: Request,
  res: Response,
  ticket: Ticket,
  notice: string,
  { undo, focus }: { undo?: Undo; focus?: string } = {},
): Promise<void> {
  const current = await findTicket(req.ctx, ticket.number).catch(goneOut);
  if (!current)
    return done(res, { to: paths.queue, notice: req.t('Saved. The ticket now belongs to another team') });
  if (!isPartial(req)) return done(res, { to: ticketIn(req, ticket), notice });
  const locals = await ticketLocals(req, current, emptyForm({ kind: 'reply' }));
  if (!locals.works) return done(res, { to: ticketIn(req, ticket), notice });
  const { thread, properties } = ticketFragments;
  return partials(
    res,
    { properties, thread, 'ticket-head': 'tickets/_desk-head' },
    { ...locals, undo, focusOn: focus },
    { toast: notice, form: undo && 'undo-form' },
  );
}

/** The change may have moved it out of the person's sight. */
const goneOut = (error: unknown) => {
  if (error instanceof NotFound) return undefined;
  throw error;
};
