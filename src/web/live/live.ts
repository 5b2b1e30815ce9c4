import { type Request, Router } from 'express';
import { z } from 'zod';
import { NotFound } from '../../domain/errors.ts';
import { can } from '../../domain/policies.ts';
import { hasMissed } from '../../domain/tickets/audience.ts';
import { deskNavigation } from '../../domain/tickets/counting.ts';
import { leaveTicket, notePresence, presentOn } from '../../domain/tickets/presence.ts';
import { findTicket, type Ticket } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { isDraining } from '../operations/draining.ts';
import { partials } from '../rendering/page.ts';
import { isPartial, numberParam, person, queryText } from '../request.ts';
import { openStream, type Stream, type Topic } from './stream.ts';
import { streamsOf } from './streams.ts';
import { updateTicket } from './updates.ts';

/** What keeps an open page up to date. Each page works without it and is then as old as when it was opened. */
export function liveRoutes(): Router {
  const router = Router();

  router.get('/live', allow('ticket.list'), async (req, res) => {
    const { services } = req;
    const streams = streamsOf(services);
    const topic = await topicOf(req);
    const who = {
      userId: person(req).id,
      epoch: req.session.epoch ?? 0,
      deviceId: req.session.deviceId ?? null,
    };
    const missed = await hasMissed(services.db, who, topic, sinceOf(req));
    if (isDraining(services) || !streams.hasRoomFor(who.userId)) {
      res.status(503).set('Retry-After', '20').type('text').send('No room for another stream');
      return;
    }
    const stream: Stream = openStream(res, who, topic, () => streams.remove(stream));
    streams.add(stream);
    if (missed) stream.tell('refresh');
  });

  // For scripts; without them each page has its counts anyway.
  router.get('/queue/counts', allow('queue.read'), async (req, res) => {
    if (!isPartial(req)) return res.redirect(302, paths.queue);
    const locals = { nav: queryText(req, 'nav', 40), navigation: await deskNavigation(req.ctx) };
    return partials(res, { 'queue-views': 'queue/_views' }, locals, { swap: 'outerMorph' });
  });

  router.get('/tickets/:number/updates', allow('ticket.read'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    if (!isPartial(req)) return res.redirect(302, paths.ticket(ticket));
    return updateTicket(req, res, ticket);
  });

  router.get('/tickets/:number/presence', allow('ticket.work'), async (req, res) => {
    const ticket = await findWorked(req);
    if (!isPartial(req)) return res.redirect(302, `${paths.ticket(ticket)}#composer`);
    return partials(
      res,
      PRESENCE,
      { ticket, works: true, presence: await presentOn(req.ctx, ticket) },
      MORPH,
    );
  });

  // A page says every 20 seconds that it is open, and hears who else is there. Nothing lasts that it could do twice.
  router.post('/tickets/:number/presence', allow('ticket.work'), async (req, res) => {
    const ticket = await findWorked(req);
    const { state } = stateSchema.parse(req.body);
    if (state === 'gone') {
      await leaveTicket(req.ctx, ticket);
      return res.status(204).end();
    }
    await notePresence(req.ctx, ticket, state);
    if (!isPartial(req)) return res.redirect(303, `${paths.ticket(ticket)}#composer`);
    return partials(
      res,
      PRESENCE,
      { ticket, works: true, presence: await presentOn(req.ctx, ticket) },
      MORPH,
    );
  });

  return router;
}

const MORPH = { swap: 'outerMorph' } as const;
const PRESENCE = { presence: 'tickets/_presence' };

const stateSchema = z.object({ state: z.enum(['viewing', 'replying', 'gone']).catch('viewing') });

async function findWorked(req: Request): Promise<Ticket> {
  const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
  if (!can(req.ctx.actor, 'ticket.work', ticket)) throw new NotFound('Does not work this ticket');
  return ticket;
}

/** `?on=ticket:1042`, or `?on=queue` with the view behind a colon, which a page may add for its own use. */
async function topicOf(req: Request): Promise<Topic> {
  const [noun, name = ''] = queryText(req, 'on', 60).split(':');
  if (noun === 'queue' && can(req.ctx.actor, 'queue.read')) return 'queue';
  if (noun === 'ticket' && /^\d{1,15}$/.test(name))
    return { ticketId: (await findTicket(req.ctx, Number(name))).id };
  throw new NotFound('Nothing to hear of');
}

/** When the page was last told something: the id of that, or the moment it was drawn. */
function sinceOf(req: Request): Date | undefined {
  const text = req.get('Last-Event-ID') ?? queryText(req, 'since', 20);
  return /^\d{13}$/.test(text) ? new Date(Number(text)) : undefined;
}
