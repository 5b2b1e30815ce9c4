import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../domain/context.ts';
import {
  addItems,
  checklistOf,
  moveItem,
  removeItem,
  renameItem,
  tickItem,
} from '../../domain/tickets/checking.ts';
import { checklistLines, MAX_ITEM_TEXT } from '../../domain/tickets/checklist.ts';
import { findTicket, type Ticket } from '../../domain/tickets/ticket.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, fields, submit } from '../rendering/forms.ts';
import { done, partials } from '../rendering/page.ts';
import { isPartial, numberParam } from '../request.ts';
import { ticketIn } from './place.ts';
import { showAgain } from './show.ts';

/** What is to be done on a ticket: a list in the panel, each item a button to tick. */
export function checklistRoutes(): Router {
  const router = Router();

  router.post('/tickets/:number/checklist', allow('ticket.change'), async (req, res) => {
    const schema = z.strictObject({
      items: fields(req.t).text(req.t('Write what is to be done, one item a line'), 20_000),
    });
    await change(req, res, schema, (ctx, ticket, { items }) => addItems(ctx, ticket, checklistLines(items)));
  });

  router.put('/tickets/:number/checklist/:id', allow('ticket.change'), async (req, res) => {
    const schema = z.strictObject({
      text: fields(req.t).line(req.t('Write what is to be done'), MAX_ITEM_TEXT),
    });
    await change(req, res, schema, (ctx, ticket, { text }) => renameItem(ctx, ticket, idOf(req), text));
  });

  router.delete('/tickets/:number/checklist/:id', allow('ticket.change'), async (req, res) => {
    await change(req, res, pressed, (ctx, ticket) => removeItem(ctx, ticket, idOf(req)));
  });

  router.post('/tickets/:number/checklist/:id/position', allow('ticket.change'), async (req, res) => {
    const schema = pressed.extend({ direction: z.enum(['up', 'down']) });
    await change(req, res, schema, (ctx, ticket, { direction }) =>
      moveItem(ctx, ticket, idOf(req), direction),
    );
  });

  router.post('/tickets/:number/checklist/:id/completion', allow('ticket.change'), async (req, res) => {
    await change(req, res, pressed, (ctx, ticket) => tickItem(ctx, ticket, idOf(req), true));
  });

  router.delete('/tickets/:number/checklist/:id/completion', allow('ticket.change'), async (req, res) => {
    await change(req, res, pressed, (ctx, ticket) => tickItem(ctx, ticket, idOf(req), false));
  });

  return router;
}

/** The button stands in the form that renames: its text comes along. */
const pressed = z.strictObject({ text: z.string().optional() });

const idOf = (req: Request) => numberParam(req, 'id');

async function change<Input>(
  req: Request,
  res: Response,
  schema: z.ZodType<Input>,
  verb: (ctx: Context, ticket: Ticket, input: Input) => Promise<void>,
): Promise<void> {
  const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
  const form = await submit(req, schema, async (ctx, input) => {
    await verb(ctx, ticket, input);
    return {};
  });
  const item = form.ok ? idOf(req) : undefined;
  if (isPartial(req)) {
    const checklist = await checklistOf(req.ctx, ticket);
    const locals = {
      ticket,
      checklist,
      form: form.ok ? emptyForm() : form,
      item,
      checklistOpen: item === -1,
    };
    return partials(res, { checklist: 'tickets/_checklist' }, locals);
  }
  if (!form.ok) return showAgain(req, res, ticket, form);
  return done(res, { to: `${ticketIn(req, ticket)}#checklist` });
}
