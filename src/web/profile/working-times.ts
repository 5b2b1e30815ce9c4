import { type Request, Router } from 'express';
import { z } from 'zod';
import { personId } from '../../domain/access/actor.ts';
import {
  changeWorkingTimes,
  setAvailability,
  type WorkingTimes,
} from '../../domain/assignment/working-times.ts';
import { paths } from '../../paths.ts';
import { localPath } from '../access/local-path.ts';
import { workHours } from '../admin/setting-forms.ts';
import { allow } from '../middleware/allow.ts';
import { fields, submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { showProfile } from './profile-page.ts';

export function workingTimesRoutes(): Router {
  const router = Router();

  router.post('/profile/working-times', allow('queue.read'), async (req, res) => {
    const own = personId(req.ctx.actor) ?? -1;
    const form = await submit(req, timesSchema(req), (ctx, input) => changeWorkingTimes(ctx, own, input));
    if (!form.ok && form.conflict) throw form.conflict;
    if (!form.ok) return showProfile(req, res, { timesForm: form });
    return done(res, { to: paths.profile, notice: req.t('Your working hours are saved') });
  });

  router.post('/profile/availability', allow('queue.read'), async (req, res) => {
    const next = z.string().max(2_000).optional();
    const schema = z.strictObject({ available: z.enum(['1', '0']), next });
    const form = await submit(req, schema, (ctx, input) => setAvailability(ctx, input.available === '1'));
    const asked = next.safeParse((req.body as Record<string, unknown>).next);
    const to = localPath(asked.data, paths.profile);
    if (!form.ok) return done(res, { to });
    const { available } = form.result;
    return done(res, { to, notice: available ? req.t('You are available') : req.t('You are away') });
  });
  return router;
}

type TimesInput = WorkingTimes & { version: number };

/** What the form of hours and absence says; the company's hours are no hours of one's own. */
export function timesSchema({ t }: Pick<Request, 't'>): z.ZodType<TimesInput> {
  const day = z
    .string()
    .default('')
    .refine(text => text === '' || isDay(text), t('Enter a day like 2026-07-31'))
    .transform(text => text || null);
  return z
    .strictObject({
      version: fields(t).id(t('Load the page again')),
      hours: z.enum(['company', 'own'], t('Choose whose hours count')),
      ...workHours(t),
      absentFrom: day,
      absentUntil: day,
    })
    .superRefine((input, check) => {
      const wrong = (path: string, message: string) =>
        check.addIssue({ code: 'custom', path: [path], message });
      if (input.hours === 'own' && input.days.length === 0) wrong('days', t('Choose at least one day'));
      if (input.absentUntil && !input.absentFrom) wrong('absentFrom', t('Enter the first day away'));
      else if (input.absentUntil && input.absentFrom && input.absentUntil < input.absentFrom)
        wrong('absentUntil', t('Enter a last day that is not before the first'));
    })
    .transform(({ hours, days, from, to, ...rest }) => {
      const own = hours === 'own';
      return { ...rest, days: own ? days : null, starts: own ? from : null, ends: own ? to : null };
    });
}

const isDay = (text: string) =>
  /^20\d\d-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
