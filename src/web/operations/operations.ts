import type { Express, Request, RequestHandler } from 'express';
import { sameText } from '../../platform/crypto.ts';
import type { Services } from '../../services.ts';
import { isDraining } from './draining.ts';

/** Before sessions: these answer whatever else is away. */
export function setUpOperations(app: Express, services: Services) {
  app.get('/health', (_req, res) => {
    res.json({ status: 'alive' });
  });
  app.get('/health/ready', async (_req, res) => {
    const checks = await services.readiness();
    const draining = isDraining(services);
    const ready = !draining && Object.values(checks).every(state => state === 'ok');
    res
      .status(ready ? 200 : 503)
      .json({ status: draining ? 'draining' : ready ? 'ready' : 'not ready', checks });
  });
  app.get('/metrics', allowMetrics, async (_req, res) => {
    const depth = await services
      .db('event_queue')
      .whereNull('failed_at')
      .limit(10_000)
      .count<{ count: number }[]>('* as count')
      .catch(() => undefined);
    if (depth?.[0]) services.metrics.queueDepth.set(Number(depth[0].count));
    res.type(services.metrics.registry.contentType).send(await services.metrics.registry.metrics());
  });
}

const PRIVATE = /^(::ffff:)?(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)|^::1$|^f[cd]/i;

/** With the token, or from a private address when no proxy stands in between. */
const allowMetrics: RequestHandler = (req, res, next) => {
  const { metricsToken } = req.services.config;
  const given = req.get('Authorization')?.replace(/^Bearer /i, '') ?? '';
  const byToken = Boolean(metricsToken) && sameText(given, metricsToken ?? '');
  if (byToken || (!metricsToken && !isForwarded(req) && PRIVATE.test(req.socket.remoteAddress ?? '')))
    return next();
  res.status(404).type('text').send('Not found');
};

const isForwarded = (req: Request) =>
  ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'].some(name => req.get(name));
