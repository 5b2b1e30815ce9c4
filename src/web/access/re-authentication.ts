import { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { confirmsPassword } from '../../domain/identity/signing-in.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, fieldsOf } from '../rendering/forms.ts';
import { done, invalid, page } from '../rendering/page.ts';
import { isPartial, person, queryText } from '../request.ts';
import { sealForm } from './carried-form.ts';
import { localPath, pathOfReferer } from './local-path.ts';
import { showCarriedForm } from './lost-form.ts';
import { renewSession } from './sessions.ts';
import { throttle } from './throttling.ts';

/** How long a typed password counts, in ms. */
const RECENT_MS = 15 * 60_000;
const LAYOUT = { layout: 'auth' } as const;

/**
 * For what a borrowed computer must not do (roles, addresses, secrets): asks for the password unless it was typed
 * in the last 15 minutes. What was sent meanwhile comes back as a filled form. Stands after `allow`.
 */
export const requireRecentPassword: RequestHandler = async (req, res, next) => {
  const { confirmedAt } = req.session;
  if (confirmedAt && Date.now() - confirmedAt < RECENT_MS) return next();
  const from = pathOfReferer(req.get('Referer'), req.get('Host'));
  const asksOnly = req.method === 'GET' || req.method === 'HEAD';
  if (!asksOnly) await askBeforeSending(req, res, from);
  else if (isPartial(req)) res.set('HX-Redirect', confirmationFor(from)).status(200).end();
  else res.redirect(303, confirmationFor(req.originalUrl));
};

async function askBeforeSending(req: Request, res: Response, from: string): Promise<void> {
  // In a page that htmx keeps, the question takes the place of the content, with what was typed in it.
  if (isPartial(req)) res.set({ 'HX-Retarget': '#main', 'HX-Reswap': 'outerHTML', 'HX-Reselect': '#main' });
  const carried = sealForm(req, { path: req.originalUrl, from, hasFiles: false, body: req.body });
  await page(
    res,
    'access/confirmation',
    { ...locals(req, from), carried: carried ?? '', pressed: !carried },
    { ...LAYOUT, status: 403 },
  );
}

export function confirmationRoutes(): Router {
  const router = Router();

  router.get('/sign-in/confirmation', allow('profile.manage'), (req, res) =>
    page(res, 'access/confirmation', locals(req, localPath(queryText(req, 'next', 2_000))), LAYOUT),
  );

  router.post('/sign-in/confirmation', allow('profile.manage'), async (req, res) => {
    const typed = body.safeParse(fieldsOf(req.body));
    const { password = '', next = '/', carried = '', pressed } = typed.success ? typed.data : {};
    const to = localPath(next);
    await throttle(req, 'confirmation', String(person(req).id), req.services.config.limits.signInAccount);
    if (!(await confirmsPassword(req.ctx, password)))
      return refuse(req, res, { ...locals(req, to), carried, pressed: Boolean(pressed) });
    await renewSession(req);
    if (await showCarriedForm(req, res, carried)) return;
    return done(res, {
      to,
      ...(pressed && { notice: req.t('It is you. Nothing is done yet: press the button again') }),
    });
  });

  return router;
}

const confirmationFor = (next: string) => `${paths.signInConfirmation}?next=${encodeURIComponent(next)}`;

const body = z.strictObject({
  username: z.string().optional(),
  password: z.string().max(1_000).default(''),
  next: z.string().max(2_000).default('/'),
  carried: z.string().max(380_000).default(''),
  pressed: z.literal('1').optional(),
});

const locals = (req: Request, next: string) => ({
  title: req.t('Confirm it is you'),
  next,
  carried: '',
  pressed: false,
  form: emptyForm(),
});

function refuse(req: Request, res: Response, asked: ReturnType<typeof locals>) {
  const form = { values: {}, errors: { password: req.t('This is not your password. Try again') } };
  return invalid(res, 'access/confirmation', { ...asked, form }, LAYOUT);
}
