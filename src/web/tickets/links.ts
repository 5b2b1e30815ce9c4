import { Router } from 'express';
import { z } from 'zod';
import { Invalid } from '../../domain/errors.ts';
import { authorize } from '../../domain/policies.ts';
import { searchTickets } from '../../domain/search/searching.ts';
import { relations } from '../../domain/tickets/link.ts';
import { linkTickets, resolveChildren, unlinkTickets } from '../../domain/tickets/linking.ts';
import { findTicket } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { fields, submit } from '../rendering/forms.ts';
import { done, page } from '../rendering/page.ts';
import { isPartial, numberParam, queryText } from '../request.ts';
import { limitSearch } from '../search/limiting.ts';
import { changedInPanel } from './changed.ts';
import { targetOf } from './merging.ts';
import { ticketIn } from './place.ts';
import { showAgain } from './show.ts';

export function linkRoutes(): Router {
  const router = Router();

  // Below the field that names another ticket: its number, found by words. Without scripts, the search is the way.
  router.get('/tickets/:number/links/suggestions', allow('ticket.change'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    authorize(req.ctx, 'ticket.change', ticket);
    const q = queryText(req, 'number') || queryText(req, 'into');
    if (!isPartial(req)) return res.redirect(302, paths.searchFor(q));
    await limitSearch(req, 'suggestions');
    const { exact, rows } = q.length < 2 ? { rows: [] } : await searchTickets(req.ctx, q);
    const found = exact ? [await findTicket(req.ctx, exact)] : rows.slice(0, 8);
    const names = found.filter(({ number }) => number !== ticket.number);
    return page(
      res,
      'tickets/_ticket-names',
      { names },
      { fragments: { 'ticket-names': 'tickets/_ticket-names' } },
    );
  });

  router.post('/tickets/:number/links', allow('ticket.change'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    const schema = z.strictObject({
      relation: z.enum(relations, req.t('Choose how they belong together')),
      number: fields(req.t)
        .line(req.t('Enter the number of a ticket'), 100)
        .refine(isNumber, req.t('Enter the number of the ticket. The search finds it by its words.')),
    });
    const form = await submit(req, schema, async (ctx, { relation, number }) => {
      authorize(ctx, 'ticket.change', ticket);
      const other = await targetOf(ctx, number).catch(asNumber);
      await linkTickets(ctx, ticket, other, relation);
      return { number: other.number };
    });
    if (!form.ok) return showAgain(req, res, ticket, form);
    return changedInPanel(req, res, ticket, req.t('Tickets linked'), { focus: 'p-link' });
  });

  router.delete('/tickets/:number/links/:id', allow('ticket.change'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    const form = await submit(req, z.strictObject({}), ctx =>
      unlinkTickets(ctx, ticket, numberParam(req, 'id')),
    );
    if (!form.ok) return showAgain(req, res, ticket, form);
    return changedInPanel(req, res, ticket, req.t('Link removed'), { focus: 'p-link' });
  });

  router.post('/tickets/:number/children/resolution', allow('ticket.change'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    const form = await submit(req, z.strictObject({}), async ctx => ({
      solved: await resolveChildren(ctx, ticket),
    }));
    if (!form.ok) return showAgain(req, res, ticket, form);
    return done(res, {
      to: ticketIn(req, ticket),
      notice: req.t('{{count}} tickets marked as solved', { count: form.result.solved }),
    });
  });

  return router;
}

const isNumber = (text: string) => /^#?\s*\d{1,15}$/.test(text.trim());

/** Here the field is called by what it holds. */
const asNumber = (error: unknown) => {
  throw error instanceof Invalid && error.errors.into ? new Invalid({ number: error.errors.into }) : error;
};
