import { type Request, Router } from 'express';
import { chainBadge, verifyAudit } from '../../domain/audit/chain.ts';
import { recordExport } from '../../domain/audit/exporting.ts';
import { type AuditFilter, type AuditKind, auditKinds } from '../../domain/audit/filtering.ts';
import { type AuditEntry, everyEntry, listAudit } from '../../domain/audit/finding.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import { requireRecentPassword } from '../access/re-authentication.ts';
import { allow } from '../middleware/allow.ts';
import { page } from '../rendering/page.ts';
import { queryText } from '../request.ts';
import { press, withQuery } from './admin-page.ts';
import { changeWords } from './change-words.ts';
import { startOfDay, startOfNextDay } from './day-bounds.ts';
import { sendCsv } from './download.ts';
import { eventWord } from './event-words.ts';

export function auditRoutes(): Router {
  const router = Router();

  router.get('/admin/audit', allow('audit.read'), async (req, res) => {
    const { filter, asked } = filterOf(req);
    const [list, chain] = await Promise.all([listAudit(req.ctx, filter, cursorOf(req)), chainBadge(req.ctx)]);
    const link = (edge: Record<string, number | undefined>) =>
      withQuery(paths.adminAudit, { ...asked, ...edge });
    const locals = {
      title: req.t('Audit log'),
      nav: 'audit',
      entries: list.entries.map(entry => drawn(entry, req.t)),
      chain,
      clock: clockOf(req),
      asked,
      isFiltered: Object.values(asked).some(Boolean),
      kinds: kindOptions(req.t),
      zone: zoneName(req),
      csvHref: withQuery(paths.adminAuditCsv, asked),
      previous: list.hasNewer ? link({ newer: list.entries[0]?.id }) : undefined,
      next: list.hasOlder ? link({ older: list.entries.at(-1)?.id }) : undefined,
      labels: { previous: req.t('Newer'), next: req.t('Older') },
    };
    await page(res, 'admin/audit/index', locals, {
      layout: 'desk',
      fragments: { 'audit-list': 'admin/audit/_entries' },
    });
  });

  router.post('/admin/audit.csv', allow('audit.read'), requireRecentPassword, async (req, res) => {
    const { filter, asked } = filterOf(req);
    await recordExport(req.ctx, 'audit', asked);
    await sendCsv(res, 'audit-log.csv', csvHeader(req.t), csvRows(everyEntry(req.ctx, filter), req.t));
  });

  router.post('/admin/audit/verification', allow('audit.read'), async (req, res) => {
    await press(req, res, verifyAudit, {
      to: paths.adminAudit,
      notice: ({ events, brokenSealId }) =>
        brokenSealId === null
          ? req.t('The chain holds: {{count}} entries were counted again', { count: events })
          : req.t('The chain is broken at seal {{seal}}', { seal: brokenSealId }),
    });
  });

  return router;
}

/** To the second, since the order of things is what a log is read for. The day is said unless it is today. */
function clockOf({ timeZone, locale, ctx }: Request): (at: Date) => string {
  const formats = (options: Intl.DateTimeFormatOptions) => {
    try {
      return new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, { timeZone, ...options });
    } catch {
      return new Intl.DateTimeFormat('en-GB', { timeZone, ...options });
    }
  };
  const time = formats({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  const day = formats({ day: 'numeric', month: 'short', year: 'numeric' });
  const today = day.format(ctx.now());
  return at => (day.format(at) === today ? time.format(at) : `${day.format(at)}, ${time.format(at)}`);
}

/** Dates are days where the person is. */
function filterOf(req: Request) {
  const asked = {
    q: queryText(req, 'q', 100),
    kind: queryText(req, 'kind'),
    from: queryText(req, 'from', 10),
    to: queryText(req, 'to', 10),
  };
  const filter: AuditFilter = {
    q: asked.q,
    kind: Object.hasOwn(auditKinds, asked.kind) ? (asked.kind as AuditKind) : undefined,
    from: startOfDay(asked.from, req.timeZone),
    to: startOfNextDay(asked.to, req.timeZone),
  };
  return { filter, asked };
}

function cursorOf(req: Request) {
  const id = (name: string) =>
    /^\d{1,15}$/.test(queryText(req, name)) ? Number(queryText(req, name)) : undefined;
  return { older: id('older'), newer: id('newer') };
}

const kindOptions = (t: Translate): [AuditKind, string][] => [
  ['sign-in', t('Sign-in')],
  ['people', t('People and teams')],
  ['tickets', t('Tickets')],
  ['settings', t('Settings')],
  ['data', t('Data access')],
];

function zoneName(req: Request): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: req.timeZone,
    timeZoneName: 'short',
  }).formatToParts(req.ctx.now());
  return parts.find(part => part.type === 'timeZoneName')?.value ?? req.timeZone;
}

const drawn = (entry: AuditEntry, t: Translate) => ({
  ...entry,
  word: eventWord(entry, t),
  changed: changeWords(entry, t),
});

const csvHeader = (t: Translate) => [
  t('Time (UTC)'),
  t('Who'),
  t('Email address'),
  t('What'),
  t('Type'),
  t('On'),
  t('Ticket'),
  t('Changes'),
  t('From'),
  t('Browser'),
  t('Request'),
];

async function* csvRows(batches: AsyncIterable<AuditEntry[]>, t: Translate) {
  for await (const batch of batches) {
    for (const entry of batch) {
      yield [
        entry.occurredAt,
        actorName(entry, t),
        entry.actor?.email,
        eventWord(entry, t).text,
        entry.type,
        entry.objectLabel,
        entry.ticketNumber,
        changeWords(entry, t)
          .map(({ label, from, to }) => `${label}: ${from} → ${to}`)
          .join('; '),
        entry.address,
        entry.userAgent,
        entry.requestId,
      ];
    }
  }
}

function actorName({ actor, actorKind }: AuditEntry, t: Translate): string {
  if (actor) return `${actor.firstName} ${actor.lastName}`.trim() || actor.email || '';
  return actorKind === 'system' ? t('System') : t('Unknown');
}
