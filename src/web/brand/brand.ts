import { pipeline } from 'node:stream/promises';
import { Router } from 'express';
import { NotFound } from '../../domain/errors.ts';
import { openLogo } from '../../domain/settings/branding.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { queryText } from '../request.ts';

export function brandRoutes(): Router {
  const router = Router();

  router.get('/brand/logo', allow.anyone, async (req, res) => {
    const { logoKey } = req.ctx.settings;
    const logo = await openLogo(req.ctx, queryText(req, 'size') === 'large' ? 'large' : 'small');
    if (!logo || !logoKey) throw new NotFound('No logo');
    const isCurrent = paths.logo(logoKey).endsWith(`?v=${encodeURIComponent(queryText(req, 'v'))}`);
    // The address names the picture, so it never changes under it; a stale address is not kept.
    res.set('Cache-Control', isCurrent ? 'public, max-age=31536000, immutable' : 'no-store');
    res.set('Content-Security-Policy', "default-src 'none'; sandbox; frame-ancestors 'none'");
    res.type('png');
    await pipeline(logo, res).catch(() => res.destroy());
  });

  return router;
}
