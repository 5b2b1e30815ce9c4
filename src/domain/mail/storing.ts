import { createHash } from 'node:crypto';
import type { Context, Tx } from '../context.ts';
import { oneLine } from './cleaning.ts';
import { messageIdOf, sameAs } from './deduplicating.ts';
import { rawPartsOf, valuesOf } from './header-lines.ts';

/** Larger mails are not taken: their header is kept, and the sender is told. */
export const MAX_MAIL_BYTES = 25_000_000;
const MAX_HEADER_BYTES = 256_000;

export type MailSource = 'imap' | 'smtp' | 'api' | 'upload';

export type ComingMail = {
  /** The whole mail; of one that is too large its beginning will do, with `size`. */
  raw: Buffer;
  source: MailSource;
  mailboxId: number | null;
  envelopeFrom?: string | null;
  envelopeTo?: readonly string[];
  uidValidity?: number | null;
  uid?: number | null;
  /** All bytes of it, where `raw` is only its beginning. */
  size?: number;
};

export type StoredMail = {
  id: number;
  /** `known`: this UID was taken before, and nothing was written. */
  result: 'stored' | 'duplicate' | 'known';
};

/** What a source calls; a test may give its own. */
export type StoreMail = (ctx: Context, mail: ComingMail) => Promise<StoredMail>;

/**
 * Takes a mail in: once this has returned the mail is safe, and its source may say "taken". It is handled afterwards
 * (src/jobs/receive-mail.ts). A mail that is here already is kept as a duplicate of the first and not handled.
 */
export async function storeMail(ctx: Context, mail: ComingMail): Promise<StoredMail> {
  const stored = await ctx.transaction(tx => store(tx, mail));
  if (stored.result === 'stored') ctx.world.wake('receive-mail');
  return stored;
}

async function store(tx: Tx, mail: ComingMail): Promise<StoredMail> {
  const known = await withSameUid(tx, mail);
  if (known) return { id: known, result: 'known' };
  const columns = columnsOf(mail);
  const first = await insert(tx, columns);
  if (first) {
    await keepSource(tx, first, columns.kept);
    return { id: first, result: 'stored' };
  }
  // Either the same mail, or the same UID, taken by somebody else at this moment.
  const taken = await withSameUid(tx, mail);
  if (taken) return { id: taken, result: 'known' };
  const original = await tx
    .db('inbound_mails')
    .where({ same_as: columns.same_as })
    .first<Original>('id', 'subject', 'from_address', 'from_name', 'handled_at');
  if (!original) throw new Error('A mail was neither stored nor there');
  const { subject, from_address, from_name } = original;
  const id = await insert(tx, {
    ...columns,
    // As the first was read, where it was; else its turn will say it for both.
    ...(original.handled_at && { subject, from_address, from_name }),
    same_as: null,
    duplicate_of: original.id,
    fate: 'duplicate',
    rule: 'duplicate',
  });
  if (!id) return { id: (await withSameUid(tx, mail)) ?? original.id, result: 'known' };
  await keepSource(tx, id, columns.kept);
  return { id, result: 'duplicate' };
}

type Original = {
  id: number;
  subject: string | null;
  from_address: string | null;
  from_name: string | null;
  handled_at: Date | null;
};
type Columns = ReturnType<typeof columnsOf> & {
  from_name?: string | null;
  duplicate_of?: number;
  fate?: string;
  rule?: string;
};

function columnsOf(mail: ComingMail) {
  const size = Math.max(mail.size ?? 0, mail.raw.length);
  const isTooLarge = size > MAX_MAIL_BYTES;
  const parts = rawPartsOf(mail.raw);
  const headerBytes = mail.raw.length - parts.body.length;
  return {
    kept: isTooLarge ? mail.raw.subarray(0, Math.min(headerBytes, MAX_HEADER_BYTES)) : mail.raw,
    mailbox_id: mail.mailboxId,
    source: mail.source,
    size,
    sha256: createHash('sha256').update(mail.raw).digest('hex'),
    same_as: sameAs(isTooLarge ? { ...parts, body: Buffer.from(String(size)) } : parts) as string | null,
    uid_validity: mail.uidValidity ?? null,
    uid: mail.uid ?? null,
    envelope_from: mail.envelopeFrom === undefined ? null : oneLine(mail.envelopeFrom ?? '', 320),
    envelope_to: (mail.envelopeTo ?? []).slice(0, 100).map(address => oneLine(address, 320)),
    message_id: bounded(messageIdOf(parts)),
    // As it stands in the header; once it is read, what it says.
    subject: bounded(valuesOf(parts, 'subject')[0] ?? null),
    from_address: bounded(addressIn(valuesOf(parts, 'from')[0]?.slice(0, 2_000))),
    detail: JSON.stringify(isTooLarge ? { tooLarge: true } : {}),
  };
}

/** For the log until it is read: nothing is decided by it. */
const addressIn = (from: string | undefined) =>
  from === undefined
    ? null
    : (/<([^<>\s]+)>/.exec(from)?.[1] ?? /[^\s<>"]+@[^\s<>"]+/.exec(from)?.[0] ?? null);
const bounded = (text: string | null) => (text === null ? null : oneLine(text, 500));

async function withSameUid(tx: Tx, { mailboxId, uidValidity, uid }: ComingMail): Promise<number | undefined> {
  if (!mailboxId || !uid) return undefined;
  const row = await tx
    .db('inbound_mails')
    .where({ mailbox_id: mailboxId, uid_validity: uidValidity ?? null, uid })
    .first<{ id: number } | undefined>('id');
  return row?.id;
}

/** Nothing if another row has its UID, or is the same mail. */
async function insert(tx: Tx, { kept: _, ...columns }: Columns): Promise<number | undefined> {
  const handled_at = columns.fate ? tx.db.fn.now() : null;
  const [row] = await tx
    .db('inbound_mails')
    .insert({ ...columns, handled_at })
    .onConflict()
    .ignore()
    .returning<{ id: number }[]>('id');
  return row?.id;
}

const keepSource = (tx: Tx, id: number, raw: Buffer) => tx.db('inbound_sources').insert({ mail_id: id, raw });
