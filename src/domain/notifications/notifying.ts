import type { Tx } from '../context.ts';
import type { DomainEvent } from '../events/dispatching.ts';
import { queueMail } from '../events/mailing.ts';
import { employeeWords, factsOf } from './audience.ts';
import { keepForDigest } from './digest-items.ts';
import { dropHeldMails, queueHeldMails, type TicketMail, type TicketTemplate } from './holding.ts';
import { queuePushes } from './push-queue.ts';
import { type Notice, recipientsOf } from './recipients.ts';
import { type Topic, topicOf } from './topics.ts';
import { type Wishes, wishesOf } from './wishes.ts';

/** Seconds that mails about properties wait, so that many quick changes become one mail. */
export const HOLD_SECONDS = 8;
/** Where a team's tickets find their owner by themselves the others are told only of what nobody got. */
export const TEAM_HOLD_SECONDS = 180;

const HELD: readonly TicketTemplate[] = ['ticket-status', 'ticket-assigned'];

/** One person and one event, with what they chose for its topic. */
export type Told = Notice & {
  event: DomainEvent;
  topic: Topic;
  /** The program looks for an owner itself: only that one is told at once. */
  isWaitingForOwner: boolean;
  wishes: Wishes;
};

/**
 * Tells people what happened to a ticket, where and when they want it: mails and push messages are queued, digests
 * get their items, notices for the page are written with their count.
 */
export async function notifyPeople(tx: Tx, events: readonly DomainEvent[]): Promise<void> {
  const told = await whoIsTold(tx, events);
  for (const event of events) {
    const own = told.filter(each => each.event === event);
    if (own.length > 0) await queueTicketMails(tx, event, own);
  }
  await keepForDigest(tx, told);
  await queuePushes(tx, told);
  await showNotices(tx, told);
}

async function whoIsTold(tx: Tx, events: readonly DomainEvent[]): Promise<Told[]> {
  const words = await employeeWords(tx);
  const found: Omit<Told, 'wishes'>[] = [];
  for (const event of events) {
    const facts = event.ticketId ? await factsOf(tx, event, words) : undefined;
    if (!facts) continue;
    for (const notice of recipientsOf(event, facts)) {
      const isWaitingForOwner = facts.findsOwner && notice.mail === 'ticket-new';
      found.push({ ...notice, event, topic: topicOf(notice, facts), isWaitingForOwner });
    }
  }
  const wishes = await wishesOf(
    tx,
    found.map(each => each.userId),
  );
  return found.flatMap(each => {
    const own = wishes.get(each.userId);
    return own ? [{ ...each, wishes: own }] : [];
  });
}

async function queueTicketMails(tx: Tx, event: DomainEvent, told: readonly Told[]) {
  const mails = told.flatMap(({ userId, mail, topic, wishes, isWaitingForOwner }): TicketMail[] => {
    if (!mail || wishes.choices[topic].mail !== 'now') return [];
    const isHeld = event.type === 'ticket.changed' && HELD.includes(mail);
    const hold = isWaitingForOwner ? TEAM_HOLD_SECONDS : isHeld ? HOLD_SECONDS : 0;
    const holdSeconds = wishes.wait(topic, hold);
    return [{ eventId: event.id, recipientId: userId, template: mail, holdSeconds, isHeld }];
  });
  const ticketId = event.ticketId as number;
  await queueHeldMails(
    tx,
    ticketId,
    mails.filter(mail => mail.isHeld),
  );
  for (const { isHeld, ...mail } of mails) if (!isHeld) await queueMail(tx, mail);
  const getting = (template: TicketTemplate) =>
    mails.filter(mail => mail.template === template).map(mail => mail.recipientId);
  await dropHeldMails(tx, ticketId, 'ticket-status', getting('ticket-reply'));
  await dropHeldMails(tx, ticketId, 'ticket-status', getting('ticket-mention'));
  await dropHeldMails(tx, ticketId, 'ticket-new', getting('ticket-assigned'));
}

async function showNotices(tx: Tx, told: readonly Told[]) {
  const rows = told.filter(
    ({ page, topic, wishes, isWaitingForOwner }) => page && wishes.choices[topic].page && !isWaitingForOwner,
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
