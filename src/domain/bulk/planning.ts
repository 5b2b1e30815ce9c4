import { personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid } from '../errors.ts';
import { authorize } from '../policies.ts';
import { unknownPlaceholders } from '../replies/placeholder.ts';
import { visibleTickets } from '../tickets/finding.ts';
import { lockRun } from './run.ts';
import { AT_ONCE, type BulkTask, MAX_TICKETS } from './task.ts';

export type NewRun = BulkTask & { ids: readonly number[]; source: { kind: 'ids' | 'list'; back: string } };

const SEEN = `
  with made as (
    insert into bulk_runs (actor_id, act, parameters, source, total, created_at)
    values (:actor, :act, :parameters::jsonb, :source::jsonb, 0, :now) returning id
  ), items as (
    insert into bulk_items (run_id, position, ticket_id)
    select made.id, row_number() over (order by asked.place), t.id
    from made cross join unnest(:ids::bigint[]) with ordinality as asked (id, place)
    join tickets t on t.id = asked.id where VISIBLE returning 1
  )
  select made.id, (select count(*) from items)::int as total from made`;

/**
 * Freezes which tickets an act is about, without touching one. Those the person cannot see are counted as missing
 * and forgotten: a run never tells a foreign ticket from an absent one.
 */
export async function planRun(ctx: Context, wanted: NewRun): Promise<{ id: number; total: number }> {
  authorize(ctx, 'queue.read');
  refuseUnknown(ctx, wanted);
  const ids = [...new Set(wanted.ids)];
  if (ids.length === 0) throw new Invalid({ ids: ctx.t('Select at least one ticket first') });
  if (ids.length > MAX_TICKETS)
    throw new Invalid({ ids: ctx.t('Select at most {{count}} tickets', { count: MAX_TICKETS }) });
  return ctx.transaction(async tx => {
    const scope = visibleTickets(tx);
    const [run] = await scope.read<{ id: number; total: number }>(
      tx.db,
      SEEN.replace('VISIBLE', scope.visible),
      {
        actor: personId(tx.actor),
        act: wanted.act,
        parameters: JSON.stringify(wanted.parameters),
        source: JSON.stringify(wanted.source),
        now: tx.now(),
        ids,
      },
    );
    const { id, total } = run!;
    await tx
      .db('bulk_runs')
      .where({ id })
      .update({ total, missing: ids.length - total });
    return { id, total };
  });
}

/** A placeholder that nobody knows would be read by everybody. */
function refuseUnknown(ctx: Context, { act, parameters }: BulkTask) {
  const unknown = act === 'reply' || act === 'note' ? unknownPlaceholders(parameters.body) : [];
  if (unknown.length > 0)
    throw new Invalid({ text: ctx.t('We do not know {{names}}', { names: unknown.join(', ') }) });
}

/** From now on it happens. Idempotent: a run that was started stays so. */
export async function startRun(ctx: Context, run: { id: number }): Promise<void> {
  await ctx.transaction(async tx => {
    const current = await lockRun(tx, run);
    if (current.state === 'planned') await setRunning(tx, current);
  });
}

/** A large run is the worker's; a small one is done by whoever started it, and by the worker if they are gone. */
export async function setRunning(tx: Tx, run: { id: number; total: number }): Promise<void> {
  await tx.db('bulk_runs').where({ id: run.id }).update({ state: 'running', started_at: tx.now() });
  if (run.total > AT_ONCE) tx.afterCommit(() => tx.world.wake('run-bulk'));
}
