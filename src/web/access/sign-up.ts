import { type Request, Router } from 'express';
import { z } from 'zod';
import { NotFound } from '../../domain/errors.ts';
import { confirmAddress, linkOwner } from '../../domain/identity/confirming.ts';
import { departmentChoices, resendVerification, signUp } from '../../domain/identity/signing-up.ts';
import { tokenOwner } from '../../domain/identity/tokens.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, type FormState, fields, submit } from '../rendering/forms.ts';
import { done, invalid, page } from '../rendering/page.ts';
import { inEvenTime } from './even-time.ts';
import { newPassword, tokenParam } from './fields.ts';
import { strangersName } from './sessions.ts';
import { throttleAddress } from './throttling.ts';

const LAYOUT = { layout: 'auth' } as const;

export function signUpRoutes(): Router {
  const router = Router();

  router.get('/sign-up', allow.anyone, async (req, res) => {
    requireOpen(req);
    return page(res, 'access/sign-up', await signUpLocals(req, emptyForm()), LAYOUT);
  });

  router.post('/sign-up', allow.anyone, async (req, res) => {
    requireOpen(req);
    await throttleAddress(req, 'sign-up-address', req.services.config.limits.signUpAddress);
    const form = await inEvenTime(() =>
      submit(req, signUpSchema(req.t), signUp, { actor: strangersName(req) }),
    );
    if (!form.ok) return invalid(res, 'access/sign-up', await signUpLocals(req, form), LAYOUT);
    const locals = { title: req.t('Check your mail'), email: String(form.values.email ?? '').trim() };
    return page(res, 'access/check-mail', { ...locals, purpose: 'sign-up' }, LAYOUT);
  });

  router.post('/verify-email', allow.anyone, async (req, res) => {
    await throttleAddress(req, 'verification-address', req.services.config.limits.resetAddress);
    const schema = z.strictObject({ email: fields(req.t).email() });
    const form = await inEvenTime(() =>
      submit(req, schema, (ctx, { email }) => resendVerification(ctx, email), { actor: strangersName(req) }),
    );
    const email = String(form.values.email ?? '').trim();
    if (!form.ok) {
      const title = req.t('Confirm your address first');
      return invalid(res, 'access/unverified', { title, email, form }, LAYOUT);
    }
    const title = req.t('Check your mail');
    return page(res, 'access/check-mail', { title, email, purpose: 'verification' }, LAYOUT);
  });

  router.get('/verify-email/:token', allow.token, async (req, res) => {
    const locals = await linkLocals(req, tokenParam(req));
    return page(res, 'access/verify-email', locals, {
      ...LAYOUT,
      status: locals.state === 'ended' ? 410 : 200,
    });
  });

  router.post('/verify-email/:token', allow.token, async (req, res) => {
    const token = tokenParam(req);
    const confirmed = await confirmAddress(req.ctx, token);
    if (confirmed?.passwordToken) {
      const notice = req.t('Your address is confirmed. Now choose your password');
      return done(res, { to: paths.passwordResetToken(confirmed.passwordToken), notice });
    }
    return done(res, { to: paths.verifyEmail(token) });
  });

  return router;
}

const requireOpen = (req: Request) => {
  if (!req.ctx.settings.signUp) throw new NotFound('Sign-up is off');
};

const signUpLocals = async (req: Request, form: FormState) => ({
  title: req.t('Ask for an account'),
  form,
  departments: await departmentChoices(req.services.db),
});

const signUpSchema = (t: Translate) => {
  const field = fields(t);
  return z.strictObject({
    firstName: field.line(t('Enter your first name'), 80),
    lastName: field.line(t('Enter your last name'), 80),
    email: field.email(),
    companyId: field.optionalLine(40),
    departmentId: field.optionalId(t('Choose your department')),
    password: newPassword(t),
  });
};

/** What a link to confirm an address still can do, for whoever holds it. */
async function linkLocals(req: Request, token: string) {
  const owner = await linkOwner(req.services.db, 'verify-email', token);
  const isOpen = (await tokenOwner(req.services.db, 'verify-email', token)) !== undefined;
  if (owner && isOpen && !owner.emailVerifiedAt)
    return { title: req.t('Confirm your address'), state: 'open', owner };
  if (owner?.emailVerifiedAt && (owner.status === 'active' || owner.status === 'pending')) {
    return { title: req.t('Your address is confirmed'), state: owner.status, owner };
  }
  return { title: req.t('This link does not work any more'), state: 'ended', owner: undefined };
}
