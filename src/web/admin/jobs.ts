import { Router } from 'express';
import { NotFound } from '../../domain/errors.ts';
import { type FailedKind, failedWork, retryFailed } from '../../domain/events/failed.ts';
import { scheduleOverview } from '../../domain/events/schedule-overview.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import { allow } from '../middleware/allow.ts';
import { queryText } from '../request.ts';
import { adminPage, press, withQuery } from './admin-page.ts';
import { eventWord } from './event-words.ts';
import { templateWord } from './mail-words.ts';

const KINDS: readonly FailedKind[] = ['event', 'mail', 'job'];

export function jobRoutes(): Router {
  const router = Router();

  router.get('/admin/jobs', allow('jobs.manage'), async (req, res) => {
    const after = queryText(req, 'after', 80) || undefined;
    const [failed, schedule] = await Promise.all([failedWork(req.ctx, { after }), scheduleOverview(req.ctx)]);
    await adminPage(res, 'jobs/index', {
      sub: 'jobs',
      title: req.t('Jobs'),
      failed: failed.rows,
      schedule,
      kindWord: (kind: FailedKind) => kindWord(kind, req.t),
      workWord: ({ kind, name }: { kind: FailedKind; name: string }) => workWord(kind, name, req.t),
      jobWord: (name: string) => jobWord(name, req.t),
      previous: after && paths.adminJobs,
      next: failed.more ? withQuery(paths.adminJobs, { after: failed.rows.at(-1)?.cursor }) : undefined,
      labels: { previous: req.t('Newest'), next: req.t('Older') },
    });
  });

  router.post('/admin/jobs/:kind/:id/retry', allow('jobs.manage'), async (req, res) => {
    const kind = KINDS.find(each => each === req.params.kind);
    const id = req.params.id;
    if (!kind || typeof id !== 'string') throw new NotFound('No such failed work');
    const again = async (ctx: Parameters<typeof retryFailed>[0]) => {
      await retryFailed(ctx, kind, id);
      return {};
    };
    await press(req, res, again, { to: paths.adminJobs, notice: () => req.t('It runs again now') });
  });

  return router;
}

function kindWord(kind: FailedKind, t: Translate): string {
  switch (kind) {
    case 'event':
      return t('Event');
    case 'mail':
      return t('Mail');
    case 'job':
      return t('Job');
  }
}

function workWord(kind: FailedKind, name: string, t: Translate): string {
  if (kind === 'mail') return templateWord(name, t);
  return kind === 'job' ? jobWord(name, t) : eventWord({ type: name, changes: {}, data: {} }, t).text;
}

/** What a job does, for who has never read the code. One that is not listed says its own name. */
export function jobWord(name: string, t: Translate): string {
  const words: Record<string, string> = {
    'dispatch-events': t('Tell people and update the search after each change'),
    'deliver-mail': t('Send mails'),
    'receive-mail': t('Find the tickets of mails that came in'),
    'send-digests': t('Put daily digests together'),
    'deliver-push': t('Send push messages'),
    'release-replies': t('Send replies that can no longer be taken back'),
    'run-bulk': t('Change many tickets at once'),
    'fold-lexicon': t('Learn the words that search corrects'),
    'make-thumbnails': t('Draw small pictures of attached images'),
    'stamp-due': t('Note tickets that become overdue'),
    'assign-tickets': t('Give waiting tickets to whoever is there'),
    'fold-counts': t('Keep the counts beside the queue right'),
    'close-resolved': t('Close solved tickets nobody came back to'),
    'seal-audit': t('Seal the audit log'),
    'summarise-tickets': t('Sum tickets up'),
    sweep: t('Clear away what has expired'),
  };
  return words[name] ?? name;
}
