import type { Request, Response } from 'express';
import { isPerson } from '../../domain/access/actor.ts';
import { cookieName, cookieOf } from '../cookies.ts';

declare module 'express-session' {
  interface SessionData {
    csrfSecret: string;
  }
}

declare global {
  namespace Express {
    interface Request {
      formSecret: FormSecret;
    }
  }
}

/** 144 bits, as csurf makes them. */
const SECRET = /^[\w-]{24}$/;

/** What csurf reads and writes: the secret behind the tokens of this request's forms. */
export type FormSecret = { csrfSecret: string | undefined };

/**
 * In the session of who is signed in; of anybody else it is in a cookie alone. A flood of strangers who look at the
 * sign-in page leaves nothing on the server.
 */
export function formSecret(req: Request, res: Response): FormSecret {
  let visitors = visitorSecret(req);
  return {
    get csrfSecret() {
      return isPerson(req.ctx.actor) ? req.session?.csrfSecret : visitors;
    },
    set csrfSecret(secret) {
      if (isPerson(req.ctx.actor)) {
        if (req.session && secret) req.session.csrfSecret = secret;
        return;
      }
      visitors = secret;
      setVisitorSecret(req, res, secret);
    },
  };
}

/** Nothing for who came without a cookie of ours. */
export function visitorSecret(req: Request): string | undefined {
  const secret = cookieOf(req, 'visitor') ?? '';
  return SECRET.test(secret) ? secret : undefined;
}

/** As long as the browser is open: a sign-in page that stood there over lunch still works. */
function setVisitorSecret(req: Request, res: Response, secret: string | undefined) {
  const { secure } = req.services.config.http;
  if (!secret || (secure && !req.secure)) return;
  res.cookie(cookieName(req.services, 'visitor'), secret, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure,
  });
}
