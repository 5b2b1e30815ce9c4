import { type Request, Router } from 'express';
import { recordExport } from '../../domain/audit/exporting.ts';
import {
  everyTimeEntry,
  MOST_DAYS,
  type SpentEntry,
  type TimeGroup,
  timeGroups,
  timeReport,
} from '../../domain/reports/time.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import { withQuery } from '../admin/admin-page.ts';
import { sendCsv } from '../admin/download.ts';
import { dayIn } from '../day.ts';
import { allow } from '../middleware/allow.ts';
import { page } from '../rendering/page.ts';
import { queryText } from '../request.ts';

/** How much time went where: of the tickets that the person may work. */
export function timeReportRoutes(): Router {
  const router = Router();

  router.get('/reports/time', allow('time.report'), async (req, res) => {
    const { by, period } = askedOf(req);
    const report = await timeReport(req.ctx, by, period);
    await page(
      res,
      'reports/time',
      {
        title: req.t('Time spent'),
        nav: 'time',
        report,
        by,
        period,
        days: MOST_DAYS,
        groups: groupWords(req.t),
        csvHref: withQuery(paths.timeReportCsv, period),
      },
      { layout: 'desk', fragments: { 'time-report': 'reports/_time-rows' } },
    );
  });

  // A form's button, since it leaves a line in the audit log. The days are those of its address.
  router.post('/reports/time.csv', allow('time.report'), async (req, res) => {
    const { period } = askedOf(req);
    await recordExport(req.ctx, 'time', period);
    await sendCsv(
      res,
      `time-${period.from}-${period.to}.csv`,
      header(req.t),
      lines(everyTimeEntry(req.ctx, period)),
    );
  });

  return router;
}

const DAY = 86_400_000;
const THIRTY_DAYS = 29 * DAY;

/** Without a period, the thirty days up to today where the person is. Two days the wrong way round mean what lies between. */
function askedOf(req: Request) {
  const asked = queryText(req, 'by');
  const by: TimeGroup = timeGroups.find(group => group === asked) ?? 'person';
  const to = dayOf(queryText(req, 'to')) ?? dayIn(req.timeZone, req.ctx.now());
  const from =
    dayOf(queryText(req, 'from')) ?? new Date(Date.parse(to) - THIRTY_DAYS).toISOString().slice(0, 10);
  // Dates are of one form, so their order as text is the order of the days.
  return { by, period: from <= to ? { from, to } : { from: to, to: from } };
}

function dayOf(text: string): string | undefined {
  const at = /^(19|20)\d\d-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(at) ? undefined : new Date(at).toISOString().slice(0, 10);
}

const groupWords = (t: Translate): [TimeGroup, string][] => [
  ['person', t('Person')],
  ['team', t('Team')],
  ['category', t('Category')],
  ['requester', t('Requester')],
];

const header = (t: Translate) => [
  t('Day'),
  t('Person'),
  t('Ticket'),
  t('Subject'),
  t('Team'),
  t('Category'),
  t('Requester'),
  t('Minutes'),
  t('Hours'),
  t('What was done'),
];

async function* lines(batches: AsyncIterable<SpentEntry[]>) {
  for await (const batch of batches) {
    for (const one of batch) {
      yield [
        ...[one.spentOn, one.person, one.number, one.subject, one.team, one.category, one.requester],
        ...[one.minutes, Math.round((one.minutes / 60) * 100) / 100, one.note],
      ];
    }
  }
}
