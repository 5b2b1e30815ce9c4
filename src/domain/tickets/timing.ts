import { query } from '../../db/knex.ts';
import { personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid, NotFound, Unauthenticated } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { MAX_MINUTES } from './length-of-time.ts';
import type { Ticket } from './ticket.ts';
import {
  type RunningTimer,
  TIME_COLUMN,
  type TimeRow,
  type TimeSpent,
  timeValues,
  toTimeSpent,
} from './time-spent.ts';

export type NewTimeEntry = { minutes: number; note: string; spentOn: string };

/** The ticket's time alone; its page gets it with everything else from surroundings.ts. */
export async function timeSpentOn(ctx: Context, ticket: Ticket): Promise<TimeSpent> {
  authorize(ctx, 'ticket.work', ticket);
  const [row] = await query<{ time: TimeRow }>(
    ctx.db,
    `select ${TIME_COLUMN}`,
    timeValues(ticket.id, me(ctx)),
  );
  return toTimeSpent(row!.time)!;
}

/**
 * Starts the person's clock on the ticket; idempotent while it runs there. One that runs on another ticket stops,
 * and its time is kept. `today` is the day where the person is.
 */
export async function startTimer(
  ctx: Context,
  ticket: Ticket,
  today: string,
): Promise<{ stopped: { number: number; minutes: number } | null }> {
  authorize(ctx, 'ticket.work', ticket);
  return ctx.transaction(async tx => {
    await lockTimer(tx);
    const running = await runningTimer(tx);
    if (running?.ticketId === ticket.id) return { stopped: null };
    const stopped = running ? await keep(tx, running, '') : null;
    await tx.db('time_entries').insert({
      ticket_id: ticket.id,
      person_id: me(tx),
      spent_on: today,
      started_at: tx.now(),
      created_at: tx.now(),
    });
    await record(tx, ticket, 'time.started');
    return { stopped };
  });
}

/**
 * Stops the person's clock, on whichever ticket it runs, and keeps its time: also where the ticket is no longer
 * theirs, since the work was done. Undefined where none runs.
 */
export async function stopTimer(
  ctx: Context,
  note = '',
): Promise<{ number: number; minutes: number } | undefined> {
  authorize(ctx, 'time.track');
  return ctx.transaction(async tx => {
    await lockTimer(tx);
    const running = await runningTimer(tx);
    return running && keep(tx, running, note);
  });
}

/** Throws the running time away. Idempotent. */
export async function discardTimer(ctx: Context): Promise<{ number: number } | undefined> {
  authorize(ctx, 'time.track');
  return ctx.transaction(async tx => {
    await lockTimer(tx);
    const running = await runningTimer(tx);
    if (!running) return undefined;
    await tx.db('time_entries').where({ id: running.id }).delete();
    await record(tx, ofTimer(running), 'time.discarded');
    return { number: running.ticketNumber };
  });
}

export async function addTime(ctx: Context, ticket: Ticket, entry: NewTimeEntry): Promise<void> {
  authorize(ctx, 'ticket.work', ticket);
  await ctx.transaction(async tx => {
    const { minutes, note, spentOn } = checked(tx, entry);
    await tx.db('time_entries').insert({
      ticket_id: ticket.id,
      person_id: me(tx),
      minutes,
      note,
      spent_on: spentOn,
      created_at: tx.now(),
    });
    await record(tx, ticket, 'time.added', { minutes, spentOn });
  });
}

/** One's own only: another's is not there. */
export async function changeTime(
  ctx: Context,
  ticket: Ticket,
  id: number,
  entry: NewTimeEntry,
): Promise<void> {
  await onOwn(ctx, ticket, id, async (tx, current) => {
    const { minutes, note, spentOn } = checked(tx, entry);
    await tx.db('time_entries').where({ id }).update({ minutes, note, spent_on: spentOn });
    await record(tx, ticket, 'time.changed', { minutes: [current.minutes, minutes], spentOn });
  });
}

export async function removeTime(ctx: Context, ticket: Ticket, id: number): Promise<void> {
  await onOwn(ctx, ticket, id, async (tx, current) => {
    await tx.db('time_entries').where({ id }).delete();
    await record(tx, ticket, 'time.removed', { minutes: current.minutes });
  });
}

type Own = (tx: Tx, current: { minutes: number }) => Promise<void>;

async function onOwn(ctx: Context, ticket: Ticket, id: number, work: Own): Promise<void> {
  authorize(ctx, 'ticket.work', ticket);
  await ctx.transaction(async tx => {
    const current =
      id > 0
        ? await tx
            .db('time_entries')
            .where({ id, ticket_id: ticket.id, person_id: me(tx) })
            .whereNotNull('minutes')
            .forUpdate()
            .first('minutes')
        : undefined;
    if (!current) throw new NotFound('No such time of this person on this ticket');
    await work(tx, current);
  });
}

/** A clock forgotten overnight is kept as a day at most; the person corrects it. */
async function keep(
  tx: Tx,
  running: RunningTimer,
  note: string,
): Promise<{ number: number; minutes: number }> {
  const passed = Math.round((tx.now().getTime() - running.startedAt.getTime()) / 60_000);
  const minutes = Math.min(MAX_MINUTES, Math.max(1, passed));
  await tx.db('time_entries').where({ id: running.id }).update({ minutes, note });
  await record(tx, ofTimer(running), 'time.added', { minutes, byTimer: true });
  return { number: running.ticketNumber, minutes };
}

/** One press at a time for a person: two at once would otherwise meet at the unique index. */
const lockTimer = (tx: Tx) => tx.db.raw(`select pg_advisory_xact_lock(hashtext('timer'), ?::int)`, [me(tx)]);

async function runningTimer(tx: Tx): Promise<RunningTimer | undefined> {
  return tx
    .db('time_entries as e')
    .join('tickets as t', 't.id', 'e.ticket_id')
    .where('e.person_id', me(tx))
    .whereNull('e.minutes')
    .first('e.id', 'e.started_at as startedAt', 't.id as ticketId', 't.number as ticketNumber');
}

const EARLIEST = '2000-01-01';

function checked(tx: Tx, entry: NewTimeEntry): NewTimeEntry {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(entry.spentOn) && !Number.isNaN(Date.parse(entry.spentOn));
  if (!isDay || new Date(entry.spentOn).toISOString().slice(0, 10) !== entry.spentOn)
    throw new Invalid({ spent_on: tx.t('Choose the day of the work') });
  // A day ahead of the clock's own may be today where the person is.
  const tomorrow = new Date(tx.now().getTime() + 86_400_000).toISOString().slice(0, 10);
  if (entry.spentOn > tomorrow || entry.spentOn < EARLIEST)
    throw new Invalid({ spent_on: tx.t('Choose a day that is not in the future') });
  return entry;
}

function me(ctx: Context): number {
  const id = personId(ctx.actor);
  if (!id) throw new Unauthenticated('Only people spend time');
  return id;
}

type Named = { id: number; number: number };
const ofTimer = ({ ticketId, ticketNumber }: RunningTimer): Named => ({ id: ticketId, number: ticketNumber });

const record = (tx: Tx, ticket: Named, type: string, data: Record<string, unknown> = {}) =>
  recordEvent(
    tx,
    type,
    { objectType: 'ticket', objectId: ticket.id, label: `#${ticket.number}`, ticketId: ticket.id },
    { internal: true, silent: true, data },
  );
