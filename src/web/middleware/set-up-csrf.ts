import csurf from 'csurf';
import type { Express, Request, RequestHandler, Response } from 'express';
import { Forbidden, Unauthenticated } from '../../domain/errors.ts';
import type { Services } from '../../services.ts';
import { sentToken, withMark, withoutMark } from './author-mark.ts';
import { formSecret } from './form-secret.ts';

/**
 * Every form carries a token of its session (csurf, session mode, kept behind this one file; see
 * docs/decisions/0005-csurf-behind-one-file.md), and a browser must say that the form is ours.
 */
export function setUpCsrf(app: Express, services: Services) {
  app.use(refuseOtherOrigins(services.config.http.appUrl), checkToken, overrideMethod);
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The forms with files; each has `receiveFiles` in its route. */
const TAKES_FILES =
  /^\/(tickets|tickets\/\d+\/comments|admin\/settings(\/[\w-]+)?|admin\/users\/import(\/[\w-]+)?)$/;

const tokens = csurf({
  sessionKey: 'formSecret',
  value: req => withoutMark(sentToken(req)),
}) as RequestHandler;

const refuseOtherOrigins = (appUrl: string): RequestHandler => {
  const own = new URL(appUrl).origin;
  return (req, _res, next) => {
    if (SAFE.has(req.method)) return next();
    const site = req.get('Sec-Fetch-Site');
    const origin = req.get('Origin');
    const ours = !origin || origin === own || origin === `${req.protocol}://${req.get('Host')}`;
    if (!ours || (site && site !== 'same-origin' && site !== 'none'))
      return next(new Forbidden('The form is not from this site'));
    next();
  };
};

/** The token in the address of a mail's link says all: mail programs press it by themselves, without a form of ours. */
const CARRIES_ITS_RIGHT = /^\/unsubscribe\/[\w-]+$/;

const checkToken: RequestHandler = (req, res, next) => {
  req.formSecret = formSecret(req, res);
  res.locals.csrfToken = () => tokenFor(req, res);
  if (SAFE.has(req.method) || CARRIES_ITS_RIGHT.test(req.path)) return next();
  const withFiles = req.is('multipart/form-data') && !req.get('X-CSRF-Token');
  if (withFiles) {
    if (!TAKES_FILES.test(req.path)) return next(new Forbidden('This form takes no files'));
    // Its token is inside the body, which nobody has read yet: web/uploads checks it before anything happens.
    req.csrfPending = true;
    return next();
  }
  verifyToken(req, res, next);
};

/** Also called by the upload wrapper, once the body is read. */
export function verifyToken(req: Request, res: Response, next: (error?: unknown) => void) {
  tokens(req, res, (error?: unknown) => {
    if (!error) {
      req.csrfPending = false;
      return next();
    }
    const sessionLost = req.ctx.actor.kind === 'anonymous' && !isAccessPage(req.path);
    next(sessionLost ? new Unauthenticated('The session is over') : new Forbidden('The form is too old'));
  });
}

/** Made where a form is drawn: an answer without one leaves no secret in a session and sets no cookie. */
function tokenFor(req: Request, res: Response): string {
  if (!req.csrfToken) tokens(req, res, () => {});
  return withMark(req, req.csrfToken());
}

const isAccessPage = (path: string) =>
  /^\/(sign-in|sign-up|sign-out|password-reset|verify-email|invitations|setup)(\/|$)/i.test(path);

const METHODS = new Set(['PUT', 'PATCH', 'DELETE']);

/** POST with `_method` in the body is that method, once the token was right. Nothing else can change a method. */
const overrideMethod: RequestHandler = (req, _res, next) => {
  const wanted = (req.body as Record<string, unknown> | undefined)?._method;
  if (req.method === 'POST' && typeof wanted === 'string' && METHODS.has(wanted.toUpperCase()))
    req.method = wanted.toUpperCase();
  next();
};
