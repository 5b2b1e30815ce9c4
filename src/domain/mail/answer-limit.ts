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
