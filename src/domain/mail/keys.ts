import { timingSafeEqual } from 'node:crypto';
import type { Context } from '../context.ts';

type Keyed = Pick<Context, 'world'>;

/** Whose answer comes by this address, and to which ticket. */
export type ReplyKey = { ticketNumber: number; userId: number };
export type MessageKey = { deliveryId: number } | { ticketNumber: number };

/** RFC 5321: what stands before the @ may not be longer. */
const LOCAL_LIMIT = 64;
const REPLY_MARK = 20;
const MESSAGE_MARK = 24;

/**
 * Where the answers of one person about one ticket go: `support+t1042.2s.<mark>@company.tld`. All of it may be
 * written in capitals on its way. A mailbox whose name leaves no room for the key keeps its plain address.
 */
export function replyAddress(ctx: Keyed, mailbox: string, { ticketNumber, userId }: ReplyKey): string {
  const at = mailbox.lastIndexOf('@');
  const person = userId.toString(36);
  const key = `t${ticketNumber}.${person}.${replyMark(ctx, ticketNumber, person)}`;
  const local = `${mailbox.slice(0, at)}+${key}`;
  return at < 1 || local.length > LOCAL_LIMIT ? mailbox : `${local}${mailbox.slice(at)}`;
}

const REPLY = /\+t([1-9]\d{0,14})\.([1-9a-z][0-9a-z]{0,9})\.([0-9a-z]{20})@[^@]*$/;

/** Of any address: the key says it is ours, whatever the mailbox was called when it was issued. */
export function readReplyAddress(ctx: Keyed, address: string): ReplyKey | null {
  const [, number = '', person = '', mark = ''] = REPLY.exec(plain(address)) ?? [];
  if (!number || !isSame(mark, replyMark(ctx, Number(number), person))) return null;
  return { ticketNumber: Number(number), userId: Number.parseInt(person, 36) };
}

/** Keyed, so that nobody can guess the thread of a ticket from its number (mail that answers is matched by it). */
export const threadId = (ctx: Keyed, ticketNumber: number) =>
  `<t${ticketNumber}.${threadMark(ctx, ticketNumber)}@${hostOf(ctx)}>`;

/** One for ever: whoever gets a mail twice can tell that it is the same. */
export const messageId = (ctx: Keyed, deliveryId: number) =>
  `<d${deliveryId}.${messageMark(ctx, deliveryId)}@${hostOf(ctx)}>`;

const MESSAGE = /^([td])([1-9]\d{0,14})\.([0-9a-z]{24})@[^@]*$/;

/** Of a Message-ID with or without its brackets. The host may have changed since, the key has not. */
export function readMessageId(ctx: Keyed, id: string): MessageKey | null {
  const [, kind, digits = '', mark = ''] = MESSAGE.exec(plain(id)) ?? [];
  if (!kind) return null;
  const number = Number(digits);
  if (kind === 't') return isSame(mark, threadMark(ctx, number)) ? { ticketNumber: number } : null;
  return isSame(mark, messageMark(ctx, number)) ? { deliveryId: number } : null;
}

const replyMark = (ctx: Keyed, number: number, person: string) =>
  markOf(ctx, 'mail-reply', `${number}.${person}`, REPLY_MARK);
const threadMark = (ctx: Keyed, number: number) => markOf(ctx, 'mail-thread', String(number), MESSAGE_MARK);
const messageMark = (ctx: Keyed, id: number) => markOf(ctx, 'mail-message', String(id), MESSAGE_MARK);

/** Small letters and digits alone: about five bits a character, and nothing that a mail program escapes or folds. */
const markOf = ({ world }: Keyed, purpose: string, text: string, length: number) =>
  world
    .sign(purpose, text)
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, length)
    .toLowerCase();

const plain = (address: string) =>
  address
    .trim()
    .replace(/^<(.*)>$/, '$1')
    .toLowerCase();

const isSame = (given: string, right: string) =>
  given.length === right.length && timingSafeEqual(Buffer.from(given), Buffer.from(right));

const hostOf = ({ world }: Keyed) => new URL(world.appUrl).hostname;
