import { type Request, Router } from 'express';
import { z } from 'zod';
import { anonymous } from '../../domain/access/actor.ts';
import { NotFound } from '../../domain/errors.ts';
import { hasUsers, setUp, setupToken } from '../../domain/identity/setting-up.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import type { Services } from '../../services.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, fields, submit } from '../rendering/forms.ts';
import { done, invalid, page } from '../rendering/page.ts';
import { queryText } from '../request.ts';
import { newPassword } from './fields.ts';
import { signIn, strangersName } from './sessions.ts';
import { throttleAddress } from './throttling.ts';

const LAYOUT = { layout: 'auth' } as const;
/** Wrong tokens an address may try in the window. 256 bits are safe anyway; this keeps the log readable. */
const ATTEMPTS = 20;

/** The address of the first-run page with its one-time token, for the log. Nothing once there is somebody. */
export async function prepareSetup(services: Services): Promise<string | undefined> {
  const token = await setupToken(await services.contextFor(anonymous));
  return token && `${services.config.http.appUrl}${paths.setup}?token=${token}`;
}

export function setupRoutes(): Router {
  const router = Router();

  router.get('/setup', allow.anyone, async (req, res) => {
    await requireEmpty(req);
    const form = emptyForm({ token: queryText(req, 'token') });
    return page(res, 'access/setup', { title: req.t('Set up your help desk'), form }, LAYOUT);
  });

  router.post('/setup', allow.anyone, async (req, res) => {
    await requireEmpty(req);
    await throttleAddress(req, 'setup', ATTEMPTS);
    const form = await submit(req, setupSchema(req.t), setUp, { actor: strangersName(req) });
    if (!form.ok) {
      return invalid(res, 'access/setup', { title: req.t('Set up your help desk'), form }, LAYOUT);
    }
    await signIn(req, form.result.userId);
    return done(res, {
      to: paths.adminTeams,
      notice: req.t('Your help desk is ready. Add teams, categories and departments, then invite people'),
    });
  });

  return router;
}

async function requireEmpty(req: Request): Promise<void> {
  if (await hasUsers(req.services.db)) throw new NotFound('Set up already');
}

const setupSchema = (t: Translate) => {
  const field = fields(t);
  return z.strictObject({
    token: field.line(t('Enter the token in the server’s log'), 200),
    companyName: field.line(t('Enter the name of your company'), 80),
    firstName: field.line(t('Enter your first name'), 80),
    lastName: field.line(t('Enter your last name'), 80),
    email: field.email(),
    password: newPassword(t),
  });
};
