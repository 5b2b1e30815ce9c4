import { query } from '../../db/knex.ts';
import type { Tx } from '../context.ts';
import { withoutPlus } from './loops.ts';

/**
 * One automatic answer an hour to an address, and none where mail bounces for good. What stands behind a plus counts
 * as the same address: anybody can invent any number of these for one person's mailbox. Asking uses the hour up, in
 * the transaction of the answer.
 */
export async function takeAnswer(tx: Tx, address: string): Promise<boolean> {
  const { rowCount } = await tx.db.raw<{ rowCount: number }>(
    `insert into mail_addresses as a (address, answered_at)
     select lower(?), now() where not exists (
       select from mail_addresses where address = lower(?) and undeliverable_since is not null)
     on conflict (address) do update set answered_at = now()
     where (a.answered_at is null or a.answered_at <= now() - interval '1 hour') and a.undeliverable_since is null`,
    [withoutPlus(address) || address, address],
  );
  return rowCount > 0;
}

const REFUSALS = `
  select 1 from deliveries d join users u on u.id = d.recipient_id and u.status <> 'active'
  where d.template in ('mail-refused', 'mail-too-large') and d.created_at > now() - interval '1 hour' limit ?`;

/**
 * Whether one more stranger may be told that their mail was refused: so many an hour in all, from all mailboxes, since
 * each forged mail can name another address. One at a time asks, until its transaction ends.
 */
export async function takeRefusal(tx: Tx, most: number): Promise<boolean> {
  await tx.db.raw(`select pg_advisory_xact_lock(hashtextextended('mail-refusals', 0))`);
  return (await query(tx.db, REFUSALS, [most])).length < most;
}
