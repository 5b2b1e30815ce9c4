import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { type Action, can, type Subjects } from '../../domain/policies.ts';
import { fullName } from '../../domain/access/actor.ts';
import { deskNavigation } from '../../domain/tickets/counting.ts';
import { paths } from '../../paths.ts';
import { richText } from '../../platform/rich-text.ts';
import { isPartial, targetId } from '../request.ts';
import { type Audience, createDrawing, escapeHtml, type Priority, priorityWord, type TicketStatus } from './drawing.ts';
import { scriptStrings } from './script-strings.ts';
import { statusWord } from './status-words.ts';
import { nearestHue } from './brand-hues.ts';
import { flash, takeFlash } from './flash.ts';
import { createFormatting } from './formatting.ts';
import { template } from './templates.ts';

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
  const it = { ...common(req, res), ...locals };
  res.vary('HX-Request-Type').vary('HX-Target');
  const fragment = isPartial(req) ? fragments[targetId(req)] : undefined;
  if (fragment) return send(res, status, template(fragment, { cache })(it));
  const body = template(view, { cache })(it);
  const around = layout === 'desk' ? { navigation: await deskNavigation(req.ctx) } : {};
  send(
    res,
    status,
    template(`layouts/${layout}`, { cache })({ ...it, ...around, body, flash: takeFlash(req) }),
  );
}

/**
 * Several partials in one answer for htmx, each replacing the element of its id. `toast` is one line of feedback.
 * Only for partial requests: a plain form gets `done`.
 */
export function partials(res: Response, named: Record<string, string>, locals: Record<string, unknown>, { toast }: { toast?: string } = {}): void {
  const { config } = res.req.services;
  const cache = config.isProduction || config.isTest;
  const it = { ...common(res.req, res), ...locals };
  const parts = Object.entries(named).map(([id, name]) => `<hx-partial hx-target="#${id}" hx-swap="outerHTML">${template(name, { cache })(it)}</hx-partial>`);
  if (toast) res.set('HX-Trigger', ascii(JSON.stringify({ toast: { text: toast } })));
  res.vary('HX-Request-Type').vary('HX-Target');
  send(res, 200, parts.join('\n'));
}

/** Headers carry no letters beyond ASCII; JSON has its own way to write them. */
const ascii = (json: string) => json.replace(/[\u0080-\uffff]/g, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

function send(res: Response, status: number, html: string) {
  res.status(status).type('html').send(html);
}

/** The small marks with this request's language already in them. */
function drawingFor({ assets, t, locale, ctx }: Request) {
  const iconUrl = assets.url('icons.svg');
  const drawing = createDrawing({ iconUrl, t, locale: locale.startsWith('ar-XB') ? 'en' : locale, now: ctx.now() });
  return {
    icon: drawing.icon,
    /** A person of ours, or nobody, as a round of initials. */
    avatar: (person: { id: number; firstName: string; lastName: string } | null, cls = '') =>
      drawing.avatar(person && { id: person.id, name: fullName(person) }, cls),
    statusBadge: (status: TicketStatus, audience: Audience) => drawing.statusBadge(status, audience),
    statusMark: (status: TicketStatus, audience: Audience) => drawing.statusMark(status, audience),
    priorityMark: (priority: Priority, options?: { isDense?: boolean }) => drawing.priorityMark(priority, options),
    priorityWord: (priority: Priority) => priorityWord(priority, t),
    timeLeft: (dueAt: Date | null, isPaused = false) => drawing.timeLeft({ dueAt, isPaused }),
    scriptStrings: () => scriptStrings(t, iconUrl),
    statusWord: (status: TicketStatus, audience: Audience) => statusWord(status, audience, t),
    escape: escapeHtml,
    name: fullName,
  };
}

/** What every template may use. */
export function common(req: Request, res: Response) {
  const { ctx, t, services } = req;
  const fmt = createFormatting({ locale: req.locale, timeZone: req.timeZone, t, now: ctx.now() });
  return {
    t,
    fmt,
    ...createDrawing({ iconUrl: req.assets.url('icons.svg'), t, locale: req.locale, now: ctx.now() }),
    asset: req.assets.url,
    paths,
    actor: ctx.actor,
    can: ((...args: Parameters<typeof can> extends [unknown, ...infer Rest] ? Rest : never) =>
      (can as (...all: unknown[]) => boolean)(ctx.actor, ...args)) as unknown,
    settings: ctx.settings,
    hue: nearestHue(ctx.settings.companyHue),
    locale: req.locale,
    dir: req.locale.startsWith('ar') || req.locale.startsWith('he') ? 'rtl' : 'ltr',
    theme: req.theme,
    path: req.originalUrl,
    pathname: req.path,
    requestId: req.requestId,
    now: ctx.now(),
    /** The hidden key of a form with an effect (docs/decisions/0003-idempotent-forms.md). */
    key: () => randomUUID(),
    csrf: () => res.locals.csrfToken?.() ?? '',
    /** The two hidden fields of every form with an effect, for use inside loops. */
    hidden: () => `<input type="hidden" name="_csrf" value="${escapeHtml(res.locals.csrfToken?.() ?? '')}"><input type="hidden" name="_key" value="${randomUUID()}">`,
    optionsHtml,
    html: richText,
    showMailbox: services.config.mail.showMailbox,
    title: '',
    nav: '',
    form: undefined as unknown,
  };
}

/** The answer to a form that worked: 303 for a plain one; htmx gets where to go, never a redirect to follow. */
export function done(res: Response, { to, notice, confirms }: { to: string; notice?: string; confirms?: string }): void {
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

type Option = { value: string | number; label: string; group?: string };

/** The options of a select, in groups where they name one, with the current value chosen. */
function optionsHtml(options: Option[], current: unknown): string {
  let group: string | undefined;
  let html = '';
  for (const option of options) {
    if (option.group !== group) {
      if (group) html += '</optgroup>';
      if (option.group) html += `<optgroup label="${escapeHtml(option.group)}">`;
      group = option.group;
    }
    const chosen = String(option.value) === String(current) ? ' selected' : '';
    html += `<option value="${escapeHtml(option.value)}"${chosen}>${escapeHtml(option.label)}</option>`;
  }
  return group ? `${html}</optgroup>` : html;
}
