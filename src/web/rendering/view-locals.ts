import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { fullName } from '../../domain/access/actor.ts';
import { type Action, can, type Subjects } from '../../domain/policies.ts';
import { paths } from '../../paths.ts';
import { mailHtml } from '../../platform/mail-html.ts';
import { richText } from '../../platform/rich-text.ts';
import { bounceWord } from './bounce-words.ts';
import { nearestHue } from './brand-hues.ts';
import {
  type Audience,
  createDrawing,
  escapeHtml,
  type Priority,
  priorityWord,
  type TicketStatus,
} from './drawing.ts';
import { createFormatting } from './formatting.ts';
import { scriptStrings } from './script-strings.ts';
import { statusWord } from './status-words.ts';

/** The small marks with this request's language already in them. */
function drawingFor({ assets, t, locale, ctx }: Request) {
  const iconUrl = assets.url('icons.svg');
  const drawing = createDrawing({
    iconUrl,
    t,
    locale: locale.startsWith('ar-XB') ? 'en' : locale,
    now: ctx.now(),
  });
  return {
    icon: drawing.icon,
    /** A person of ours, or nobody, as a round of initials. */
    avatar: (person: { id: number; firstName: string; lastName: string } | null, cls = '') =>
      drawing.avatar(person && { id: person.id, name: fullName(person) }, cls),
    statusBadge: (status: TicketStatus, audience: Audience) => drawing.statusBadge(status, audience),
    statusMark: (status: TicketStatus, audience: Audience) => drawing.statusMark(status, audience),
    priorityMark: (priority: Priority, options?: { isDense?: boolean }) =>
      drawing.priorityMark(priority, options),
    priorityWord: (priority: Priority) => priorityWord(priority, t),
    bounceWord: (reason: string) => bounceWord(reason, t),
    timeLeft: (dueAt: Date | null, isPaused = false) => drawing.timeLeft({ dueAt, isPaused }),
    scriptStrings: () => scriptStrings(t, iconUrl),
    statusWord: (status: TicketStatus, audience: Audience) => statusWord(status, audience, t),
    escape: escapeHtml,
    name: fullName,
  };
}

/** What every template may use. */
export function viewLocals(req: Request, res: Response) {
  const { ctx, t, services } = req;
  const fmt = createFormatting({ locale: req.locale, timeZone: req.timeZone, t, now: ctx.now() });
  return {
    t,
    fmt,
    ...drawingFor(req),
    asset: req.assets.url,
    paths,
    actor: ctx.actor,
    can: <A extends Action>(action: A, ...subject: Subjects[A] extends undefined ? [] : [Subjects[A]]) =>
      can(ctx.actor, action, ...subject),
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
    hidden: () =>
      `<input type="hidden" name="_csrf" value="${escapeHtml(res.locals.csrfToken?.() ?? '')}"><input type="hidden" name="_key" value="${randomUUID()}">`,
    optionsHtml,
    /** `names` the text mentions are marked. */
    html: (markdown: string, names?: readonly string[]) => richText(markdown, names),
    /** HTML of a mail, with its own pictures in place: files of the same message. */
    mailHtml: (html: string, files: readonly MailFile[]) => mailHtml(html, picturesOf(files)),
    showMailbox: services.config.mail.showMailbox,
    title: '',
    nav: '',
    form: undefined as unknown,
  };
}

type MailFile = { id: number; contentType: string; redacted: boolean; contentId?: string | null };

const picturesOf = (files: readonly MailFile[]): Map<string, number> =>
  new Map(
    files
      .filter(file => file.contentId && !file.redacted && file.contentType.startsWith('image/'))
      .map(file => [file.contentId as string, file.id]),
  );

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
