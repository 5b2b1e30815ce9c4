import { Router } from 'express';
import { z } from 'zod';
import { MAX_MEMO, saveMemo } from '../../domain/tickets/memo.ts';
import { findTicket } from '../../domain/tickets/ticket.ts';
import { allow } from '../middleware/allow.ts';
import { fieldsOf } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { isPartial, numberParam } from '../request.ts';
import { ticketIn } from './place.ts';
import { showAgain } from './show.ts';

/** A note to oneself about a ticket: kept as one types, with a button where scripts are off. */
export function memoRoutes(): Router {
  const router = Router();

  router.put('/tickets/:number/memo', allow('ticket.work'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    const schema = z.strictObject({
      memo: z
        .string()
        .transform(text => text.replace(/\r\n?/g, '\n'))
        .pipe(z.string().max(MAX_MEMO, req.t('Shorten this to {{count}} characters', { count: MAX_MEMO }))),
    });
    // Not by the form's key: one form saves again and again, and the same text twice is one text.
    const values = fieldsOf(req.body);
    const parsed = schema.safeParse(values);
    if (!parsed.success) {
      const memo = parsed.error.issues[0]?.message ?? '';
      return showAgain(req, res, ticket, { values, errors: { memo } });
    }
    await saveMemo(req.ctx, ticket, parsed.data.memo);
    if (isPartial(req)) return void res.status(204).end();
    return done(res, { to: `${ticketIn(req, ticket)}#memo`, notice: req.t('Your note is saved') });
  });

  return router;
}
