import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../../domain/context.ts';
import type { Conflict } from '../../domain/errors.ts';
import { countWaiting } from '../../domain/identity/approving.ts';
import { can } from '../../domain/policies.ts';
import { flash } from '../rendering/flash.ts';
import { type FormState, submit } from '../rendering/forms.ts';
import { done, type PageOptions, page } from '../rendering/page.ts';

export type AdminSection =
  | 'users'
  | 'teams'
  | 'departments'
  | 'categories'
  | 'canned-replies'
  | 'ticket-templates'
  | 'templates'
  | 'settings'
  | 'mailboxes'
  | 'jobs'
  | 'mail-log'
  | 'audit';

type Locals = { sub: AdminSection; title: string } & Record<string, unknown>;

/** A page of the settings: the desk around it, the list of sections beside it. */
export async function adminPage(
  res: Response,
  view: string,
  locals: Locals,
  options: PageOptions = {},
): Promise<void> {
  const pendingUsers = can(res.req.ctx.actor, 'user.manage') ? await countWaiting(res.req.ctx) : 0;
  await page(
    res,
    `admin/${view}`,
    { nav: 'settings', pendingUsers, sendsMail: Boolean(res.req.services.config.mail.smtpUrl), ...locals },
    { layout: 'desk', ...options },
  );
}

type Refused = FormState & { conflict?: Conflict };

/**
 * A page with a form: as it is, with what was wrong (422), or beside what somebody else saved meanwhile (409). Then
 * the form carries the new version, so that sending it again replaces theirs knowingly.
 */
export async function adminForm(
  res: Response,
  view: string,
  locals: Locals & { form: Refused },
): Promise<void> {
  const { conflict, values, errors } = locals.form;
  const isWrong = Object.keys(errors).length > 0;
  if (!conflict && !isWrong) return adminPage(res, view, locals);
  const title = res.req.t('Error: {{title}}', { title: locals.title });
  const { version: _, ...typed } = values;
  const form = { errors, values: conflict ? typed : values };
  return adminPage(
    res,
    view,
    { ...locals, title, form, conflicts: conflict?.conflicts },
    { status: conflict ? 409 : 422 },
  );
}

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
