import type { Context } from '../context.ts';
import { visibleTickets } from './finding.ts';

const MOST = 50;

/** The first of these tickets that the person works, as they are called; in the order of their ids. */
export async function ticketsNamed(
  ctx: Context,
  ids: readonly number[],
): Promise<{ id: number; number: number; subject: string }[]> {
  const scope = visibleTickets(ctx);
  return scope.read(
    ctx.db,
    `select t.id, t.number, t.subject from tickets t where t.id = any(:ids::bigint[]) and ${scope.works} order by t.id limit ${MOST}`,
    { ids },
  );
}
