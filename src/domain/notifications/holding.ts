import type { Tx } from '../context.ts';
import { type MailTemplate, queueMail } from '../events/mailing.ts';

export type TicketTemplate = Extract<MailTemplate, `ticket-${string}`>;
export type AccountTemplate = Exclude<MailTemplate, TicketTemplate | 'digest' | 'template-test'>;

export type TicketMail = {
  eventId: number;
  recipientId: number;
  template: TicketTemplate;
  /** How long it waits: for what may follow, or for the end of the person's quiet hours. */
  holdSeconds: number;
  /** Joins others of its kind about the ticket. */
  isHeld: boolean;
};

const HELD = `
  from events e
  where e.id = d.event_id and d.channel = 'mail' and d.state = 'pending' and d.attempts = 0
    and d.template = ? and e.ticket_id = ? and d.recipient_id = any(?::bigint[])`;

/**
 * Many quick changes to a ticket become one mail: one that is still held waits a little longer (a minute at most,
 * or till quiet hours end) and will tell how the ticket is by then. The change that joined it keeps its own row, as
 * cancelled.
 */
export async function queueHeldMails(tx: Tx, ticketId: number, mails: readonly TicketMail[]): Promise<void> {
  for (const template of new Set(mails.map(mail => mail.template))) {
    const own = mails.filter(mail => mail.template === template);
    const { rows } = await tx.db.raw<{ rows: { recipient_id: number }[] }>(
      `update deliveries d
       set next_attempt_at = greatest(d.next_attempt_at, least(now() + ? * interval '1 second', d.created_at + interval '1 minute')),
           updated_at = now()
       ${HELD} returning d.recipient_id`,
      [Math.min(...own.map(mail => mail.holdSeconds)), template, ticketId, own.map(mail => mail.recipientId)],
    );
    const joined = new Set(rows.map(row => row.recipient_id));
    for (const mail of own) {
      if (joined.has(mail.recipientId)) await recordJoined(tx, mail);
      else await queueMail(tx, mail);
    }
  }
}

async function recordJoined(tx: Tx, mail: TicketMail) {
  await tx
    .db('deliveries')
    .insert({
      event_id: mail.eventId,
      recipient_id: mail.recipientId,
      channel: 'mail',
      template: mail.template,
      state: 'cancelled',
      last_error: 'Told by the mail about an earlier change',
    })
    .onConflict(['event_id', 'recipient_id', 'channel'])
    .ignore();
}

/** What a later mail tells as well is not needed any more: a reply tells the new status, a new owner knows the ticket. */
export async function dropHeldMails(
  tx: Tx,
  ticketId: number,
  template: TicketTemplate,
  recipientIds: number[],
): Promise<void> {
  if (recipientIds.length === 0) return;
  await tx.db.raw(
    `update deliveries d set state = 'cancelled', last_error = 'Told by the mail after it', updated_at = now() ${HELD}`,
    [template, ticketId, recipientIds],
  );
}
