import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { NotFound, TooMany } from '../../domain/errors.ts';
import { can } from '../../domain/policies.ts';
import { stopSummary, summaryOf, wantSummary } from '../../domain/tickets/summarising.ts';
import { findTicket, type Ticket } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { submit } from '../rendering/forms.ts';
import { done, partials } from '../rendering/page.ts';
import { isPartial, numberParam, person } from '../request.ts';
import { showTicket } from './show.ts';

const nothing = z.strictObject({});

/** Asking for a summary, looking whether it is there, and stopping. The ticket's page shows it. */
export function summaryRoutes(): Router {
  const router = Router();

  // For scripts, every two seconds: 204 leaves the page alone while the summary is being written.
  router.get('/tickets/:number/summary', allow('ticket.work'), async (req, res) => {
    const ticket = await findWorked(req);
    if (!isPartial(req)) return res.redirect(302, `${paths.ticket(ticket)}#summary`);
    const summary = await summaryOf(req.ctx, ticket);
    const isFresh = req.ctx.now().getTime() - (summary?.requestedAt?.getTime() ?? 0) < 180_000;
    if (summary?.state === 'wanted' && isFresh) return res.status(204).end();
    return partials(res, fragment, { ticket, summary });
  });

  router.post('/tickets/:number/summary', allow('ticket.work'), async (req, res) => {
    const ticket = await findWorked(req);
    await limit(req);
    return change(req, res, ticket, wantSummary);
  });

  router.delete('/tickets/:number/summary', allow('ticket.work'), async (req, res) =>
    change(req, res, await findWorked(req), stopSummary),
  );

  return router;
}

const fragment = { summary: 'tickets/_summary' };

async function change(req: Request, res: Response, ticket: Ticket, verb: typeof wantSummary) {
  const form = await submit(req, nothing, async ctx => {
    await verb(ctx, ticket);
    return {};
  });
  if (!form.ok) return showTicket(req, res, ticket, form, { status: 422 });
  if (!isPartial(req)) return done(res, { to: `${paths.ticket(ticket)}#summary` });
  return partials(res, fragment, { ticket, summary: await summaryOf(req.ctx, ticket), arrived: true });
}

/** Where no AI is configured, and for whoever does not work the ticket, there is no such thing. */
async function findWorked(req: Request): Promise<Ticket> {
  const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
  if (!req.ctx.world.hasAi || !can(req.ctx.actor, 'ticket.work', ticket)) throw new NotFound('No summary');
  return ticket;
}

async function limit(req: Request): Promise<void> {
  const { limiter, config } = req.services;
  const rule = { points: config.limits.aiPerson, seconds: 3_600 };
  const wait = await limiter.take('ai-person', String(person(req).id), rule);
  if (wait) throw new TooMany(wait);
}
