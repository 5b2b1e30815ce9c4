import type { Context } from '../context.ts';
import { visibleTickets } from '../tickets/finding.ts';
import type { BulkRun, ItemState } from './run.ts';
import type { Reason } from './task.ts';

/** Without number and subject where whoever looks may not see the ticket, or not any more. */
export type ResultRow = {
  state: ItemState;
  reason: Reason | null;
  number: number | null;
  subject: string | null;
};
export type ResultSum = { state: ItemState; reason: Reason | null; n: number };
export type Results = { sums: ResultSum[]; rows: ResultRow[] };

const SHOWN = 50;

/** What came of each ticket, those that stayed as they were first; sums over all. */
export async function resultsOf(ctx: Context, run: BulkRun): Promise<Results> {
  const scope = visibleTickets(ctx);
  const [rows, sums] = await Promise.all([
    scope.read<ResultRow>(
      ctx.db,
      `select i.state, i.reason, t.number, t.subject from bulk_items i left join tickets t on t.id = i.ticket_id and ${scope.visible}
       where i.run_id = :run and i.state <> 'waiting'
       order by case i.state when 'refused' then 0 when 'unchanged' then 1 else 2 end, i.position limit ${SHOWN}`,
      { run: run.id },
    ),
    ctx
      .db('bulk_items')
      .where({ run_id: run.id })
      .whereNotNull('reason')
      .groupBy('state', 'reason')
      .orderBy('state')
      .select<ResultSum[]>('state', 'reason', ctx.db.raw('count(*) as n')),
  ]);
  const missing: ResultSum[] =
    run.missing > 0 ? [{ state: 'refused', reason: 'not-found', n: run.missing }] : [];
  return { rows, sums: [...sums, ...missing] };
}
