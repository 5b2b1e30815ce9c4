import { query } from '../../db/knex.ts';
import type { Context } from '../context.ts';

const OURS = `
  select id from mailboxes
  where archived_at is null and is_active
    and (lower(address) = ? or aliases @> array[?::text] or (plus_addressing and (lower(address) = ? or aliases @> array[?::text])))
  order by id limit 1`;

/** Which mailbox mail to this address belongs to; undefined if it is none of ours. What follows a plus is a key of ours. */
export async function mailboxOf(ctx: Pick<Context, 'db'>, address: string): Promise<number | undefined> {
  const whole = address.trim().toLowerCase();
  const plain = whole.replace(/\+[^@]*@/, '@');
  const [row] = await query<{ id: number }>(ctx.db, OURS, [whole, whole, plain, plain]);
  return row?.id;
}
