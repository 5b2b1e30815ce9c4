import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../../domain/context.ts';
import { countWaiting } from '../../domain/identity/approving.ts';
import { flash } from '../rendering/flash.ts';
import { submit } from '../rendering/forms.ts';
import { done, type PageOptions, page } from '../rendering/page.ts';

export type AdminSection = 'users' | 'teams' | 'departments' | 'categories' | 'settings' | 'jobs' | 'audit';

type Locals = { sub: AdminSection; title: string } & Record<string, unknown>;

/** A page of the settings: the desk around it, the list of sections beside it. */
export async function adminPage(
  res: Response,
  view: string,
  locals: Locals,
  options: PageOptions = {},
): Promise<void> {
  const pendingUsers = await countWaiting(res.req.ctx);
  await page(
    res,
    `admin/${view}`,
    { nav: 'settings', pendingUsers, ...locals },
    { layout: 'desk', ...options },
  );
}

/** The same page with what was typed; its title begins with what is wrong. */
export const adminInvalid = (res: Response, view: string, locals: Locals, options: PageOptions = {}) =>
  adminPage(
    res,
    view,
    { ...locals, title: res.req.t('Error: {{title}}', { title: locals.title }) },
    { ...options, status: 422 },
  );

const nothing = z.strictObject({ from: z.enum(['user']).optional(), confirmed: z.literal('1').optional() });

/** A button: does one thing, says so, and goes to a page. If it cannot be done, that page says why. */
export async function press<Result extends object>(
  req: Request,
  res: Response,
  work: (ctx: Context) => Promise<Result>,
  then: { to: string; notice: (result: Result) => string },
): Promise<void> {
  const form = await submit(req, nothing, ctx => work(ctx));
  if (form.ok) return done(res, { to: then.to, notice: then.notice(form.result) });
  flash(req, 'red', Object.values(form.errors)[0] ?? req.t('That did not work'));
  return done(res, { to: then.to });
}

/** `?name=value` of what is set. */
export function withQuery(path: string, values: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}
