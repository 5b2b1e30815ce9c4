import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context } from '../context.ts';
import { Invalid } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { lockMailbox, mailboxSubject } from './mailboxes.ts';

/** A mail signed longer ago than this, or as far in the future, is refused: a copy of it is worth nothing later. */
const WINDOW_SECONDS = 300;

/** A new key for signing the mails that are pushed into a mailbox. The old one ends at once. It is told this once. */
export async function renewKey(ctx: Context, id: number): Promise<{ id: number; key: string }> {
  authorize(ctx, 'mailbox.manage');
  const key = `ssm_${randomBytes(32).toString('base64url')}`;
  return ctx.transaction(async tx => {
    const current = await lockMailbox(tx, id);
    if (current.kind !== 'push' || current.archivedAt)
      throw new Invalid({ '': tx.t('This mailbox takes no pushed mail') });
    await tx
      .db('mailboxes')
      .where({ id })
      .update({ secret: tx.world.encrypt(key), version: current.version + 1, updated_at: tx.db.fn.now() });
    await recordEvent(tx, 'mailbox.key-renewed', mailboxSubject(id, current.address));
    return { id, key };
  });
}

export type PushMailbox = { id: number; key: string };

/** The mailbox that mail may be pushed into under this address, with its key; undefined tells no more than that. */
export async function pushMailbox(ctx: Context, address: string): Promise<PushMailbox | undefined> {
  const row: { id: number; secret: string } | undefined = await ctx
    .db('mailboxes')
    .whereNull('archived_at')
    .where({ kind: 'push', is_active: true })
    .whereNotNull('secret')
    .whereRaw('lower(address) = ?', [address.trim().toLowerCase()])
    .first('id', 'secret');
  return row && { id: row.id, key: ctx.world.decrypt(row.secret) };
}

export type Signature = { timestamp: string; signature: string };

export const isTimely = ({ timestamp }: Pick<Signature, 'timestamp'>, now: Date): boolean =>
  /^\d{9,11}$/.test(timestamp) && Math.abs(now.getTime() / 1_000 - Number(timestamp)) <= WINDOW_SECONDS;

/** HMAC-SHA-256 over `timestamp.body`, as hex; compared in constant time. */
export function isSigned(body: Buffer, { timestamp, signature }: Signature, key: string): boolean {
  const right = signatureOf(body, timestamp, key);
  const given = signature.replace(/^sha256=/i, '').toLowerCase();
  return given.length === right.length && timingSafeEqual(Buffer.from(given), Buffer.from(right));
}

export const signatureOf = (body: Buffer, timestamp: string, key: string): string =>
  createHmac('sha256', key).update(`${timestamp}.`).update(body).digest('hex');

/** A mail that was sent twice is the first of the two. */
export async function firstOf(ctx: Context, id: number): Promise<number> {
  const row: { duplicate_of: number | null } | undefined = await ctx
    .db('inbound_mails')
    .where({ id })
    .first('duplicate_of');
  return row?.duplicate_of ?? id;
}
