import type { Tx } from '../context.ts';

/**
 * One automatic answer an hour to an address, and none where mail bounces for good. Asking uses the hour up, in the
 * transaction of the answer.
 */
export async function takeAnswer(tx: Tx, address: string): Promise<boolean> {
  const { rowCount } = await tx.db.raw<{ rowCount: number }>(
    `insert into mail_addresses as a (address, answered_at) values (lower(?), now())
     on conflict (address) do update set answered_at = now()
     where (a.answered_at is null or a.answered_at <= now() - interval '1 hour') and a.undeliverable_since is null`,
    [address],
  );
  return rowCount > 0;
}
