import { deliverDue } from '../domain/notifications/sending.ts';
import { type Job, touching } from './job.ts';

const HOUR = 3_600_000;
let toldAt = 0;

/** Without a mail server mails wait, and the log says so once an hour. */
export const deliverMail: Job = async ({ ctx, services, outgoing, touch, goOn }) => {
  if (outgoing.transport.mode === 'none') {
    if (Date.now() - toldAt < HOUR) return;
    toldAt = Date.now();
    ctx.log.warn({}, 'SMTP_URL is not set: mails are kept and not sent');
    return;
  }
  const counts = await touching(touch, () => deliverDue(ctx, outgoing.post, { goOn }));
  for (const [result, n] of Object.entries(counts)) if (n > 0) services.metrics.mails.inc({ result }, n);
  // The turn is over and more may wait: the next begins at once, not with the next tick.
  if (!goOn() && counts.sent > 0) ctx.world.wake('deliver-mail');
};
