import type { Request } from 'express';
import { isPerson } from '../../domain/access/actor.ts';

/** Stands between the token of a form and the mark of who it was drawn for; no token has it. */
const SIGN = '~';

/**
 * A name for a person that nobody else can work out: the form says by it whose it was, whatever has become of the
 * session. Empty for who is not signed in.
 */
export const markOf = ({ ctx }: Pick<Request, 'ctx'>): string =>
  isPerson(ctx.actor) ? ctx.world.sign('form-author', String(ctx.actor.id)).slice(0, 22) : '';

export const withMark = (req: Request, token: string) => {
  const mark = markOf(req);
  return mark ? `${token}${SIGN}${mark}` : token;
};

export const withoutMark = (token: string) => token.split(SIGN)[0] ?? '';

/** Whose form was sent: of who is signed in, or else of who it was drawn for. Empty if that was nobody. */
export const authorOf = (req: Request): string => markOf(req) || (sentToken(req).split(SIGN)[1] ?? '');

export const sentToken = (req: Request): string => {
  const inBody = (req.body as Record<string, unknown> | undefined)?._csrf;
  return req.get('X-CSRF-Token') ?? (typeof inBody === 'string' ? inBody : '');
};
