import connectPgSimple from 'connect-pg-simple';
import { RedisStore } from 'connect-redis';
import type { Express, Request, RequestHandler, Response } from 'express';
import session, { type Store } from 'express-session';
import { Unavailable } from '../../domain/errors.ts';
import type { Services } from '../../services.ts';
import { cookieName } from '../cookies.ts';
import { plainErrorPage } from '../rendering/plain-error-page.ts';
import { isPartial } from '../request.ts';
import { sessionPool } from './session-pool.ts';

export const IDLE_MS = 12 * 3_600_000;
export const ABSOLUTE_MS = 7 * 24 * 3_600_000;
/** What is said once to somebody who is not signed in need not be kept for long. */
const STRANGER_MS = 30 * 60_000;
/** How often a session in use is written again; a poll never does. */
const TOUCH_MS = 60_000;

/** Cookie sessions in Redis, or in PostgreSQL where there is none. */
export function setUpSession(app: Express, services: Services) {
  const { config } = services;
  app.use(
    session({
      name: cookieName(services, 'session'),
      secret: config.secrets.session,
      store: sessionStore(services),
      resave: false,
      saveUninitialized: false,
      rolling: false,
      proxy: config.http.trustProxy > 0 || undefined,
      cookie: { httpOnly: true, sameSite: 'lax', secure: config.http.secure, path: '/', maxAge: ABSOLUTE_MS },
    }),
  );
  app.use(refuseWithoutSession, saveBeforeAnswering, endOldSessions);
}

function sessionStore(services: Services): Store {
  if (services.redis)
    return new RedisStore({ client: services.redis, prefix: 'smartsupport:session:', disableTouch: true });
  const PgStore = connectPgSimple(session);
  const store = new PgStore({
    pool: sessionPool(services.db),
    tableName: 'web_sessions',
    pruneSessionInterval: false,
    disableTouch: true,
    errorLog: () => {},
  } as ConstructorParameters<typeof PgStore>[0]);
  return store;
}

/** A store that is away leaves no session: nobody is somebody else then, and nothing is written. */
const refuseWithoutSession: RequestHandler = (req, _res, next) =>
  next(req.session ? undefined : new Unavailable('The session store does not answer'));

/**
 * express-session sends the headers and all but the last byte of an answer while it still saves. A browser
 * follows a redirect by its headers alone, so the next page would not know the session yet. Saved first, a session
 * that cannot be saved is a 503 too, and not a "welcome" to somebody who is not signed in.
 */
const saveBeforeAnswering: RequestHandler = (req, res, next) => {
  const end = res.end.bind(res) as (...args: unknown[]) => typeof res;
  const before = JSON.stringify(req.session);
  const id = req.sessionID;
  res.end = ((...args: unknown[]) => {
    const { session } = req;
    const same = req.sessionID === id && JSON.stringify(session) === before;
    if (!session || same) return end(...args);
    if (isEmpty(session)) return endWithoutSession(req, () => end(...args));
    if (!session.userId) session.cookie.maxAge = STRANGER_MS;
    session.save((error: unknown) => {
      if (error && !res.headersSent) return answerUnsaved(req, res);
      savedOnce(session);
      end(...args);
    });
    return res;
  }) as typeof res.end;
  const answerUnsaved = (req: Request, res: Response) => {
    req.services.log.error({ requestId: req.requestId }, 'a session could not be saved');
    // Without a session, express-session has nothing to save or to put into a cookie.
    Reflect.deleteProperty(req, 'session');
    for (const name of ['Location', 'HX-Redirect', 'HX-Trigger', 'Content-Length', 'Content-Encoding'])
      res.removeHeader(name);
    res.status(503).set({ 'Retry-After': '5', 'Content-Type': 'text/html; charset=utf-8' });
    if (isPartial(req)) res.set('HX-Reswap', 'none');
    end(plainErrorPage(req, 503));
  };
  next();
};

/** In place of one that is over stands one with nothing in it: to keep that would cost a row a request, for nobody. */
const isEmpty = (session: Request['session']) => Object.keys(session).every(key => key === 'cookie');

/** Without a session, express-session saves nothing and sets no cookie: the browser may have a better one by now. */
function endWithoutSession(req: Request, end: () => unknown) {
  Reflect.deleteProperty(req, 'session');
  return end();
}

/**
 * A session under a new id would be saved once more by express-session, which sends the answer meanwhile: the next
 * request could have written into the session by then (the secret of its forms), and would lose it again.
 */
function savedOnce(session: Request['session']) {
  const save = (done?: () => void) => {
    done?.();
    return session;
  };
  Object.defineProperty(session, 'save', { value: save, configurable: true, writable: true });
}

const endOldSessions: RequestHandler = (req, _res, next) => {
  const { startedAt, seenAt } = req.session;
  const now = Date.now();
  if (startedAt && (now - startedAt > ABSOLUTE_MS || now - (seenAt ?? startedAt) > IDLE_MS)) {
    req.session.regenerate(error => next(error));
    return;
  }
  if (startedAt && now - (seenAt ?? 0) > TOUCH_MS && !isPoll(req)) req.session.seenAt = now;
  next();
};

const isPoll = (req: Request) => req.get('X-Poll') === '1' || req.path === '/live';
