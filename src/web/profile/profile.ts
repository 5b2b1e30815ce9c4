import { type Request, Router } from 'express';
import { z } from 'zod';
import { saveProfile } from '../../domain/identity/profile.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { isZone } from '../middleware/set-up-context.ts';
import { fields, submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { deviceRoutes } from './devices.ts';
import { passwordRoutes } from './password.ts';
import { showProfile } from './profile-page.ts';
import { themeRoutes } from './theme.ts';
import { workingTimesRoutes } from './working-times.ts';
import { writingRoutes } from './writing.ts';

export function profileRoutes(): Router {
  const router = Router();

  router.get('/profile', allow('profile.manage'), (req, res) => showProfile(req, res));

  router.post('/profile', allow('profile.manage'), async (req, res) => {
    const form = await submit(req, profileSchema(req), (ctx, { version, ...input }) =>
      saveProfile(ctx, input, version),
    );
    if (!form.ok && form.conflict) throw form.conflict;
    if (!form.ok) return showProfile(req, res, { form });
    return done(res, { to: paths.profile, notice: req.t('Your settings are saved') });
  });

  router.use(passwordRoutes(), deviceRoutes(), themeRoutes(), writingRoutes(), workingTimesRoutes());
  return router;
}

const profileSchema = (req: Request) => {
  const { t } = req;
  const field = fields(t);
  const { locales } = req.services.translator;
  return z.strictObject({
    firstName: field.line(t('Enter your first name'), 80),
    lastName: field.line(t('Enter your last name'), 80),
    phone: field
      .optionalLine(40)
      .pipe(z.string().regex(/^[+\d][\d\s()/.-]*$|^$/, t('Enter a phone number like +49 30 901820'))),
    locale: z
      .string()
      .default('')
      .transform(value => value || null)
      .refine(value => value === null || locales.includes(value), t('Choose a language from the list')),
    timeZone: z
      .string()
      .max(60)
      .default('')
      .transform(value => value || null)
      .refine(value => value === null || isZone(value), t('Choose a time zone from the list')),
    shortcuts: field.checkbox(),
    version: field.id(t('Load the page again')),
  });
};
