import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { findSplit, splitComment } from '../../domain/tickets/splitting.ts';
import { findTicket, type Ticket } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, type FormState, fields, submit } from '../rendering/forms.ts';
import { done, type PageOptions, page } from '../rendering/page.ts';
import { numberParam } from '../request.ts';
import { limitCreation } from './limiting.ts';

export function splitRoutes(): Router {
  const router = Router();

  router.get('/tickets/:number/comments/:id/split', allow('ticket.change'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    return splitPage(req, res, ticket);
  });

  router.post('/tickets/:number/comments/:id/split', allow('ticket.change'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    await limitCreation(req);
    const schema = z.strictObject({ subject: fields(req.t).line(req.t('Enter a subject')) });
    const form = await submit(req, schema, (ctx, input) =>
      splitComment(ctx, ticket, numberParam(req, 'id'), input),
    );
    if (!form.ok) return splitPage(req, res, ticket, form, { status: 422 });
    const current = await findTicket(req.ctx, form.result.number).catch(() => undefined);
    return done(res, {
      to: paths.ticket(current ?? ticket),
      notice: req.t('#{{number}} made of a message of #{{other}}', {
        number: form.result.number,
        other: ticket.number,
      }),
    });
  });

  return router;
}

async function splitPage(
  req: Request,
  res: Response,
  ticket: Ticket,
  form?: FormState,
  options: PageOptions = {},
) {
  const choice = await findSplit(req.ctx, ticket, numberParam(req, 'id'));
  const title = req.t('Make a ticket of a message');
  return page(
    res,
    'tickets/split',
    {
      title: form ? req.t('Error: {{title}}', { title }) : title,
      ticket,
      choice,
      form: form ?? emptyForm({ subject: choice.subject }),
    },
    { layout: 'desk', ...options },
  );
}
