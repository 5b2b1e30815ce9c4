import { Router } from 'express';
import { z } from 'zod';
import { authorize } from '../../domain/policies.ts';
import { mentionable } from '../../domain/tickets/mentioning.ts';
import { takeBackReply } from '../../domain/tickets/releasing.ts';
import { findTicket } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { flash } from '../rendering/flash.ts';
import { emptyForm, submit } from '../rendering/forms.ts';
import { done, page, partials } from '../rendering/page.ts';
import { isPartial, numberParam, queryText } from '../request.ts';
import { limitLooks } from './limiting.ts';
import { ticketIn } from './place.ts';
import { showTicket, ticketFragments, ticketLocals } from './show.ts';

/** What the composer asks for beside sending: a reply on its way, how a text will look, who can be named in it. */
export function composerRoutes(): Router {
  const router = Router();

  // The conversation asks again when a reply's time has come; the composer is left alone.
  router.get('/tickets/:number/held', allow('ticket.work'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    authorize(req.ctx, 'ticket.work', ticket);
    if (!isPartial(req)) return done(res, { to: ticketIn(req, ticket) });
    const locals = await ticketLocals(req, ticket, emptyForm({ kind: 'reply' }));
    const { thread, properties } = ticketFragments;
    const isOut = locals.held.length === 0;
    return partials(
      res,
      isOut ? { thread, properties, 'ticket-head': 'tickets/_desk-head' } : { thread },
      locals,
      isOut ? { toast: req.t('Reply sent') } : {},
    );
  });

  router.delete('/tickets/:number/held/:id', allow('ticket.read'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    const form = await submit(req, z.strictObject({}), async ctx => ({
      isBack: await takeBackReply(ctx, ticket, numberParam(req, 'id')),
    }));
    if (!form.ok) return showTicket(req, res, ticket, form, { status: 422 });
    if (!form.result.isBack) {
      flash(req, 'amber', req.t('It was sent already'));
      return done(res, { to: ticketIn(req, ticket) });
    }
    const notice = req.t('Not sent. Your text is in the message field');
    return done(res, { to: `${ticketIn(req, ticket)}#composer`, notice });
  });

  router.post('/tickets/:number/preview', allow('ticket.work'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    authorize(req.ctx, 'ticket.work', ticket);
    await limitLooks(req, 'previews');
    const { body } = z.object({ body: z.string().max(100_000).catch('') }).parse(req.body ?? {});
    if (!isPartial(req)) return done(res, { to: paths.ticket(ticket) });
    return page(
      res,
      'tickets/_preview',
      { preview: body },
      { fragments: { 'reply-preview': 'tickets/_preview' } },
    );
  });

  router.get('/tickets/:number/colleagues', allow('ticket.work'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    authorize(req.ctx, 'ticket.work', ticket);
    await limitLooks(req, 'colleagues');
    const people = (await mentionable(req.ctx, ticket, queryText(req, 'q', 60))).slice(0, 8);
    if (!isPartial(req)) return done(res, { to: paths.ticket(ticket) });
    const fragments = { mentions: 'tickets/_mentions' };
    return page(res, 'tickets/_mentions', { people }, { fragments });
  });

  return router;
}
