import { Router } from 'express';
import { z } from 'zod';
import { changePassword } from '../../domain/identity/resetting.ts';
import { paths } from '../../paths.ts';
import { newPassword } from '../access/fields.ts';
import { renewSession } from '../access/sessions.ts';
import { throttle } from '../access/throttling.ts';
import { allow } from '../middleware/allow.ts';
import { submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { person } from '../request.ts';
import { showProfile } from './profile-page.ts';

export function passwordRoutes(): Router {
  const router = Router();

  router.post('/profile/password', allow('profile.manage'), async (req, res) => {
    await throttle(req, 'confirmation', String(person(req).id), req.services.config.limits.signInAccount);
    const schema = z.strictObject({
      current: z.string().min(1, req.t('Enter your current password')).max(1_000),
      password: newPassword(req.t),
      username: z.string().optional(),
    });
    const { deviceId } = req.session;
    const form = await submit(req, schema, (ctx, { current, password }) =>
      changePassword(ctx, { current, next: password, deviceId }),
    );
    if (!form.ok) return showProfile(req, res, { passwordForm: form });
    // All other sessions are of an older epoch now; this one goes on under a new id.
    await renewSession(req, { epoch: form.result.epoch });
    const notice = req.t('Your password is changed. Other devices are signed out');
    return done(res, { to: paths.profile, notice });
  });

  return router;
}
