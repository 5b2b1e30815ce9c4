import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../domain/context.ts';
import { asLength, minutesFrom } from '../../domain/tickets/length-of-time.ts';
import { findTicket, type Ticket } from '../../domain/tickets/ticket.ts';
import {
  addTime,
  changeTime,
  discardTimer,
  removeTime,
  startTimer,
  stopTimer,
  timeSpentOn,
} from '../../domain/tickets/timing.ts';
import { dayIn } from '../day.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, fields, submit } from '../rendering/forms.ts';
import { done, partials } from '../rendering/page.ts';
import { isPartial, numberParam } from '../request.ts';
import { ticketIn } from './place.ts';
import { showAgain } from './show.ts';

/** Time spent on a ticket: by the person's clock, or written down by hand. */
export function timeRoutes(): Router {
  const router = Router();

  router.post('/tickets/:number/time', allow('ticket.work'), async (req, res) => {
    await change(req, res, entrySchema(req), async (ctx, ticket, entry) => {
      await addTime(ctx, ticket, entryOf(entry));
      return req.t('Time saved');
    });
  });

  router.put('/tickets/:number/time/:id', allow('ticket.work'), async (req, res) => {
    const id = numberParam(req, 'id');
    await change(req, res, entrySchema(req), async (ctx, ticket, entry) => {
      await changeTime(ctx, ticket, id, entryOf(entry));
      return req.t('Time saved');
    });
  });

  router.delete('/tickets/:number/time/:id', allow('ticket.work'), async (req, res) => {
    await change(req, res, anything, async (ctx, ticket) => {
      await removeTime(ctx, ticket, numberParam(req, 'id'));
      return req.t('Time removed');
    });
  });

  router.post('/tickets/:number/timer', allow('ticket.work'), async (req, res) => {
    const today = dayIn(req.timeZone, req.ctx.now());
    await change(req, res, anything, async (ctx, ticket) => {
      const { stopped } = await startTimer(ctx, ticket, today);
      return stopped
        ? req.t('Timer started. {{time}} kept on #{{number}}', {
            time: asLength(stopped.minutes),
            number: stopped.number,
          })
        : req.t('Timer started');
    });
  });

  // Wherever the person's timer runs: there is one at most, and its ticket may be out of their sight by now.
  router.post('/tickets/:number/timer/entry', allow('time.track'), async (req, res) => {
    const schema = anything.extend({ note: fields(req.t).optionalLine(500) });
    await change(req, res, schema, async (ctx, _ticket, { note }) => {
      const kept = await stopTimer(ctx, note);
      return kept
        ? req.t('{{time}} kept on #{{number}}', { time: asLength(kept.minutes), number: kept.number })
        : req.t('No timer runs');
    });
  });

  router.delete('/tickets/:number/timer', allow('time.track'), async (req, res) => {
    await change(req, res, anything, async ctx => {
      await discardTimer(ctx);
      return req.t('Timer discarded');
    });
  });

  return router;
}

/** A button stands in the form with the note: that comes along. */
const anything = z.strictObject({
  spent: z.string().optional(),
  spent_on: z.string().optional(),
  note: z.string().optional(),
});

const entrySchema = (req: Request) =>
  z.strictObject({
    spent: z.string().transform((text, issue) => {
      const minutes = minutesFrom(text);
      if (minutes) return minutes;
      issue.addIssue({ code: 'custom', message: req.t('Write the time like 1h 30m, 1:30, 90 or 1.5h') });
      return z.NEVER;
    }),
    spent_on: z
      .string()
      .optional()
      .transform(day => day || dayIn(req.timeZone, req.ctx.now())),
    note: fields(req.t).optionalLine(500),
  });

type Entry = z.infer<ReturnType<typeof entrySchema>>;
const entryOf = ({ spent, spent_on, note }: Entry) => ({ minutes: spent, spentOn: spent_on, note });

async function change<Input>(
  req: Request,
  res: Response,
  schema: z.ZodType<Input>,
  verb: (ctx: Context, ticket: Ticket, input: Input) => Promise<string>,
): Promise<void> {
  const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
  const form = await submit(req, schema, async (ctx, input) => ({ notice: await verb(ctx, ticket, input) }));
  if (isPartial(req)) {
    const time = await timeSpentOn(req.ctx, ticket);
    const today = dayIn(req.timeZone, req.ctx.now());
    const entry = form.ok ? undefined : numberParam(req, 'id');
    const locals = { ticket, time, today, form: form.ok ? emptyForm() : form, entry, timeOpen: !form.ok };
    return partials(res, { time: 'tickets/_time' }, locals, form.ok ? { toast: form.result.notice } : {});
  }
  if (!form.ok) return showAgain(req, res, ticket, form);
  return done(res, { to: `${ticketIn(req, ticket)}#time`, notice: form.result.notice });
}
