import type { Request, Response } from 'express';
import passport from 'passport';
import { Strategy } from 'passport-local';
import { type Attempt, checkCredentials } from '../../domain/identity/signing-in.ts';

/** Passport only says who it is. The session is ours (sessions.ts), so nothing of passport is kept in it. */
const authenticator = new passport.Passport();

authenticator.use(
  new Strategy(
    { usernameField: 'email', passwordField: 'password', passReqToCallback: true, session: false },
    (req, email, password, done) => {
      checkCredentials(req.ctx, email, password).then(
        attempt =>
          attempt.user ? done(null, attempt.user as never) : done(null, false, { message: attempt.refusal }),
        done,
      );
    },
  ),
);

export function authenticate(req: Request, res: Response): Promise<Attempt> {
  return new Promise((resolve, reject) => {
    const answer = (error: unknown, user: Attempt['user'] | false, info?: { message?: string }) => {
      if (error) reject(error);
      else if (user) resolve({ user });
      else
        resolve({
          refusal: info?.message === 'waiting' || info?.message === 'unverified' ? info.message : 'wrong',
        });
    };
    authenticator.authenticate('local', { session: false }, answer)(req, res, reject);
  });
}
