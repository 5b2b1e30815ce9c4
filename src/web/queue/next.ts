import { type Request, Router } from 'express';
import { z } from 'zod';
import { takeNextTicket } from '../../domain/assignment/next.ts';
import type { NextReason } from '../../domain/assignment/ranking.ts';
import type { Priority } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { priorityWord } from '../rendering/drawing.ts';
import { createFormatting } from '../rendering/formatting.ts';
import { submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';

/** "Give me the next ticket": it opens, and says why it is this one. */
export function nextRoutes(): Router {
  const router = Router();
  router.post('/queue/next', allow('queue.read'), async (req, res) => {
    const form = await submit(req, z.strictObject({}), takeNextTicket);
    if (!form.ok) return done(res, { to: paths.queueView('mine') });
    const next = form.result;
    if (next.number === null)
      return done(res, { to: paths.queueView('mine'), notice: nothingLeft(req, next.full) });
    const to = `${paths.ticket(next.number)}?from=mine`;
    return done(res, { to, notice: becauseWords(req, next.priority, next.reason) });
  });
  return router;
}

const nothingLeft = ({ t }: Request, full: string | null) =>
  full
    ? t('You have as many open tickets as {{team}} wants one person to have. Solve one, then take the next', {
        team: full,
      })
    : t('Every ticket has an owner. Nothing is left to take');

function becauseWords({ t, ctx, locale, timeZone }: Request, priority: Priority, reason: NextReason): string {
  const fmt = createFormatting({ locale, timeZone, t, now: ctx.now() });
  const time = fmt.duration(reason.minutes ?? 0);
  const why = {
    overdue: () => t('Next because its reply was due {{time}} ago.', { time }),
    due: () => t('Next because its reply is due in {{time}}.', { time }),
    priority: () => t('Next because its priority is {{priority}}.', { priority: priorityWord(priority, t) }),
    age: () => t('Next because nobody has waited longer: {{time}}.', { time }),
  }[reason.because]();
  const sentences = [why];
  if (reason.skill) sentences.push(t('You handle {{category}}.', { category: reason.skill }));
  sentences.push(t('You have {{count}} open tickets with this one.', { count: reason.open + 1 }));
  return sentences.join(' ');
}
