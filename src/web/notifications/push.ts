import { type Request, Router } from 'express';
import { z } from 'zod';
import {
  listPushBrowsers,
  pushSender,
  subscribeBrowser,
  unsubscribeBrowser,
} from '../../domain/notifications/push-subscriptions.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { browserName } from '../profile/browser-name.ts';
import { flash } from '../rendering/flash.ts';
import { submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { numberParam } from '../request.ts';

export function pushRoutes(): Router {
  const router = Router();

  router.post('/notifications/push', allow('profile.manage'), async (req, res) => {
    const key = z.string().max(200);
    const schema = z.strictObject({ endpoint: z.string().max(2_000), p256dh: key, auth: key });
    const form = await submit(req, schema, subscribeBrowser);
    const to = `${paths.notificationPreferences}#push`;
    if (form.ok) return done(res, { to, notice: req.t('This browser gets push messages now') });
    flash(req, 'red', Object.values(form.errors)[0] ?? req.t('That did not work. Try again.'));
    return done(res, { to });
  });

  router.delete('/notifications/push/:id', allow('profile.manage'), async (req, res) => {
    const id = numberParam(req, 'id');
    await submit(req, z.strictObject({}), ctx => unsubscribeBrowser(ctx, id));
    const notice = req.t('That browser gets no more push messages');
    return done(res, { to: `${paths.notificationPreferences}#push`, notice });
  });

  return router;
}

/** The key that a browser needs to subscribe, and the browsers that have. */
export async function pushSection(req: Request) {
  const [{ publicKey }, browsers] = await Promise.all([pushSender(req.ctx), listPushBrowsers(req.ctx)]);
  return {
    publicKey,
    browsers: browsers.map(each => ({ ...each, name: browserName(each.userAgent, req.t) })),
  };
}
