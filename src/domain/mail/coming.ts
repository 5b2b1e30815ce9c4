import type { Context } from '../context.ts';
import type { ReadMail } from './message.ts';

/** Reads a raw mail (src/mail/reading); never throws for what a mail says. */
export type Read = (raw: Buffer) => Promise<Reading>;
export type Reading =
  | { mail: ReadMail; failure: null }
  | { mail: null; failure: { kind: string; message: string } };

/** What of a mailbox decides about its mail. */
export type MailboxRules = {
  id: number;
  teamId: number | null;
  categoryId: number | null;
  unknownSenders: 'ticket' | 'park' | 'refuse';
  ccWatch: boolean;
  /** Whose Authentication-Results are believed. */
  trustedServer: string | null;
};

/** What was found out about a mail, for the mail log; and what people have said of it. */
export type MailDetail = {
  tooLarge?: true;
  /** A person let it in. */
  approved?: true;
  /** The key of the ticket that a person chose for it. */
  moveTo?: number;
  /** It was a note where it stood before. */
  asNote?: true;
  [more: string]: unknown;
};

/** A mail that came in, taken to be handled now. */
export type Coming = {
  id: number;
  attempts: number;
  size: number;
  envelopeFrom: string | null;
  envelopeTo: string[];
  detail: MailDetail;
  decidedBy: number | null;
  raw: Buffer;
  /** Null for one that belongs to no mailbox: uploaded, or its mailbox is gone. */
  mailbox: MailboxRules | null;
};

/** What the handling is given from outside. */
export type Receiving = {
  read: Read;
  /** Addresses that our mails are from, beside those of the mailboxes. */
  own: readonly string[];
  limits: MailLimits;
};

export type MailLimits = {
  /** Mails in ten minutes that became tickets or replies, of one sender and of all; more wait for a person. */
  perSender: number;
  overall: number;
  /** Strangers who are told in an hour that their mail was refused; more are told nothing. */
  refusals: number;
};
export const usualLimits: MailLimits = { perSender: 20, overall: 5_000, refusals: 100 };

/** Longer than one mail may take, so that a mail is taken again only after its process has died. */
const LEASE_SECONDS = 60;

type Row = Omit<Coming, 'raw' | 'mailbox'> & { mailboxId: number | null };

const TAKE = `
  with due as (
    select id from inbound_mails where fate = 'received' and next_attempt_at <= now()
    order by next_attempt_at, id limit 1 for update skip locked)
  update inbound_mails m set attempts = m.attempts + 1, next_attempt_at = now() + ? * interval '1 second'
  from due where m.id = due.id
  returning m.id, m.attempts, m.size, m.mailbox_id as "mailboxId", m.envelope_from as "envelopeFrom",
            m.envelope_to as "envelopeTo", m.detail, m.decided_by as "decidedBy"`;

/** Takes the next mail by the database's clock; nobody else handles it until the lease has run out. */
export async function takeNext(ctx: Context): Promise<Coming | undefined> {
  const { rows } = await ctx.db.raw<{ rows: Row[] }>(TAKE, [LEASE_SECONDS]);
  const [row] = rows;
  if (!row) return undefined;
  const source = await ctx.db('inbound_sources').where({ mail_id: row.id }).first<{ raw: Buffer }>('raw');
  const { mailboxId, ...mail } = row;
  return { ...mail, raw: source?.raw ?? Buffer.alloc(0), mailbox: await mailboxOf(ctx, mailboxId) };
}

async function mailboxOf(ctx: Context, id: number | null): Promise<MailboxRules | null> {
  if (!id) return null;
  const row = await ctx.db('mailboxes').where({ id }).first<MailboxRules | undefined>({
    id: 'id',
    teamId: 'team_id',
    categoryId: 'category_id',
    unknownSenders: 'unknown_senders',
    ccWatch: 'cc_watch',
    trustedServer: 'trusted_server',
  });
  return row ?? null;
}

/** After the fifth fault it waits for a person. */
export const MAX_ATTEMPTS = 5;
const DELAY_SECONDS = [10, 60, 300, 1_800];

/** A disk without room says nothing about the mail: it waits, and no attempt counts. */
export async function putOff(ctx: Context, { id, attempts }: Pick<Coming, 'id' | 'attempts'>, error: string) {
  ctx.log.error({ mailId: id, err: error }, 'a mail waits: its files cannot be stored');
  await ctx
    .db('inbound_mails')
    .where({ id, attempts, fate: 'received' })
    .update({
      attempts: attempts - 1,
      last_error: error.slice(0, 500),
      next_attempt_at: ctx.db.raw("now() + interval '2 minutes'"),
    });
}

/** The mail stays as it came: it is tried again, each time later, and at last shown to a person. */
export async function noteFault(
  ctx: Context,
  { id, attempts }: Pick<Coming, 'id' | 'attempts'>,
  error: string,
  rule: 'unreadable' | 'fault',
): Promise<void> {
  const delay = DELAY_SECONDS[attempts - 1];
  const isOver = attempts >= MAX_ATTEMPTS || delay === undefined;
  ctx.log[isOver ? 'error' : 'warn']({ mailId: id, attempts, err: error }, 'a mail could not be handled');
  const over = { fate: 'quarantined', rule, handled_at: ctx.db.fn.now(), version: ctx.db.raw('version + 1') };
  const again = { next_attempt_at: ctx.db.raw("now() + ? * interval '1 second'", [delay ?? 0]) };
  await ctx
    .db('inbound_mails')
    .where({ id, attempts, fate: 'received' })
    .update({ last_error: error.slice(0, 500), ...(isOver ? over : again) });
}
