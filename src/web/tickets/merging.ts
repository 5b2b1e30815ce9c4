import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../domain/context.ts';
import { Invalid, NotFound } from '../../domain/errors.ts';
import { authorize, can } from '../../domain/policies.ts';
import { mergeTickets, whyNotMerge } from '../../domain/tickets/merging.ts';
import { mergeChoices } from '../../domain/tickets/requester-tickets.ts';
import { findTicket, type Ticket } from '../../domain/tickets/ticket.ts';
import { undoMerge } from '../../domain/tickets/unmerging.ts';
import { watchersOf } from '../../domain/tickets/watching.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, type FormState, fields, submit } from '../rendering/forms.ts';
import { done, type PageOptions, page } from '../rendering/page.ts';
import { numberParam, queryText } from '../request.ts';
import { showTicket } from './show.ts';

export function mergeRoutes(): Router {
  const router = Router();

  router.get('/tickets/:number/merge', allow('ticket.change'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    authorize(req.ctx, 'ticket.change', ticket);
    return mergePage(req, res, ticket, queryText(req, 'into', 20));
  });

  router.post('/tickets/:number/merge', allow('ticket.change'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    const f = fields(req.t);
    const schema = z.strictObject({
      into: f.line(req.t('Enter the number of a ticket'), 20),
      with_watchers: f.checkbox(),
      with_requester: f.checkbox(),
      understood: f.checkbox(),
    });
    const form = await submit(req, schema, async (ctx, input) => {
      authorize(ctx, 'ticket.change', ticket);
      const target = await targetOf(ctx, input.into);
      await mergeTickets(ctx, ticket, target, {
        withWatchers: input.with_watchers,
        withRequester: input.with_requester,
        acrossRequesters: input.understood,
      });
      return { into: target.number };
    });
    if (!form.ok) return mergePage(req, res, ticket, String(form.values.into ?? ''), form, { status: 422 });
    return done(res, {
      to: paths.ticket(form.result.into),
      notice: req.t('#{{number}} merged into this ticket', { number: ticket.number }),
    });
  });

  router.delete('/tickets/:number/merge', allow('ticket.change'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    const form = await submit(req, z.strictObject({}), async ctx => {
      const { number } = await undoMerge(ctx, ticket);
      return { number };
    });
    if (!form.ok)
      return showTicket(req, res, ticket, { ...form, values: { kind: 'reply' } }, { status: 422 });
    return done(res, {
      to: paths.ticket(ticket),
      notice: req.t('#{{number}} is a ticket of its own again', { number: ticket.number }),
    });
  });

  return router;
}

/** What somebody typed: "#1042" or "1042". One that the person cannot work is as absent as one that is not there. */
export async function targetOf(ctx: Context, text: string): Promise<Ticket> {
  const number = /^#?\s*(\d{1,15})$/.exec(text.trim())?.[1];
  const found = number ? await findTicket(ctx, Number(number)).catch(absent) : undefined;
  if (!found || !can(ctx.actor, 'ticket.work', found))
    throw new Invalid({ into: ctx.t('There is no ticket with this number among those you work') });
  return found;
}

const absent = (error: unknown) => {
  if (error instanceof NotFound) return undefined;
  throw error;
};

async function mergePage(
  req: Request,
  res: Response,
  ticket: Ticket,
  into: string,
  form?: FormState,
  options: PageOptions = {},
) {
  const { ctx } = req;
  const { target, errors } = await chosen(ctx, ticket, into);
  const [choices, watchers] = await Promise.all([mergeChoices(ctx, ticket), watchersOf(ctx, ticket)]);
  const title = req.t('Merge #{{number}}', { number: ticket.number });
  return page(
    res,
    'tickets/merge',
    {
      title: form ? req.t('Error: {{title}}', { title }) : title,
      ticket,
      target,
      choices,
      watchers,
      form: { ...(form ?? emptyForm({ into })), errors: { ...errors, ...form?.errors } },
    },
    { layout: 'desk', ...options },
  );
}

async function chosen(ctx: Context, ticket: Ticket, into: string) {
  if (!into) return { errors: {} };
  try {
    const target = await targetOf(ctx, into);
    const why = whyNotMerge(ctx, ticket, target);
    return why ? { errors: { into: why } } : { target, errors: {} };
  } catch (error) {
    if (error instanceof Invalid) return { errors: error.errors };
    throw error;
  }
}
