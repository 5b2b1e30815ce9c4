import { personId } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { again, type Reviewed, recordReview, refuseUnless, review } from './review.ts';

export { moveMail } from './moving.ts';
export type { Reviewed } from './review.ts';

/** Lets a parked mail in: it becomes a ticket, or joins the one that it has a right key of and that knows its sender. */
export async function approveParked(ctx: Context, { mailId }: { mailId: number }): Promise<Reviewed> {
  return review(ctx, mailId, async (tx, mail) => {
    if (mail.fate === 'received' && mail.detail.approved) return;
    refuseUnless(tx, mail, ['parked']);
    await again(tx, mail, { approved: true });
    await recordReview(tx, 'mail.approved', mail);
  });
}

/** Refuses a parked mail. Its sender is told nothing. */
export async function refuseParked(ctx: Context, { mailId }: { mailId: number }): Promise<Reviewed> {
  return review(ctx, mailId, async (tx, mail) => {
    if (mail.rule === 'refused-by-person') return;
    refuseUnless(tx, mail, ['parked']);
    await tx
      .db('inbound_mails')
      .where({ id: mail.id })
      .update({
        fate: 'refused',
        rule: 'refused-by-person',
        detail: JSON.stringify({ ...mail.detail, was: mail.rule }),
        decided_by: personId(tx.actor),
        handled_at: tx.db.fn.now(),
        version: tx.db.raw('version + 1'),
      });
    await recordReview(tx, 'mail.refused', mail);
  });
}

/** Handles a mail anew that has done nothing yet; the rules and settings of now decide. */
export async function rerunMail(ctx: Context, { mailId }: { mailId: number }): Promise<Reviewed> {
  return review(ctx, mailId, async (tx, mail) => {
    if (mail.fate === 'received') return;
    refuseUnless(tx, mail, ['quarantined', 'parked', 'refused', 'ignored']);
    await again(tx, mail, {});
    await recordReview(tx, 'mail.rerun', mail);
  });
}
