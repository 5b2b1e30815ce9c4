import type { Config } from '../config/config.ts';
import { assignTickets } from './assign-tickets.ts';
import { closeResolved } from './close-resolved.ts';
import { deliverMail } from './deliver-mail.ts';
import { deliverPush } from './deliver-push.ts';
import { dispatch } from './dispatch-events.ts';
import { foldCounts } from './fold-counts.ts';
import { foldWords } from './fold-lexicon.ts';
import type { Job } from './job.ts';
import { drawThumbnails } from './make-thumbnails.ts';
import { receiveMail } from './receive-mail.ts';
import { releaseHeld } from './release-replies.ts';
import { runBulk } from './run-bulk.ts';
import { sealAudit } from './seal-audit.ts';
import { sendDigests } from './send-digests.ts';
import { stampDue } from './stamp-due.ts';
import { summariseTickets } from './summarise-tickets.ts';
import { sweepAway } from './sweep.ts';

/** `when` says where there is such a job at all. */
type Scheduled = { every: string; run: Job; when?: (config: Config) => boolean };

/**
 * Every job and how often it runs by itself; one run at a time in all processes together is the aim, and two
 * at once do no harm. Some are also woken when there is work, so their ticks only catch what a wake-up missed.
 */
export const schedule: Readonly<Record<string, Scheduled>> = {
  'dispatch-events': { every: '5 seconds', run: dispatch },
  'release-replies': { every: '2 seconds', run: releaseHeld },
  'receive-mail': { every: '5 seconds', run: receiveMail },
  'deliver-mail': { every: '10 seconds', run: deliverMail },
  'deliver-push': { every: '10 seconds', run: deliverPush },
  'make-thumbnails': { every: '30 seconds', run: drawThumbnails },
  'stamp-due': { every: '30 seconds', run: stampDue },
  'assign-tickets': { every: '20 seconds', run: assignTickets },
  'fold-counts': { every: '20 seconds', run: foldCounts },
  'run-bulk': { every: '10 seconds', run: runBulk },
  'fold-lexicon': { every: '1 minute', run: foldWords },
  'close-resolved': { every: '10 minutes', run: closeResolved },
  'send-digests': { every: '5 minutes', run: sendDigests },
  'seal-audit': { every: '10 minutes', run: sealAudit },
  'summarise-tickets': { every: '30 seconds', run: summariseTickets, when: ({ ai }) => Boolean(ai.apiKey) },
  sweep: { every: '1 hour', run: sweepAway },
};
