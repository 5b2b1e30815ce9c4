import { type MailLimits, type Read, type Reading, usualLimits } from '../../../src/domain/mail/coming.ts';
import { handleDue } from '../../../src/domain/mail/handling.ts';
import { rawPartsOf, valuesOf } from '../../../src/domain/mail/header-lines.ts';
import { messageId, replyAddress, threadId } from '../../../src/domain/mail/keys.ts';
import type { MailAddress, ReadMail } from '../../../src/domain/mail/message.ts';
import { storeMail } from '../../../src/domain/mail/storing.ts';
import type { Made, TestWorld } from '../../support/factories.ts';

export type Letter = Partial<{
  from: string;
  to: string;
  cc: string;
  subject: string;
  body: string;
  /** Further header lines, as they stand. */
  headers: string[];
  envelopeFrom: string;
  envelopeTo: string[];
  /** What a reader makes of it beyond the plain. */
  reads: Partial<ReadMail>;
  size: number;
}>;

let sent = 0;

/** A mailbox of a help desk, and mails that come to it and are handled. Read by the plainest of readers. */
export async function postOffice(world: TestWorld, values: Record<string, unknown> = {}) {
  const { db, system } = world;
  sent += 1;
  const [mailbox] = await db('mailboxes')
    .insert({ name: 'Support', address: `support${sent}@company.example`, kind: 'imap', ...values })
    .returning(['id', 'address']);
  const readings = new Map<string, Partial<ReadMail>>();
  const read = async (raw: Buffer): Promise<Reading> => ({
    mail: plainReading(raw, readings),
    failure: null,
  });

  const post = async (letter: Letter) => {
    sent += 1;
    const id = `<mail${sent}@elsewhere.example>`;
    readings.set(id, letter.reads ?? {});
    const lines = [
      `From: ${letter.from ?? 'Ann Lee <ann@elsewhere.example>'}`,
      `To: ${letter.to ?? mailbox.address}`,
      ...(letter.cc ? [`Cc: ${letter.cc}`] : []),
      `Subject: ${letter.subject ?? 'The printer smokes'}`,
      `Message-ID: ${id}`,
      ...(letter.headers ?? []),
    ];
    return storeMail(await system(), {
      raw: Buffer.from(`${lines.join('\r\n')}\r\n\r\n${letter.body ?? 'It smells of burnt paper.'}\r\n`),
      source: 'imap',
      mailboxId: mailbox.id,
      envelopeFrom: letter.envelopeFrom ?? 'someone@elsewhere.example',
      envelopeTo: letter.envelopeTo ?? [],
      ...(letter.size && { size: letter.size }),
    });
  };
  const handle = async (limits: Partial<MailLimits> = {}, reader: Read = read) =>
    handleDue(await system(), {
      read: reader,
      own: ['SmartSupport <help@company.example>'],
      limits: { ...usualLimits, ...limits },
    });
  const rowOf = (id: number) => db('inbound_mails').where({ id }).first();
  /** Comes in, is handled, and what became of it. */
  const send = async (letter: Letter = {}, limits?: Partial<MailLimits>, reader?: Read) => {
    const { id } = await post(letter);
    await handle(limits, reader);
    return rowOf(id);
  };
  const replyTo = async (ticket: { number: number }, user: Made) =>
    replyAddress(await system(), mailbox.address, { ticketNumber: ticket.number, userId: user.id });
  const threadOf = async (ticket: { number: number }) => threadId(await system(), ticket.number);
  const ctx = await system();
  const idOf = (deliveryId: number) => messageId(ctx, deliveryId);
  return {
    mailbox: mailbox as { id: number; address: string },
    post,
    handle,
    send,
    rowOf,
    replyTo,
    threadOf,
    idOf,
    read,
  };
}

export type PostOffice = Awaited<ReturnType<typeof postOffice>>;

function plainReading(raw: Buffer, readings: Map<string, Partial<ReadMail>>): ReadMail {
  const parts = rawPartsOf(raw);
  const first = (name: string) => valuesOf(parts, name)[0] ?? '';
  const people = (name: string) => valuesOf(parts, name).flatMap(addresses);
  const ids = (name: string) => valuesOf(parts, name).flatMap(value => value.match(/<[^<>]+>/g) ?? []);
  const text = parts.body.toString('utf8').trim();
  const id = ids('message-id')[0] ?? null;
  const from = people('from');
  return {
    messageId: id,
    inReplyTo: ids('in-reply-to'),
    references: ids('references'),
    date: null,
    from,
    sender: null,
    replyTo: people('reply-to'),
    to: people('to'),
    cc: people('cc'),
    returnPath: null,
    deliveredTo: valuesOf(parts, 'delivered-to'),
    subject: first('subject'),
    text,
    html: null,
    hasRemoteImages: false,
    reply: { text, html: null, quotedText: '', quotedHtml: null },
    files: [],
    automatic: null,
    report: null,
    forwarded: null,
    labels: [],
    calendar: null,
    authenticationResults: valuesOf(parts, 'authentication-results'),
    headers: Object.fromEntries(parts.lines.map(line => [line.name, valuesOf(parts, line.name)])),
    problems: [],
    ...readings.get(id ?? ''),
  };
}

const addresses = (value: string): MailAddress[] =>
  value.split(',').map(each => {
    const [, name = '', address = each.trim()] = /^\s*"?(.*?)"?\s*<([^<>]*)>\s*$/.exec(each) ?? [];
    return { name, address: address.includes('@') || address.includes('\uff20') ? address : '' };
  });
