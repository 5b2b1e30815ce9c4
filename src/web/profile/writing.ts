import { Router } from 'express';
import { z } from 'zod';
import { MAX_SIGNATURE, saveWriting } from '../../domain/identity/writing.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { showProfile } from './profile-page.ts';

export function writingRoutes(): Router {
  const router = Router();

  router.post('/profile/writing', allow('queue.read'), async (req, res) => {
    const { t } = req;
    const schema = z.strictObject({
      signature: z
        .string()
        .default('')
        .transform(text => text.replace(/\r\n?/g, '\n').replaceAll('\0', '').trim())
        .pipe(
          z.string().max(MAX_SIGNATURE, t('Shorten this to {{count}} characters', { count: MAX_SIGNATURE })),
        ),
      holdSeconds: z
        .enum(['0', '8', '20'], t('Choose how long a reply waits'))
        .transform(value => Number(value) as 0 | 8 | 20),
    });
    const form = await submit(req, schema, saveWriting);
    if (!form.ok) return showProfile(req, res, { writingForm: form });
    return done(res, { to: paths.profile, notice: t('Your settings are saved') });
  });

  return router;
}
