import { isStaff, systemActor } from '../access/actor.ts';
import { actingAs, type Context, type Tx } from '../context.ts';
import { Conflict, DomainError, Forbidden, Invalid, NotFound } from '../errors.ts';
import { loadSignedIn } from '../identity/person.ts';
import { lockTicket } from '../tickets/ticket.ts';
import { doTask } from './doing.ts';
import { finishRun, stopRun } from './ending.ts';
import { type Facts, factsOf } from './facts.ts';
import { judge, type Verdict } from './judging.ts';
import { difference, type Remembered, remember } from './remembering.ts';
import type { ItemState } from './run.ts';
import type { BulkTask, Reason, UndoTask } from './task.ts';
import { undoTask } from './undoing.ts';

type Head = (BulkTask | UndoTask) & { id: number; actorId: number; undoOf: number | null };
type Item = { position: number; ticketId: number };
type Outcome = {
  state: ItemState;
  reason: Reason | null;
  before?: Remembered;
  after?: Remembered;
};

const MAX_ATTEMPTS = 3;

/**
 * Does what a run has left, a ticket a transaction, on behalf of whoever asked and with the rights they hold at each.
 * Any number of processes may call it for the same run at once, and one that was killed leaves no ticket half done.
 * True if nothing is left for it here.
 */
export async function runItems(
  ctx: Context,
  runId: number,
  { goOn = () => true, limit = Number.POSITIVE_INFINITY }: { goOn?: () => boolean; limit?: number } = {},
): Promise<boolean> {
  const head = await headOf(ctx, runId);
  if (!head) return true;
  let facts: Facts | undefined;
  for (let done = 0; done < limit && goOn(); done += 1) {
    const found = await loadSignedIn(ctx.db, head.actorId);
    if (!found || !isStaff(found.person)) {
      await stopRun(ctx, runId, 'rights');
      return true;
    }
    const requestId = `bulk-${runId}`;
    const own = actingAs({ ...ctx, settings: found.settings, requestId }, found.person);
    facts ??= await factsOf(own, head);
    const next = await doNext(own, head, facts);
    if (next === 'over') return true;
    if (next === 'none') {
      await finishRun(own, runId);
      return true;
    }
  }
  return false;
}

async function headOf({ db }: Context, runId: number): Promise<Head | undefined> {
  return db('bulk_runs')
    .where({ id: runId, state: 'running' })
    .first('id', 'actor_id as actorId', 'act', 'parameters', 'undo_of as undoOf');
}

/** The share of the run's lock makes a cancellation wait for this one ticket, and this one see the cancellation. */
async function doNext(ctx: Context, head: Head, facts: Facts): Promise<'done' | 'none' | 'over'> {
  let item: Item | undefined;
  try {
    return await ctx.transaction(async tx => {
      const { rows } = await tx.db.raw<{ rows: { state: string }[] }>(
        'select state from bulk_runs where id = ? for share',
        [head.id],
      );
      if (rows[0]?.state !== 'running') return 'over';
      item = await claim(tx, head.id);
      if (!item) return 'none';
      const outcome = await attempt(tx, inner => handle(inner, head, item!.ticketId, facts));
      await settle(tx, head.id, item, outcome);
      return 'done';
    });
  } catch (error) {
    if (!item) throw error;
    await noteFailure(ctx, head.id, item, error as Error);
    return 'done';
  }
}

async function claim(tx: Tx, runId: number): Promise<Item | undefined> {
  const { rows } = await tx.db.raw<{ rows: Item[] }>(
    `select position, ticket_id as "ticketId" from bulk_items where run_id = ? and state = 'waiting'
     order by position limit 1 for update skip locked`,
    [runId],
  );
  return rows[0];
}

/** In a savepoint: what a refused verb had begun is undone, and the refusal is written with the item. */
async function attempt(tx: Tx, work: (inner: Tx) => Promise<Outcome>): Promise<Outcome> {
  try {
    return await tx.db.transaction(db => {
      const inner: Tx = { ...tx, db, transaction: nested => nested(inner) };
      return work(inner);
    });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { state: 'refused', reason: reasonOf(error) };
  }
}

function reasonOf(error: DomainError): Reason {
  if (error instanceof NotFound) return 'not-found';
  if (error instanceof Forbidden) return 'not-yours';
  if (error instanceof Invalid) return 'invalid';
  return error instanceof Conflict ? 'changed-since' : 'failed';
}

async function handle(tx: Tx, head: Head, ticketId: number, facts: Facts): Promise<Outcome> {
  if (head.act === 'undo') return undone(await undoTask(tx, head.undoOf ?? 0, ticketId));
  const ticket = await lockTicket(tx, { id: ticketId });
  const verdict: Verdict = judge(tx, ticket, head, facts);
  if (verdict.state !== 'changed') return verdict;
  const was = remember(ticket);
  await doTask(tx, ticket, head);
  // By the program itself: the act may have taken the ticket out of the person's sight.
  const now = remember(await lockTicket({ ...tx, actor: systemActor('bulk') }, ticket));
  return { ...verdict, ...difference(was, { ...now, following: was.following || head.act === 'follow' }) };
}

const undone = (result: 'undone' | 'partly' | 'changed-since'): Outcome =>
  result === 'changed-since'
    ? { state: 'refused', reason: 'changed-since' }
    : { state: 'changed', reason: result === 'partly' ? 'partly' : null };

async function settle(tx: Tx, runId: number, item: Item, outcome: Outcome): Promise<void> {
  await tx
    .db('bulk_items')
    .where({ run_id: runId, position: item.position })
    .update({
      state: outcome.state,
      reason: outcome.reason,
      before: outcome.before ? JSON.stringify(outcome.before) : null,
      after: outcome.after ? JSON.stringify(outcome.after) : null,
      done_at: tx.now(),
    });
}

/** A ticket that fails again and again must not hold up the others. */
async function noteFailure(ctx: Context, runId: number, item: Item, error: Error): Promise<void> {
  ctx.log.warn({ runId, ticketId: item.ticketId, err: error.message }, 'a ticket of a bulk run failed');
  await ctx.db.raw(
    `update bulk_items set attempts = attempts + 1,
            state = case when attempts + 1 >= :most then 'refused' else state end,
            reason = case when attempts + 1 >= :most then 'failed' else reason end,
            done_at = case when attempts + 1 >= :most then :now::timestamptz end
     where run_id = :runId and position = :position and state = 'waiting'`,
    { most: MAX_ATTEMPTS, now: ctx.now(), runId, position: item.position },
  );
}
