import { Router } from 'express';
import type { Services } from '../services.ts';
import { accessRoutes } from './access/routes.ts';
import { adminRoutes } from './admin/admin.ts';
import { brandRoutes } from './brand/brand.ts';
import { mailboxRoutes } from './dev-mail/mailbox.ts';
import { homeRoutes } from './home/home.ts';
import { liveRoutes } from './live/live.ts';
import { notificationRoutes } from './notifications/notifications.ts';
import { unsubscribeRoutes } from './notifications/unsubscribing.ts';
import { profileRoutes } from './profile/profile.ts';
import { nextRoutes } from './queue/next.ts';
import { queueRoutes } from './queue/queue.ts';
import { timeReportRoutes } from './reports/time.ts';
import { searchRoutes } from './search/search.ts';
import { ticketRoutes } from './tickets/tickets.ts';
import { attachmentRoutes } from './uploads/attachments.ts';

/** All routes, a line a noun. */
export function routes(_services: Services): Router {
  const router = Router();
  router.use(accessRoutes());
  router.use(profileRoutes());
  router.use(homeRoutes());
  router.use(liveRoutes());
  router.use(ticketRoutes());
  router.use(nextRoutes());
  router.use(queueRoutes());
  router.use(searchRoutes());
  router.use(timeReportRoutes());
  router.use(attachmentRoutes());
  router.use(notificationRoutes());
  router.use(unsubscribeRoutes());
  router.use(mailboxRoutes());
  router.use(adminRoutes());
  router.use(brandRoutes());
  return router;
}
