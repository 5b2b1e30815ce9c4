import { query } from '../../db/knex.ts';
import { isAdmin, isPerson, personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { NotFound } from '../errors.ts';
import { authorize } from '../policies.ts';
import type { PersonName } from '../tickets/ticket.ts';
import { type BulkTask, canBeUndone, UNDO_HOURS, type UndoTask } from './task.ts';

export type BulkState = 'planned' | 'running' | 'done' | 'undone' | 'cancelled';
export type ItemState = 'waiting' | 'changed' | 'unchanged' | 'refused' | 'undone';

/** `kind` says whether the person ticked each ticket or took a whole list; `back` is the page they came from. */
export type BulkSource = { kind: 'ids' | 'list'; back: string };

export type BulkRun = (BulkTask | UndoTask) & {
  id: number;
  actor: PersonName;
  source: BulkSource;
  state: BulkState;
  undoOf: number | null;
  undoneBy: number | null;
  total: number;
  missing: number;
  counts: Record<ItemState, number>;
  stopReason: 'asked' | 'rights' | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
};

const RUN = `
  select r.id, r.act, r.parameters, r.source, r.state, r.undo_of as "undoOf", u.id as "undoneBy", r.total, r.missing,
         r.stop_reason as "stopReason", r.created_at as "createdAt", r.started_at as "startedAt", r.finished_at as "finishedAt",
         jsonb_build_object('id', a.id, 'firstName', a.first_name, 'lastName', a.last_name) as actor,
         jsonb_build_object('waiting', 0, 'changed', 0, 'unchanged', 0, 'refused', 0, 'undone', 0) || coalesce(
           (select jsonb_object_agg(state, n) from (select state, count(*) as n from bulk_items where run_id = r.id group by state) as c), '{}') as counts
  from bulk_runs r join users a on a.id = r.actor_id left join bulk_runs u on u.undo_of = r.id`;

/** A run is its owner's, and the admins'. What is only planned is nobody else's business. Foreign is absent. */
const MINE = `(r.actor_id = ? or (?::boolean and r.state <> 'planned'))`;

export async function findRun(ctx: Context, id: number): Promise<BulkRun> {
  authorize(ctx, 'queue.read');
  const [run] = await query<BulkRun>(ctx.db, `${RUN} where r.id = ? and ${MINE}`, [
    id,
    personId(ctx.actor),
    isAdmin(ctx.actor),
  ]);
  if (!run) throw new NotFound('No such run');
  return run;
}

/** The newest runs of the person; what was only looked at is not one. */
export async function ownRuns(ctx: Context): Promise<BulkRun[]> {
  authorize(ctx, 'queue.read');
  return query<BulkRun>(
    ctx.db,
    `${RUN} where r.actor_id = ? and r.state <> 'planned' order by r.id desc limit 30`,
    [personId(ctx.actor)],
  );
}

/** Takes the run's lock: acts on tickets that are under way end first, since each holds a share of it. */
export async function lockRun(tx: Tx, run: { id: number }): Promise<BulkRun> {
  await tx.db.raw('select 1 from bulk_runs where id = ? for update', [run.id]);
  return findRun(tx, run.id);
}

export const mayUndo = (run: BulkRun, now: Date) =>
  (run.state === 'done' || run.state === 'cancelled') &&
  canBeUndone(run.act) &&
  run.undoneBy === null &&
  run.counts.changed > 0 &&
  run.finishedAt !== null &&
  now.getTime() - run.finishedAt.getTime() < UNDO_HOURS * 3_600_000;

export const isOwn = (ctx: Context, run: BulkRun) => isPerson(ctx.actor) && ctx.actor.id === run.actor.id;
