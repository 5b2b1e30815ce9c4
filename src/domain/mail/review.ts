import { personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid, NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import type { MailDetail } from './coming.ts';
import type { Fate } from './message.ts';

/** What a person decided of a mail. What is to be handled is so within a second or two: its page shows it as received first. */
export type Reviewed = { id: number };

export type ReviewedMail = {
  id: number;
  fate: Fate;
  rule: string | null;
  detail: MailDetail;
  subject: string | null;
  fromAddress: string | null;
  ticketId: number | null;
  commentId: number | null;
};

/** One who manages mail, one mail, locked; whatever was to be handled is taken up at once. */
export async function review(
  ctx: Context,
  mailId: number,
  decide: (tx: Tx, mail: ReviewedMail) => Promise<void>,
): Promise<Reviewed> {
  authorize(ctx, 'mail.manage');
  return ctx.transaction(async tx => {
    const mail = await tx
      .db('inbound_mails')
      .where({ id: mailId })
      .forUpdate()
      .first<ReviewedMail | undefined>({
        id: 'id',
        fate: 'fate',
        rule: 'rule',
        detail: 'detail',
        subject: 'subject',
        fromAddress: 'from_address',
        ticketId: 'ticket_id',
        commentId: 'comment_id',
      });
    if (!mail) throw new NotFound('No such mail');
    await decide(tx, mail);
    return { id: mail.id };
  });
}

/** Somebody else decided meanwhile, or it has done something that cannot be done again. */
export function refuseUnless({ t }: Context, { fate }: ReviewedMail, fates: readonly Fate[]): void {
  if (!fates.includes(fate))
    throw new Invalid({ '': t('This mail was handled meanwhile. Look at what became of it') });
}

/** Back to be handled, from its first attempt. */
export async function again(tx: Tx, mail: ReviewedMail, said: MailDetail): Promise<void> {
  const { tooLarge } = mail.detail;
  await tx
    .db('inbound_mails')
    .where({ id: mail.id })
    .update({
      fate: 'received',
      rule: null,
      detail: JSON.stringify({ ...(tooLarge && { tooLarge }), ...said }),
      ticket_id: null,
      comment_id: null,
      attempts: 0,
      next_attempt_at: tx.db.fn.now(),
      last_error: null,
      handled_at: null,
      decided_by: personId(tx.actor),
      version: tx.db.raw('version + 1'),
    });
  tx.afterCommit(() => tx.world.wake('receive-mail'));
}

export const recordReview = (tx: Tx, type: string, mail: ReviewedMail, ticketId: number | null = null) =>
  recordEvent(
    tx,
    type,
    {
      objectType: 'mail',
      objectId: mail.id,
      label: mail.subject || mail.fromAddress || `${mail.id}`,
      ticketId,
    },
    { internal: true, data: { fate: mail.fate, rule: mail.rule } },
  );
