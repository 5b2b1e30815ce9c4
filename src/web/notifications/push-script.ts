import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Express } from 'express';
import { paths } from '../../paths.ts';
import { projectRoot } from '../rendering/assets.ts';

/**
 * The script by which browsers show push messages. Its address never changes and lies at the root, since that is how
 * far it may reach; it is the same for everybody, so it needs no session.
 */
export function setUpServiceWorker(app: Express) {
  const script = readFileSync(path.join(projectRoot(), 'public/service-worker.js'));
  app.use(paths.serviceWorker, (req, res, next) => {
    if (req.path !== '/' || !['GET', 'HEAD'].includes(req.method)) return next();
    res.set('Cache-Control', 'no-cache').type('text/javascript').send(script);
  });
}
