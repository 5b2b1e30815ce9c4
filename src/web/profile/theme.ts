import { Router } from 'express';
import { z } from 'zod';
import { paths } from '../../paths.ts';
import { localPath, pathOfReferer } from '../access/local-path.ts';
import { cookieName } from '../cookies.ts';
import { allow } from '../middleware/allow.ts';
import { fieldsOf } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';

const YEAR_MS = 365 * 24 * 3_600_000;

const body = z.object({
  theme: z.enum(['light', 'dark', 'system']).catch('system'),
  next: z.string().max(2_000).optional().catch(undefined),
});

export function themeRoutes(): Router {
  const router = Router();

  // Kept by the browser, not the account: a phone in bed and a desk by the window differ.
  router.post('/profile/theme', allow('profile.manage'), (req, res) => {
    const { theme, next } = body.parse(fieldsOf(req.body));
    const options = {
      path: '/',
      sameSite: 'lax',
      secure: req.services.config.http.secure,
      httpOnly: true,
    } as const;
    const name = cookieName(req.services, 'theme');
    if (theme === 'system') res.clearCookie(name, options);
    else res.cookie(name, theme, { ...options, maxAge: YEAR_MS });
    done(res, { to: localPath(next, pathOfReferer(req.get('Referer'), req.get('Host'), paths.profile)) });
  });

  return router;
}
