import type { Context, Tx } from '../context.ts';
import { recordEvent } from '../events/recording.ts';
import { findRun } from './run.ts';

type StopReason = 'asked' | 'rights';

/** Ends what is under way after the ticket it is at; what was done stays done and can be undone. */
export async function cancelRun(ctx: Context, run: { id: number }): Promise<void> {
  await stopRun(ctx, (await findRun(ctx, run.id)).id, 'asked');
}

/** Taking the run's lock waits for the tickets under way: after it, nothing more of the run changes. */
export const stopRun = (ctx: Context, runId: number, reason: StopReason): Promise<void> =>
  ctx.transaction(async tx => {
    if ((await lockState(tx, runId)) === 'running') await endRun(tx, runId, reason);
  });

/** Called by whoever finds nothing to do; another process may still be at the last ticket, and is waited for. */
export const finishRun = (ctx: Context, runId: number): Promise<void> =>
  ctx.transaction(async tx => {
    if ((await lockState(tx, runId)) !== 'running') return;
    const left = await tx.db('bulk_items').where({ run_id: runId, state: 'waiting' }).first('position');
    if (!left) await endRun(tx, runId, null);
  });

async function lockState(tx: Tx, runId: number): Promise<string | undefined> {
  const run = await tx.db('bulk_runs').where({ id: runId }).forUpdate().first('state');
  return run?.state;
}

async function endRun(tx: Tx, runId: number, stopReason: StopReason | null): Promise<void> {
  const state = stopReason ? 'cancelled' : 'done';
  await tx
    .db('bulk_runs')
    .where({ id: runId })
    .update({ state, stop_reason: stopReason, finished_at: tx.now() });
  await recordRun(tx, runId);
}

/** One line in the audit for the whole run, beside the event of each ticket. */
async function recordRun(tx: Tx, runId: number): Promise<void> {
  const run = await tx.db('bulk_runs').where({ id: runId }).first('act', 'total', 'state', 'undo_of');
  const counts = await tx
    .db('bulk_items')
    .where({ run_id: runId })
    .groupBy('state')
    .select<{ state: string; n: number }[]>('state', tx.db.raw('count(*) as n'));
  const data = {
    act: run.act,
    total: run.total,
    ended: run.state,
    ...(run.undo_of ? { undoOf: run.undo_of } : {}),
    ...Object.fromEntries(counts.map(({ state, n }) => [state, n])),
  };
  const subject = { objectType: 'bulk' as const, objectId: runId, label: `${run.act} × ${run.total}` };
  await recordEvent(tx, 'bulk.ran', subject, { silent: true, data });
}
