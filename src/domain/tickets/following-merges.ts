import { query } from '../../db/knex.ts';
import type { Context } from '../context.ts';
import { NotFound } from '../errors.ts';
import { findTicket, type Ticket } from './ticket.ts';

/** A ring cannot come to be, as both ends are locked; should one stand in the table, it is walked once and leads nowhere. */
const AFTER = `
  with recursive after as (
    select id, number, merged_into, 0 as steps from tickets where id = ?
    union all
    select t.id, t.number, t.merged_into, a.steps + 1 from tickets t join after a on t.id = a.merged_into
  ) cycle id set again using way
  select number, again from after where steps > 0 order by steps`;

/** The numbers of the tickets in which the work on a merged one went on, whoever may see them; the last is where it is now. */
export async function numbersAfter(
  { db }: Pick<Context, 'db'>,
  ticket: Pick<Ticket, 'id' | 'mergedInto'>,
): Promise<number[]> {
  if (!ticket.mergedInto) return [];
  const rows = await query<{ number: number; again: boolean }>(db, AFTER, [ticket.id]);
  return rows.some(({ again }) => again) ? [] : rows.map(({ number }) => number);
}

/** The ticket a merged one leads to, through all merges; undefined if the person may not see it. */
export async function whereItGoesOn(ctx: Context, ticket: Ticket): Promise<Ticket | undefined> {
  const end = (await numbersAfter(ctx, ticket)).at(-1);
  return end ? findTicket(ctx, end).catch(unseen) : undefined;
}

const unseen = (error: unknown) => {
  if (error instanceof NotFound) return undefined;
  throw error;
};
