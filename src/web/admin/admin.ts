import { Router } from 'express';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { auditRoutes } from './audit.ts';
import { cannedReplyRoutes } from './canned-replies.ts';
import { categoryRoutes } from './categories.ts';
import { departmentRoutes } from './departments.ts';
import { invitationRoutes } from './invitations.ts';
import { jobRoutes } from './jobs.ts';
import { mailLogRoutes } from './mail-log.ts';
import { mailboxSettingRoutes } from './mailboxes.ts';
import { settingRoutes } from './settings.ts';
import { teamRoutes } from './teams.ts';
import { mailTemplateRoutes } from './templates.ts';
import { templateRoutes } from './ticket-templates.ts';
import { userImportRoutes } from './user-import.ts';
import { userRoutes } from './users.ts';

/** Everything below /admin, a line a noun. Addresses with words stand before those with an id. */
export function adminRoutes(): Router {
  const router = Router();
  router.get('/admin', allow('user.manage'), (_req, res) => res.redirect(302, paths.adminUsers));
  router.use(invitationRoutes());
  router.use(userImportRoutes());
  router.use(userRoutes());
  router.use(teamRoutes());
  router.use(departmentRoutes());
  router.use(categoryRoutes());
  router.use(cannedReplyRoutes());
  router.use(templateRoutes());
  router.use(mailTemplateRoutes());
  router.use(mailboxSettingRoutes());
  router.use(settingRoutes());
  router.use(auditRoutes());
  router.use(jobRoutes());
  router.use(mailLogRoutes());
  return router;
}
