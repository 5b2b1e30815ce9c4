import { randomBytes } from 'node:crypto';
import compression from 'compression';
import type { Express, Request, Response } from 'express';
import type { Services } from '../../services.ts';
import { isDraining } from '../operations/draining.ts';
import type { Assets } from '../rendering/assets.ts';

const SLOW_MS = 1_000;
/** Answers on these pages take as long for anyone; their time is told to nobody. */
const ACCESS = /^\/(sign-in|sign-up|sign-out|password-reset|verify-email|invitations|setup)/i;

/** A number for each request, a log line, its time, and answers that are squeezed. */
export function setUpRequest(app: Express, services: Services, assets: Assets) {
  app.use((req, res, next) => {
    const start = process.hrtime.bigint();
    req.services = services;
    req.assets = assets;
    req.requestId = errorNumber();
    res.set('X-Request-Id', req.requestId);
    const writeHead = res.writeHead;
    res.writeHead = function (this: Response, ...args: unknown[]) {
      if (!ACCESS.test(req.path) && !res.headersSent)
        res.setHeader('X-Response-Time', `${elapsed(start).toFixed(1)}ms`);
      // The next request on this connection would meet a closed door.
      if (isDraining(services) && !res.headersSent) res.setHeader('Connection', 'close');
      return writeHead.apply(this, args as Parameters<typeof writeHead>);
    } as typeof res.writeHead;
    res.on('close', () => report(req, res, elapsed(start)));
    next();
  });
  app.use(compression({ threshold: 1_000 }));
}

const elapsed = (start: bigint) => Number(process.hrtime.bigint() - start) / 1e6;

function report(req: Request, res: Response, ms: number) {
  const { log, metrics } = req.services;
  const route = typeof req.route?.path === 'string' ? `${req.baseUrl}${req.route.path}` : 'other';
  const status = res.writableEnded ? res.statusCode : 499;
  // A stream lasts as long as its page is open: that is no time to answer.
  if (res.get('Content-Type')?.startsWith('text/event-stream')) return;
  metrics.requests.observe(
    { method: req.method, route, status: `${Math.floor(status / 100)}xx` },
    ms / 1_000,
  );
  if (route === 'other' && /^\/(assets|health|metrics)/.test(req.originalUrl) && status < 400) return;
  const line = {
    requestId: req.requestId,
    method: req.method,
    path: withoutSecrets(req.path),
    status,
    ms: Math.round(ms),
  };
  if (status >= 500) log.error(line, 'request failed');
  else if (ms > SLOW_MS) log.warn(line, 'slow request');
  else log.info(line, 'request');
}

/** Tokens of mailed links and of links to files stand in the path. */
const withoutSecrets = (path: string) =>
  path.replace(
    /^\/(password-reset|verify-email|invitations|unsubscribe|attachments\/signed)\/[^/]+/i,
    '/$1/[token]',
  );

const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

/** E-7F3K-92Q1: what a person can read out on the phone. 40 bits. */
function errorNumber(): string {
  const letters = [...randomBytes(8)].map(byte => LETTERS[byte % LETTERS.length]).join('');
  return `E-${letters.slice(0, 4)}-${letters.slice(4)}`;
}
