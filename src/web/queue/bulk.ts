import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../domain/context.ts';
import { DomainError, NotFound } from '../../domain/errors.ts';
import { pickUpTicket } from '../../domain/tickets/assigning.ts';
import { changeTicket } from '../../domain/tickets/changing.ts';
import { deskChoices } from '../../domain/tickets/choices.ts';
import { ticketNumbersOf } from '../../domain/tickets/finding-many.ts';
import { findTicket } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import { localPath } from '../access/local-path.ts';
import { allow } from '../middleware/allow.ts';
import { flash } from '../rendering/flash.ts';
import { emptyForm, fields, submit } from '../rendering/forms.ts';
import { done, invalid, page } from '../rendering/page.ts';
import { statusParts } from './../tickets/schemas.ts';

const chosen = z.strictObject({
  ids: fields(text => text).ids(),
  all: z.string().optional(),
  do: z.enum(['assign-me', 'status', 'priority']),
  value: z.string().max(60).optional(),
  back: z.string().max(2_000).optional(),
});
type Chosen = z.infer<typeof chosen>;

/** What the bar under the list does to the tickets that are ticked: at most one page of them. */
export function bulkRoutes(): Router {
  const router = Router();
  router.post('/queue/bulk', allow('queue.read'), async (req, res) => {
    const asked = chosen.safeParse(withoutOwn(req.body));
    const back = localPath(asked.data?.back, paths.queue);
    if (!asked.success || asked.data.ids.length === 0) {
      flash(req, 'amber', req.t('Select at least one ticket first'));
      return done(res, { to: back });
    }
    if (asked.data.do !== 'assign-me' && !asked.data.value)
      return askValue(req, res, { ...asked.data, back });
    const form = await submit(req, chosen, (ctx, input) => applyToAll(ctx, input));
    if (!form.ok)
      return invalid(
        res,
        'queue/bulk',
        {
          title: req.t('Change tickets'),
          form,
          chosen: { ...asked.data, back },
          choices: await deskChoices(req.ctx),
        },
        { layout: 'desk' },
      );
    if (form.result.failed > 0)
      flash(
        req,
        'amber',
        req.t('{{count}} tickets could not be changed. They may have changed meanwhile', {
          count: form.result.failed,
        }),
      );
    return done(res, {
      to: back,
      notice: req.t('{{count}} tickets changed', { count: form.result.changed }),
    });
  });
  return router;
}

const withoutOwn = (body: Record<string, unknown> = {}) =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !['_csrf', '_key'].includes(name)));

/** Without scripts, the choice of a status or priority is a page of its own that carries the tickets along. */
const askValue = async (req: Request, res: Response, asked: Chosen) =>
  page(
    res,
    'queue/bulk',
    {
      title: req.t('Change tickets'),
      nav: '',
      form: emptyForm(),
      chosen: asked,
      choices: await deskChoices(req.ctx),
    },
    { layout: 'desk' },
  );

/** Each ticket for itself: one that cannot be changed does not stop the others. */
async function applyToAll(ctx: Context, input: Chosen): Promise<{ changed: number; failed: number }> {
  const numbers = await ticketNumbersOf(ctx, input.ids);
  let failed = input.ids.length - numbers.length;
  let changed = 0;
  for (const number of numbers) {
    try {
      const ticket = await findTicket(ctx, number);
      if (input.do === 'assign-me') await pickUpTicket(ctx, ticket);
      else if (input.do === 'status') await changeTicket(ctx, ticket, statusParts(input.value));
      else await changeTicket(ctx, ticket, { priority: priorityOf(input.value) });
      changed += 1;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      failed += 1;
    }
  }
  return { changed, failed };
}

function priorityOf(value: string | undefined) {
  const parsed = z.enum(['low', 'medium', 'high', 'urgent']).safeParse(value);
  if (!parsed.success) throw new NotFound('No such priority');
  return parsed.data;
}
