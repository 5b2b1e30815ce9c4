import type { Knex } from 'knex';
import type { Tx } from '../context.ts';

export type MailTemplate =
  | 'verify-email'
  | 'account-exists'
  | 'account-waiting'
  | 'account-approved'
  | 'account-rejected'
  | 'invitation'
  | 'password-reset'
  | 'password-changed'
  | 'ticket-received'
  | 'ticket-new'
  | 'ticket-reply'
  | 'ticket-status'
  | 'ticket-assigned'
  | 'ticket-note'
  | 'ticket-mention'
  | 'digest'
  | 'template-test'
  | 'mail-too-large'
  | 'mail-refused';

/**
 * Queues one mail, in the transaction of what it tells about. The same event never mails a person twice.
 * `secret` is a token for the mail's link: kept encrypted, and wiped once the mail is sent.
 */
export async function queueMail(
  tx: Tx,
  mail: {
    eventId: number;
    recipientId: number;
    template: MailTemplate;
    secret?: string;
    holdSeconds?: number;
  },
): Promise<void> {
  await tx
    .db('deliveries')
    .insert({
      event_id: mail.eventId,
      recipient_id: mail.recipientId,
      channel: 'mail',
      template: mail.template,
      secret: mail.secret ? tx.world.encrypt(mail.secret) : null,
      next_attempt_at: tx.db.raw("now() + ? * interval '1 second'", [mail.holdSeconds ?? 0]),
    })
    .onConflict(['event_id', 'recipient_id', 'channel'])
    .ignore();
  tx.afterCommit(() => tx.world.wake('deliver-mail'));
}

/** How many of these mails a person was sent lately: strangers may ask for some, so they are bounded. */
export async function mailsWithin(
  db: Knex,
  recipientId: number,
  template: MailTemplate,
  minutes: number,
): Promise<number> {
  const row = await db('deliveries')
    .where({ recipient_id: recipientId, template })
    .whereRaw("created_at > now() - ? * interval '1 minute'", [minutes])
    .count('* as n')
    .first();
  return Number(row?.n ?? 0);
}
