import { Router } from 'express';
import { z } from 'zod';
import { askForReset, resetOwner, resetPassword } from '../../domain/identity/resetting.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, fields, submit } from '../rendering/forms.ts';
import { done, invalid, page } from '../rendering/page.ts';
import { inEvenTime } from './even-time.ts';
import { newPassword, tokenParam } from './fields.ts';
import { strangersName } from './sessions.ts';
import { forgetAttempts, throttleAddress } from './throttling.ts';

const LAYOUT = { layout: 'auth' } as const;

export function passwordResetRoutes(): Router {
  const router = Router();

  router.get('/password-reset', allow.anyone, (req, res) =>
    page(res, 'access/password-reset', { title: req.t('Choose a new password'), form: emptyForm() }, LAYOUT),
  );

  router.post('/password-reset', allow.anyone, async (req, res) => {
    await throttleAddress(req, 'reset-address', req.services.config.limits.resetAddress);
    const schema = z.strictObject({ email: fields(req.t).email() });
    const form = await inEvenTime(() =>
      submit(req, schema, (ctx, { email }) => askForReset(ctx, email), { actor: strangersName(req) }),
    );
    if (!form.ok) {
      return invalid(res, 'access/password-reset', { title: req.t('Choose a new password'), form }, LAYOUT);
    }
    const email = String(form.values.email).trim();
    return page(
      res,
      'access/check-mail',
      { title: req.t('Check your mail'), email, purpose: 'reset' },
      LAYOUT,
    );
  });

  router.get('/password-reset/:token', allow.token, async (req, res) => {
    const owner = await resetOwner(req.ctx, tokenParam(req));
    if (!owner) return linkEnded(res);
    return page(res, 'access/new-password', { ...newPasswordLocals(res), owner, form: emptyForm() }, LAYOUT);
  });

  router.post('/password-reset/:token', allow.token, async (req, res) => {
    const token = tokenParam(req);
    await throttleAddress(req, 'reset-address', req.services.config.limits.resetAddress);
    const schema = z.strictObject({ password: newPassword(req.t), username: z.string().optional() });
    const form = await submit(req, schema, async (ctx, { password }) => {
      const user = await resetPassword(ctx, token, password);
      // Guesses of others have shut the account; who reads its mail is let in.
      if (user?.email) await forgetAttempts(req, 'sign-in-account', user.email.toLowerCase());
      return { changed: Boolean(user) };
    });
    if (!form.ok) {
      const owner = await resetOwner(req.ctx, token);
      return owner
        ? invalid(res, 'access/new-password', { ...newPasswordLocals(res), owner, form }, LAYOUT)
        : linkEnded(res);
    }
    if (!form.result.changed) return linkEnded(res);
    return done(res, {
      to: paths.signIn,
      notice: req.t('Your password is changed. Sign in with the new one'),
    });
  });

  return router;
}

type Answer = Parameters<typeof page>[0];

const newPasswordLocals = (res: Answer) => ({ title: res.req.t('Choose a new password') });

const linkEnded = (res: Answer) =>
  page(
    res,
    'access/link-ended',
    { title: res.req.t('This link does not work any more'), purpose: 'reset' },
    { ...LAYOUT, status: 410 },
  );
