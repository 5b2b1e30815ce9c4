import type { Context } from '../context.ts';
import { visibleTickets } from './finding.ts';

/** The numbers of those of these tickets that the person works, in the order of their ids. */
export async function ticketNumbersOf(ctx: Context, ids: readonly number[]): Promise<number[]> {
  const scope = visibleTickets(ctx);
  const rows = await scope.read<{ number: number }>(
    ctx.db,
    `select t.number from tickets t where t.id = any(:ids::bigint[]) and ${scope.works} order by t.id`,
    { ids },
  );
  return rows.map(row => row.number);
}
