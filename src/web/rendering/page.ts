import type { Request, Response } from 'express';
import { type DeskNavigation, deskNavigation } from '../../domain/tickets/counting.ts';
import { isPartial, targetId } from '../request.ts';
import { firstStyles } from './first-styles.ts';
import { flash, takeFlash } from './flash.ts';
import { template } from './templates.ts';
import { viewLocals } from './view-locals.ts';

export type Layout = 'portal' | 'desk' | 'auth';

export type PageOptions = {
  status?: number;
  /** Element ids that htmx may swap on this page, each with its partial. */
  fragments?: Record<string, string>;
  layout?: Layout;
};

/**
 * One template for all: a whole page, or, for htmx, the partial that the page includes for that element.
 * An unknown target gets the whole page.
 */
export async function page(
  res: Response,
  view: string,
  locals: Record<string, unknown> = {},
  options: PageOptions = {},
): Promise<void> {
  const { status = 200, fragments = {}, layout = 'portal' } = options;
  const req = res.req;
  const cache = req.services.config.isProduction || req.services.config.isTest;
  const it = { ...viewLocals(req, res), ...locals };
  res.vary('HX-Request-Type').vary('HX-Target');
  const fragment = isPartial(req) ? own(fragments, targetId(req)) : undefined;
  if (fragment) return send(res, status, template(fragment, { cache })(it));
  const body = template(view, { cache })(it);
  const around =
    layout === 'desk' && !('navigation' in locals) ? { navigation: await navigationOf(req) } : {};
  send(
    res,
    status,
    template(`layouts/${layout}`, { cache })({
      ...it,
      ...around,
      body,
      flash: takeFlash(req),
      firstStyles: firstStyles(req, res, body),
    }),
  );
}

/** The desk's sidebar: it came with the person where a whole page was asked for, and is asked for otherwise. */
export const navigationOf = async (req: Request): Promise<DeskNavigation> =>
  req.navigation ?? deskNavigation(req.ctx);

/** The header names the key: `constructor` is none of ours. */
const own = (fragments: Record<string, string>, id: string) =>
  Object.hasOwn(fragments, id) ? fragments[id] : undefined;

/**
 * Several partials in one answer for htmx, each replacing the element of its id. `toast` is one line of feedback, `form` the id of
 * the one among them that takes it back.
 * Only for partial requests: a plain form gets `done`.
 */
export function partials(
  res: Response,
  named: Record<string, string>,
  locals: Record<string, unknown>,
  {
    toast,
    form,
    swap = 'outerHTML',
  }: { toast?: string; form?: string; swap?: 'outerHTML' | 'outerMorph' } = {},
): void {
  const { config } = res.req.services;
  const cache = config.isProduction || config.isTest;
  const it = { ...viewLocals(res.req, res), ...locals };
  const parts = Object.entries(named).map(
    ([id, name]) =>
      `<hx-partial hx-target="#${id}" hx-swap="${swap}">${template(name, { cache })(it)}</hx-partial>`,
  );
  if (toast) res.set('HX-Trigger', ascii(JSON.stringify({ toast: { text: toast, form } })));
  res.vary('HX-Request-Type').vary('HX-Target');
  send(res, 200, parts.join('\n'));
}

/** Headers carry no letters beyond ASCII; JSON has its own way to write them. */
const ascii = (json: string) =>
  json.replace(/[\u0080-\uffff]/g, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

function send(res: Response, status: number, html: string) {
  res.status(status).type('html').send(html);
}

/** The answer to a form that worked: 303 for a plain one; htmx gets where to go, never a redirect to follow. */
export function done(
  res: Response,
  { to, notice, confirms }: { to: string; notice?: string; confirms?: string },
): void {
  const req = res.req;
  if (notice) flash(req, 'green', notice, confirms);
  if (isPartial(req)) {
    res.set('HX-Redirect', to).status(200).end();
    return;
  }
  res.redirect(303, to);
}

/** The same page again with what was typed and what to correct. */
export const invalid = (
  res: Response,
  view: string,
  locals: Record<string, unknown>,
  options: PageOptions = {},
) => page(res, view, locals, { ...options, status: 422 });
