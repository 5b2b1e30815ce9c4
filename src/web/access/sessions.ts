import { createHash, randomBytes } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { isPerson } from '../../domain/access/actor.ts';
import { actingAs } from '../../domain/context.ts';
import { noteDevice } from '../../domain/identity/devices.ts';
import { endSession, renameSession, startSession } from '../../domain/identity/signing-in.ts';

import { cookieName } from '../cookies.ts';
import { visitorSecret } from '../middleware/form-secret.ts';

declare module 'express-session' {
  interface SessionData {
    /** The last `seenAt` that the list of devices knows. */
    notedAt: number;
  }
}

/** Signs the person in with a new session id: one that somebody planted before is worth nothing. */
export async function signIn(req: Request, userId: number): Promise<void> {
  if (isPerson(req.ctx.actor)) await endSession(req.ctx, req.session.deviceId);
  await regenerate(req);
  const { person, sessionEpoch, deviceId } = await startSession(req.ctx, userId, req.sessionID);
  const now = Date.now();
  Object.assign(req.session, {
    userId,
    epoch: sessionEpoch,
    startedAt: now,
    seenAt: now,
    notedAt: now,
    confirmedAt: now,
    deviceId,
    // Made here and not by the first page, whose neighbours could save the session without it.
    csrfSecret: randomBytes(18).toString('base64url'),
  });
  req.ctx = actingAs(req.ctx, person);
}

/**
 * Goes on under a new id, so that an id of before is worth nothing once its owner has typed the password again. All
 * else stays, the secret of the forms too: what is typed in other windows can still be sent.
 */
export async function renewSession(req: Request, changes: { epoch?: number } = {}): Promise<void> {
  const { cookie: _, ...kept } = req.session;
  await regenerate(req);
  await renameSession(req.ctx, kept.deviceId, req.sessionID);
  Object.assign(req.session, kept, changes, { confirmedAt: Date.now() });
}

/** Ends the session on the server. What this browser kept of our pages goes too. */
export async function signOut(req: Request, res: Response): Promise<void> {
  await endSession(req.ctx, req.session.deviceId);
  await leave(req, res);
}

/** The session is gone; who was signed in is nobody now. */
export async function leave(req: Request, res: Response): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    req.session.destroy((error: unknown) => (error ? reject(error) : resolve())),
  );
  const { secure } = req.services.config.http;
  res.clearCookie(cookieName(req.services, 'session'), {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure,
  });
  res.set('Clear-Site-Data', '"cache", "storage"');
}

/** A name for a browser nobody is signed in with that is not its secret: keeps the forms of strangers apart. */
export const strangersName = (req: Request) =>
  `session:${createHash('sha256')
    .update(visitorSecret(req) ?? req.sessionID)
    .digest('base64url')
    .slice(0, 22)}`;

/** Follows a session in use, for the list of devices; the request does not wait for it. */
export const noteDevices: RequestHandler = (req, _res, next) => {
  const { deviceId, seenAt, notedAt } = req.session;
  if (deviceId && seenAt && seenAt !== notedAt) {
    req.session.notedAt = seenAt;
    noteDevice(req.services.db, deviceId, new Date(seenAt)).catch((error: unknown) =>
      req.services.log.warn({ requestId: req.requestId, err: String(error) }, 'device not noted'),
    );
  }
  next();
};

const regenerate = (req: Request) =>
  new Promise<void>((resolve, reject) =>
    req.session.regenerate((error: unknown) => (error ? reject(error) : resolve())),
  );
