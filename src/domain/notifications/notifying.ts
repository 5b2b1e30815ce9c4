import type { Tx } from '../context.ts';
import type { DomainEvent } from '../events/dispatching.ts';
import { queueMail } from '../events/mailing.ts';
import { employeeWords, factsOf } from './audience.ts';
import { dropHeldMails, queueHeldMails, type TicketMail, type TicketTemplate } from './holding.ts';
import { type Notice, recipientsOf } from './recipients.ts';

/** Seconds that mails about properties wait, so that many quick changes become one mail. */
export const HOLD_SECONDS = 8;

const HELD: readonly TicketTemplate[] = ['ticket-status', 'ticket-assigned'];

/** Tells people what happened to a ticket: mails are queued, notices for the page are written with their count. */
export async function notifyPeople(tx: Tx, events: readonly DomainEvent[]): Promise<void> {
  const words = await employeeWords(tx);
  const pages: { event: DomainEvent; notices: Notice[] }[] = [];
  for (const event of events) {
    const facts = event.ticketId ? await factsOf(tx, event, words) : undefined;
    if (!facts) continue;
    const notices = recipientsOf(event, facts);
    await queueTicketMails(tx, event, notices);
    pages.push({ event, notices });
  }
  await showNotices(tx, pages);
}

async function queueTicketMails(tx: Tx, event: DomainEvent, notices: readonly Notice[]) {
  const mails = notices.flatMap(({ userId, mail }): TicketMail[] =>
    mail ? [{ eventId: event.id, recipientId: userId, template: mail }] : [],
  );
  const ticketId = event.ticketId as number;
  const isHeld = (mail: TicketMail) => event.type === 'ticket.changed' && HELD.includes(mail.template);
  await queueHeldMails(tx, ticketId, mails.filter(isHeld), HOLD_SECONDS);
  for (const mail of mails) if (!isHeld(mail)) await queueMail(tx, mail);
  const replies = mails.filter(mail => mail.template === 'ticket-reply').map(mail => mail.recipientId);
  if (replies.length > 0) await dropHeldMails(tx, ticketId, 'ticket-status', replies);
}

async function showNotices(tx: Tx, pages: readonly { event: DomainEvent; notices: Notice[] }[]) {
  const rows = pages.flatMap(({ event, notices }) =>
    notices.flatMap(({ userId, page }) => (page ? [{ userId, page, event }] : [])),
  );
  if (rows.length === 0) return;
  const ids = [...new Set(rows.map(row => row.userId))];
  // Locked in one order, so that two dispatchers cannot wait for each other.
  await tx.db.raw('select 1 from users where id = any(?::bigint[]) order by id for no key update', [ids]);
  await tx.db.raw(
    `with shown as (
       insert into notifications (user_id, event_id, ticket_id, kind, created_at)
       select n.user_id, n.event_id, n.ticket_id, n.kind, n.at
       from unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::text[], ?::timestamptz[]) as n (user_id, event_id, ticket_id, kind, at)
       join users u on u.id = n.user_id and u.status = 'active'
       on conflict (user_id, event_id) do nothing returning user_id
     ), counted as (select user_id, count(*) as n from shown group by user_id)
     update users u set unread = u.unread + counted.n from counted where u.id = counted.user_id`,
    [
      rows.map(row => row.userId),
      rows.map(row => row.event.id),
      rows.map(row => Number(row.event.ticketId)),
      rows.map(row => row.page as string),
      rows.map(row => row.event.occurredAt),
    ],
  );
}
