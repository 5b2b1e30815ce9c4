import { Router } from 'express';
import { invitationRoutes } from './invitations.ts';
import { passwordResetRoutes } from './password-reset.ts';
import { confirmationRoutes } from './re-authentication.ts';
import { noteDevices } from './sessions.ts';
import { setupRoutes } from './setup.ts';
import { signInRoutes } from './sign-in.ts';
import { signUpRoutes } from './sign-up.ts';

/** Getting in and out. Comes first: every page after it notes the device it is seen on. */
export function accessRoutes(): Router {
  const router = Router();
  router.use(noteDevices);
  router.use(signInRoutes(), confirmationRoutes(), signUpRoutes(), passwordResetRoutes());
  router.use(invitationRoutes(), setupRoutes());
  return router;
}
