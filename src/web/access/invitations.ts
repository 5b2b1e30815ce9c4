import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { acceptInvitation, canJoin } from '../../domain/identity/joining.ts';
import { tokenOwner } from '../../domain/identity/tokens.ts';
import { type User, userOrNone } from '../../domain/identity/user.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, fields, submit } from '../rendering/forms.ts';
import { done, invalid, page } from '../rendering/page.ts';
import { newPassword, tokenParam } from './fields.ts';
import { signIn } from './sessions.ts';
import { throttleAddress } from './throttling.ts';

const LAYOUT = { layout: 'auth' } as const;

export function invitationRoutes(): Router {
  const router = Router();

  router.get('/invitations/:token', allow.token, async (req, res) => {
    const owner = await invited(req);
    if (!owner) return linkEnded(res);
    const form = emptyForm({ firstName: owner.firstName, lastName: owner.lastName });
    return page(res, 'access/invitation', { title: req.t('Join the support desk'), owner, form }, LAYOUT);
  });

  router.post('/invitations/:token', allow.token, async (req, res) => {
    await throttleAddress(req, 'reset-address', req.services.config.limits.resetAddress);
    const owner = await invited(req);
    if (!owner) return linkEnded(res);
    const form = await submit(req, joiningSchema(req.t), async (ctx, input) => ({
      userId: await acceptInvitation(ctx, tokenParam(req), input),
    }));
    if (!form.ok) {
      return invalid(
        res,
        'access/invitation',
        { title: req.t('Join the support desk'), owner, form },
        LAYOUT,
      );
    }
    if (!form.result.userId) return linkEnded(res);
    await signIn(req, form.result.userId);
    return done(res, { to: paths.home, notice: req.t('Welcome. Your account is ready') });
  });

  return router;
}

async function invited(req: Request): Promise<User | undefined> {
  const userId = await tokenOwner(req.services.db, 'invitation', tokenParam(req));
  const user = userId ? await userOrNone(req.services.db, userId) : undefined;
  return user && canJoin(user) ? user : undefined;
}

const joiningSchema = (t: Translate) => {
  const field = fields(t);
  return z.strictObject({
    firstName: field.line(t('Enter your first name'), 80),
    lastName: field.line(t('Enter your last name'), 80),
    password: newPassword(t),
    username: z.string().optional(),
  });
};

const linkEnded = (res: Response) =>
  page(
    res,
    'access/link-ended',
    { title: res.req.t('This link does not work any more'), purpose: 'invitation' },
    { ...LAYOUT, status: 410 },
  );
