import { Router } from 'express';
import { endDevice, signOutEverywhere } from '../../domain/identity/devices.ts';
import { paths } from '../../paths.ts';
import { requireRecentPassword } from '../access/re-authentication.ts';
import { leave } from '../access/sessions.ts';
import { allow } from '../middleware/allow.ts';
import { done } from '../rendering/page.ts';
import { numberParam } from '../request.ts';

export function deviceRoutes(): Router {
  const router = Router();

  router.delete('/profile/devices/:id', allow('profile.manage'), requireRecentPassword, async (req, res) => {
    const id = numberParam(req, 'id');
    await endDevice(req.ctx, id);
    if (id === req.session.deviceId) {
      await leave(req, res);
      return done(res, { to: paths.signIn });
    }
    return done(res, { to: paths.profile, notice: req.t('That device is signed out') });
  });

  router.delete('/profile/devices', allow('profile.manage'), requireRecentPassword, async (req, res) => {
    await signOutEverywhere(req.ctx);
    await leave(req, res);
    return done(res, { to: paths.signIn });
  });

  return router;
}
