import type { Context } from '../context.ts';
import { runItems } from './running.ts';
import { AT_ONCE } from './task.ts';

/** Tickets of one run before another has its turn, so that a small one does not wait for a large one. */
const SLICE = 25;

/** A small run is done while its person waits; only one whose process went away is taken up here. */
const TO_DO = `
  select id from bulk_runs
  where state = 'running' and (total > ${AT_ONCE} or started_at < now() - interval '10 seconds')
  order by started_at, id limit 20`;

/** All runs that are under way, in turns. `touch` says after each slice that the work goes on. */
export async function workThroughRuns(
  ctx: Context,
  { goOn = () => true, touch = async () => {} }: { goOn?: () => boolean; touch?: () => Promise<void> } = {},
): Promise<void> {
  while (goOn()) {
    const { rows } = await ctx.db.raw<{ rows: { id: number }[] }>(TO_DO);
    if (rows.length === 0) return;
    let failure: unknown;
    for (const { id } of rows) {
      try {
        await runItems(ctx, id, { goOn, limit: SLICE });
      } catch (error) {
        // It is taken up again at the next tick; the other runs do not wait for it.
        ctx.log.error({ runId: id, err: (error as Error).message }, 'a bulk run stumbled');
        failure ??= error;
      }
      await touch();
    }
    if (failure) throw failure;
  }
  ctx.world.wake('run-bulk');
}
