import { type Request, Router } from 'express';
import { z } from 'zod';
import { isStaff } from '../../domain/access/actor.ts';
import { listNotifications, markAllRead, markRead } from '../../domain/notifications/reading.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { submit } from '../rendering/forms.ts';
import { done, page } from '../rendering/page.ts';
import { numberParam, queryId } from '../request.ts';
import { preferenceRoutes } from './preferences.ts';
import { pushRoutes } from './push.ts';
import { described } from './sentences.ts';

export function notificationRoutes(): Router {
  const router = Router();

  router.use(preferenceRoutes(), pushRoutes());

  router.get('/notifications', allow('profile.manage'), async (req, res) => {
    const before = queryId(req, 'before');
    const { rows, more } = await listNotifications(req.ctx, { before, limit: req.ctx.settings.pageSize });
    const last = rows.at(-1);
    await page(
      res,
      'notifications/list',
      {
        title: req.t('Notifications'),
        nav: 'notifications',
        rows: rows.map(notice => described(notice, req.t)),
        anyNew: rows.some(notice => notice.isNew),
        isDesk: isStaff(req.ctx.actor),
        previous: before ? paths.notifications : undefined,
        next: more && last ? `${paths.notifications}?before=${last.id}` : undefined,
      },
      { layout: isStaff(req.ctx.actor) ? 'desk' : 'portal' },
    );
  });

  router.post('/notifications/reading', allow('profile.manage'), async (req, res) => {
    await press(req, async ctx => ({ read: await markAllRead(ctx) }));
    done(res, { to: paths.notifications });
  });

  router.post('/notifications/:id/reading', allow('profile.manage'), async (req, res) => {
    const id = numberParam(req, 'id');
    await press(req, async ctx => ({ read: await markRead(ctx, id) }));
    done(res, { to: paths.notifications });
  });

  return router;
}

/** A button's form has no fields of its own. */
const press = (req: Request, work: Parameters<typeof submit<object, object>>[2]) =>
  submit(req, z.strictObject({}), work);
