import type { RequestHandler } from 'express';
import { NotFound, Unauthenticated } from '../../domain/errors.ts';
import { type Action, can, type Subjects } from '../../domain/policies.ts';

type ActionWithoutSubject = { [A in Action]: Subjects[A] extends undefined ? A : never }[Action];

export type Declared = RequestHandler & { permission: string };

/**
 * Says what a route needs; tests/architecture/routes.test.ts fails a route that says nothing.
 * An action without subject is decided here, and what is not for this person does not exist for them.
 * One with a subject only asks for a signed-in person here: the verb decides once it has the subject.
 */
export function allow(action: Action): Declared {
  const handler: RequestHandler = (req, _res, next) => {
    if (req.ctx.actor.kind !== 'person') throw new Unauthenticated('Sign in first');
    if (!needsSubject.has(action) && !can(req.ctx.actor, action as ActionWithoutSubject))
      throw new NotFound('Not for this person');
    next();
  };
  return Object.assign(handler, { permission: action as string });
}

const pass: RequestHandler = (_req, _res, next) => next();

/** For people who are not signed in too. */
allow.anyone = Object.assign(pass, { permission: 'anyone' }) as Declared;

/** Its own token in the address says who may (links from mail). */
allow.token = Object.assign(((_req, _res, next) => next()) as RequestHandler, {
  permission: 'token',
}) as Declared;

const needsSubject = new Set<Action>([
  'ticket.read',
  'ticket.work',
  'ticket.reply',
  'ticket.note',
  'ticket.change',
  'ticket.assign',
  'ticket.resolve',
  'ticket.confirm',
  'ticket.reopen',
  'ticket.withdraw',
  'ticket.close',
  'ticket.follow-up',
  'ticket.spam',
  'ticket.watch',
  'ticket.redact',
  'user.role',
  'reply.use',
  'reply.manage',
]);
