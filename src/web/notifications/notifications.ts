import { type Request, Router } from 'express';
import { z } from 'zod';
import { isStaff } from '../../domain/access/actor.ts';
import {
  listNotifications,
  markAllRead,
  markRead,
  type NoticeFilter,
} from '../../domain/notifications/reading.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { submit } from '../rendering/forms.ts';
import { done, page } from '../rendering/page.ts';
import { numberParam, queryId, queryText } from '../request.ts';
import { preferenceRoutes } from './preferences.ts';
import { pushRoutes } from './push.ts';
import { described, grouped } from './sentences.ts';

export function notificationRoutes(): Router {
  const router = Router();

  router.use(preferenceRoutes(), pushRoutes());

  router.get('/notifications', allow('profile.manage'), async (req, res) => {
    const before = queryId(req, 'before');
    const asked = queryText(req, 'show');
    const show = isFilter(asked) ? asked : 'all';
    const limit = req.ctx.settings.pageSize;
    const { rows, more } = await listNotifications(req.ctx, { before, limit, show });
    const last = rows.at(-1);
    const own = show === 'all' ? paths.notifications : paths.notificationsShowing(show);
    await page(
      res,
      'notifications/list',
      {
        title: req.t('Notifications'),
        nav: 'notifications',
        show,
        rows: grouped(rows).map(notice => described(notice, req.t)),
        anyNew: rows.some(notice => notice.isNew),
        isDesk: isStaff(req.ctx.actor),
        previous: before ? own : undefined,
        next: more && last ? `${own}${own.includes('?') ? '&' : '?'}before=${last.id}` : undefined,
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

const isFilter = (text: string): text is NoticeFilter => ['all', 'unread', 'mentions'].includes(text);
