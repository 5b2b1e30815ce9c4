import { type Request, Router } from 'express';
import { fullName } from '../../domain/access/actor.ts';
import { recordExport } from '../../domain/audit/exporting.ts';
import { everyRow } from '../../domain/tickets/exporting.ts';
import type { Translate } from '../../platform/translating.ts';
import { sendCsv } from '../admin/download.ts';
import { allow } from '../middleware/allow.ts';
import { priorityWord } from '../rendering/drawing.ts';
import { statusWord } from '../rendering/status-words.ts';
import { listAt } from './address.ts';
import { sourceWord } from './chips.ts';
import { searched } from './searched.ts';

export function exportRoutes(): Router {
  const router = Router();

  // A form's button, since it leaves a line in the audit log. The list is the one its address says.
  router.post('/queue/:view.csv', allow('queue.export'), async (req, res) => {
    const list = await listAt(req, String(req.params.view));
    const filter = await searched(req, list);
    await recordExport(req.ctx, 'tickets', { view: list.key, ...list.words, q: list.q });
    const rows = everyRow(req.ctx, { ...list, filter });
    await sendCsv(res, `tickets-${list.key}.csv`, headerOf(req.t), csvRows(req, rows));
  });
  return router;
}

const headerOf = (t: Translate) => [
  t('ID'),
  t('Subject'),
  t('Status'),
  t('Priority'),
  t('Requester'),
  t('Owner'),
  t('Team'),
  t('Category'),
  t('Tags'),
  t('Source'),
  t('Reply due (UTC)'),
  t('Created (UTC)'),
  t('Updated (UTC)'),
];

async function* csvRows(req: Request, batches: ReturnType<typeof everyRow>) {
  const { t } = req;
  for await (const batch of batches) {
    for (const row of batch) {
      yield [
        row.number,
        row.subject,
        statusWord(
          { key: row.status, kind: row.statusKind, name: row.statusName, waitingOn: row.waitingOn },
          'desk',
          t,
        ),
        priorityWord(row.priority, t),
        fullName(row.requester),
        row.assignee && fullName(row.assignee),
        row.teamName,
        row.categoryName,
        row.tags.join(' '),
        sourceWord(req, row.source),
        row.dueAt,
        row.createdAt,
        row.updatedAt,
      ];
    }
  }
}
