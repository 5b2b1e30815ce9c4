import { Router } from 'express';
import { reopenAddress } from '../../domain/mail/reopening.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { numberParam } from '../request.ts';
import { press } from './admin-page.ts';

export function userMailRoutes(): Router {
  const router = Router();

  router.delete('/admin/users/:id/mail-stop', allow('user.manage'), async (req, res) => {
    const userId = numberParam(req, 'id');
    await press(req, res, ctx => reopenAddress(ctx, { userId }), {
      to: paths.adminUser(userId),
      notice: ({ name }) => req.t('Mail goes to {{name}} again', { name }),
    });
  });

  return router;
}
