import type { Person } from '../access/actor.ts';
import { actingAs, type Context } from '../context.ts';
import { NotFound } from '../errors.ts';
import { can } from '../policies.ts';
import { numbersAfter } from '../tickets/following-merges.ts';
import { findTicket, type Ticket } from '../tickets/ticket.ts';
import type { Coming } from './coming.ts';
import { readMessageId, readReplyAddress } from './keys.ts';
import type { ReadMail } from './message.ts';
import { asThemselves, asWriter, isOfDesk, type Sender } from './senders.ts';

/** A right key of a ticket that a mail carries. */
export type TicketKey = {
  number: number;
  /** Whom it was issued to; null for the key that all mails of a ticket share. */
  userId: number | null;
  rule: 'reply-address' | 'references';
  /** It came with an internal note. */
  isOfNote: boolean | null;
};

const MOST = 100;

/**
 * The keys in the addresses it was sent to and in the messages it answers, the most telling first. Nothing else
 * counts: no number in a subject, no Reply-To, no body.
 */
export async function keysIn(ctx: Context, coming: Coming, mail: ReadMail): Promise<TicketKey[]> {
  const addresses = [
    ...coming.envelopeTo,
    ...mail.deliveredTo,
    ...[...mail.to, ...mail.cc].map(each => each.address),
  ];
  const byAddress = [...new Set(addresses)].slice(0, MOST).flatMap((address): TicketKey[] => {
    const key = readReplyAddress(ctx, address);
    return key
      ? [{ number: key.ticketNumber, userId: key.userId, rule: 'reply-address', isOfNote: null }]
      : [];
  });
  const byMessage = await keysOfMessages(ctx, [...mail.inReplyTo, ...mail.references.toReversed()]);
  return [...byAddress, ...byMessage];
}

type Sent = { id: number; number: number; recipientId: number; isOfNote: boolean };

const SENT = `
  select d.id, t.number, d.recipient_id as "recipientId", (e.internal or d.template = 'ticket-note') as "isOfNote"
  from deliveries d join events e on e.id = d.event_id join tickets t on t.id = e.ticket_id where d.id = any(?::bigint[])`;

async function keysOfMessages(ctx: Context, ids: readonly string[]): Promise<TicketKey[]> {
  const keys = [...new Set(ids)].slice(0, MOST).flatMap(id => readMessageId(ctx, id) ?? []);
  if (keys.length === 0) return [];
  const wanted = keys.flatMap(key => ('deliveryId' in key ? [key.deliveryId] : []));
  const { rows } = await ctx.db.raw<{ rows: Sent[] }>(SENT, [wanted]);
  const sent = new Map(rows.map(row => [row.id, row]));
  return keys.flatMap((key): TicketKey[] => {
    if ('ticketNumber' in key)
      return [{ number: key.ticketNumber, userId: null, rule: 'references', isOfNote: null }];
    const row = sent.get(key.deliveryId);
    if (!row) return [];
    return [{ number: row.number, userId: row.recipientId, rule: 'references', isOfNote: row.isOfNote }];
  });
}

/** The ticket that a key opens for the sender, and as whom they write there. */
export type Joined = { key: TicketKey; ticket: Ticket; person: Person };

/**
 * The first ticket that has a key here and knows the sender: who asked, who watches, or, with a key issued to them and
 * no contradiction of our mail server, who works it.
 */
export async function joinOf(
  ctx: Context,
  sender: Sender,
  keys: readonly TicketKey[],
): Promise<Joined | undefined> {
  if (!sender.isClear || sender.account?.status !== 'active' || sender.proof === 'fail') return undefined;
  for (const key of keys) {
    const person = await writerWith(ctx, sender, key);
    const ticket = person && (await knownTicket(ctx, person, key.number));
    if (ticket) return { key, ticket, person };
  }
  return undefined;
}

/** As whom the key lets the sender write. Whoever may work tickets needs one of their own. */
async function writerWith(ctx: Context, sender: Sender, key: TicketKey): Promise<Person | undefined> {
  const account = sender.account;
  if (!account) return undefined;
  if (!isOfDesk(sender)) return asWriter(account);
  return key.userId === account.id ? asThemselves(ctx, account.id) : undefined;
}

/**
 * The ticket, or the last of those it was merged into on which the person may write: where its conversation is now, if
 * they are known there.
 */
async function knownTicket(ctx: Context, person: Person, number: number): Promise<Ticket | undefined> {
  const found = await ticketFor(ctx, person, number);
  if (!found) return undefined;
  for (const next of (await numbersAfter(ctx, found)).reverse()) {
    const target = await ticketFor(ctx, person, next);
    if (target) return target;
  }
  return found;
}

async function ticketFor(ctx: Context, person: Person, number: number): Promise<Ticket | undefined> {
  try {
    const ticket = await findTicket(actingAs(ctx, person), number);
    return can(person, 'ticket.reply', { ...ticket, statusKind: 'open' }) ? ticket : undefined;
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

/** Whether what somebody of the desk wrote is for the desk alone: it answers a note, or may do so. */
export async function answersNote(ctx: Context, { key, ticket, person }: Joined, keys: readonly TicketKey[]) {
  const own = keys.find(
    each => each.isOfNote !== null && each.userId === person.id && each.number === key.number,
  );
  if (own) return own.isOfNote === true;
  // Which mail it answers is not known: where they were sent a note, it may be that one.
  const { rows } = await ctx.db.raw<{ rows: object[] }>(NOTE_SENT, [person.id, ticket.number, key.number]);
  return rows.length > 0;
}

/** On the ticket, or on the one that was merged into it; whoever is named in a note is sent it by another template. */
const NOTE_SENT = `
  select d.id from deliveries d join events e on e.id = d.event_id join tickets t on t.id = e.ticket_id
  where d.recipient_id = ? and d.channel = 'mail' and t.number in (?, ?)
    and (e.internal or d.template = 'ticket-note') limit 1`;
