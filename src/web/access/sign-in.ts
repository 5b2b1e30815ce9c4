import { Router } from 'express';
import { z } from 'zod';
import { isPerson } from '../../domain/access/actor.ts';
import { hasUsers } from '../../domain/identity/setting-up.ts';
import type { Refusal } from '../../domain/identity/signing-in.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, fieldsOf } from '../rendering/forms.ts';
import { done, invalid, page } from '../rendering/page.ts';
import { queryText } from '../request.ts';
import { afterSignIn } from './local-path.ts';
import { showCarriedForm } from './lost-form.ts';
import { authenticate } from './passport.ts';
import { signIn, signOut } from './sessions.ts';
import { signInLocals } from './sign-in-page.ts';
import { forgetAttempts, throttle, throttleAddress } from './throttling.ts';

const LAYOUT = { layout: 'auth' } as const;

export function signInRoutes(): Router {
  const router = Router();

  router.get('/sign-in', allow.anyone, async (req, res) => {
    const next = afterSignIn(queryText(req, 'next', 2_000));
    if (isPerson(req.ctx.actor)) return res.redirect(303, next);
    if (!(await hasUsers(req.services.db))) return res.redirect(303, paths.setup);
    // A stranger has no session that would ask Redis: if it is away, that is said before a password is typed.
    await req.services.redis?.ping();
    const locals = await signInLocals(req, { next });
    return page(res, 'access/sign-in', { ...locals, form: emptyForm() }, LAYOUT);
  });

  router.post('/sign-in', allow.anyone, async (req, res) => {
    const { limits } = req.services.config;
    const typed = read(req.body, req.t);
    const locals = await signInLocals(req, { next: typed.next, carried: typed.carried });
    if (typed.problem) return invalid(res, 'access/sign-in', { ...locals, form: typed.form }, LAYOUT);
    await throttleAddress(req, 'sign-in-address', limits.signInAddress);
    await throttle(req, 'sign-in-account', typed.email.toLowerCase(), limits.signInAccount);
    const { user, refusal } = await authenticate(req, res);
    if (!user) return refuse(res, refusal ?? 'wrong', typed, locals);
    await forgetAttempts(req, 'sign-in-account', typed.email.toLowerCase());
    await signIn(req, user.id);
    if (await showCarriedForm(req, res, typed.carried)) return;
    return done(res, { to: typed.next });
  });

  router.post('/sign-out', allow.anyone, async (req, res) => {
    await signOut(req, res);
    return done(res, { to: paths.signIn });
  });

  return router;
}

type Typed = ReturnType<typeof read>;

const body = z.strictObject({
  email: z.string().trim().max(254).default(''),
  password: z.string().max(1_000).default(''),
  next: z.string().max(2_000).default('/'),
  carried: z.string().max(380_000).default(''),
});

function read(sent: unknown, t: Translate) {
  const parsed = body.safeParse(fieldsOf(sent));
  const { email, password, next, carried } = parsed.success
    ? parsed.data
    : { email: '', password: '', next: '/', carried: '' };
  const errors: Record<string, string> = {};
  if (!parsed.success) errors[''] = t('Enter your work email and your password');
  else if (!email) errors.email = t('Enter your work email');
  else if (!password) errors.password = t('Enter your password');
  const form = { values: { email }, errors };
  return { email, next: afterSignIn(next), carried, form, problem: Object.keys(errors).length > 0 };
}

/** The same words for an address nobody has and for a wrong password. */
function refuse(
  res: Parameters<typeof page>[0],
  refusal: Refusal,
  typed: Typed,
  locals: Record<string, unknown>,
) {
  const { t } = res.req;
  if (refusal === 'wrong') {
    const errors = {
      password: t('This email and password do not match. Try again, or choose a new password'),
    };
    const form = { values: { email: typed.email }, errors };
    return invalid(res, 'access/sign-in', { ...locals, form }, LAYOUT);
  }
  const title =
    refusal === 'waiting' ? t('Your account waits for approval') : t('Confirm your address first');
  return page(res, `access/${refusal}`, { title, email: typed.email }, { ...LAYOUT, status: 403 });
}
