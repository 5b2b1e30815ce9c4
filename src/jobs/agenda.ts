import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { PostgresBackend } from '@agendajs/postgres-backend';
import { Agenda, type Job as AgendaJob, backoffStrategies } from 'agenda';
import pg from 'pg';
import type { Config } from '../config/config.ts';
import { systemActor } from '../domain/access/actor.ts';
import type { Logger } from '../platform/logger.ts';
import { JOB_CHANNEL } from '../platform/queue.ts';
import type { Services } from '../services.ts';
import type { Job, Outgoing } from './job.ts';
import { schedule } from './schedule.ts';

const LOCK_MS = 30_000;
/** A turn ends by itself well before its lock would; the next tick goes on. */
const TURN_MS = 20_000;
const DRAIN_MS = 8_000;
const MEND_MS = 15_000;
const MAX_CLOCK_SECONDS = 5;

/** After a failure 2, 4, 8 … seconds, at most an hour; the tick of the schedule comes anyway. */
const backoff = backoffStrategies.exponential({
  delay: 2_000,
  factor: 2,
  maxRetries: 10,
  maxDelay: 3_600_000,
  jitter: 0.2,
});

export type RunningJobs = { stop(): Promise<void> };

/**
 * Runs the jobs of the schedule in this process. Rows of Agenda are wake-ups only (decisions: events, outbox):
 * losing one costs a tick, running one twice does no harm. Any number of processes may do this at once.
 */
export async function startJobs(services: Services, outgoing: Outgoing): Promise<RunningJobs> {
  const name = `${hostname()}:${process.pid}:${randomUUID()}`;
  const pool = createPool(services.config, services.log);
  const backend = new PostgresBackend({
    pool,
    tableName: 'agenda_jobs',
    channelName: JOB_CHANNEL,
    ensureSchema: false,
  });
  keepListening(backend);
  const agenda = new Agenda({
    backend,
    name,
    processEvery: 1_000,
    maxConcurrency: 20,
    defaultConcurrency: 1,
    defaultLockLimit: 0,
    lockLimit: 0,
    defaultLockLifetime: LOCK_MS,
    removeOnComplete: true,
  });
  const away = (error: Error) => services.log.warn({ err: error.message }, 'the job queue does not answer');
  agenda.on('error', away);
  // Without these two a restart of PostgreSQL would end the process.
  pool.on('error', away);
  backend.notificationChannel?.on('error', away);

  const stopping = new AbortController();
  const mending = setInterval(() => void mendTimes(pool).catch(away), MEND_MS).unref();
  await compareClocks(pool, services.log).catch(away);
  const planned = Object.entries(schedule).filter(([, { when }]) => when?.(services.config) ?? true);
  for (const [job, { run }] of planned) {
    // biome-ignore lint/nursery/noMisusedPromises: Agenda waits for it; only its callback form expects nothing
    agenda.define(job, attempt => turn(services, outgoing, job, run, attempt, stopping.signal), { backoff });
  }
  await agenda.ready;
  await agenda.start();
  for (const [job, { every }] of planned) await agenda.every(every, job);
  // What another configuration had planned would stand in the overview for ever.
  const unplanned = Object.keys(schedule).filter(job => !planned.some(([name]) => name === job));
  if (unplanned.length > 0) await agenda.cancel({ names: unplanned });

  return {
    async stop() {
      stopping.abort();
      clearInterval(mending);
      await agenda.drain({ timeout: DRAIN_MS, closeConnection: false }).catch(away);
      // Rows taken and not begun would stay locked until their lock expires.
      await pool
        .query(
          'update agenda_jobs set locked_at = null where last_modified_by = $1 and locked_at is not null and next_run_at is not null',
          [name],
        )
        .catch(away);
      await pool.end().catch(away);
    },
  };
}

/** As it comes it gives up for good after ten tries, a minute and a half: then only the ticks would wake a job. */
function keepListening(backend: PostgresBackend) {
  const { reconnect } = (backend.notificationChannel as unknown as { config: { reconnect: object } }).config;
  Object.assign(reconnect, { maxAttempts: Number.POSITIVE_INFINITY, maxDelayMs: 5_000 });
}

/**
 * Agenda plans and locks by the clock of its machine. One that is ahead leaves turns and locks in the future, which
 * would keep the schedule waiting for as long once that worker is gone; to one that is behind, the lock of a killed
 * process looks fresh. So the database's clock has the last word.
 */
async function mendTimes(pool: pg.Pool) {
  await pool.query(
    `update agenda_jobs set next_run_at = least(next_run_at, now() + repeat_interval::interval),
            locked_at = case when locked_at between now() - interval '45 seconds' and now() + interval '30 seconds' then locked_at end
     where type = 'single' and (next_run_at > now() + repeat_interval::interval + interval '30 seconds'
        or locked_at not between now() - interval '45 seconds' and now() + interval '30 seconds')`,
  );
}

/** A worker that is behind takes up work that late, if it is the only one: somebody must hear of it. */
async function compareClocks(pool: pg.Pool, log: Logger) {
  const { rows } = await pool.query<{ now: Date }>('select clock_timestamp() as now');
  const seconds = Math.round((Date.now() - (rows[0]?.now.getTime() ?? Date.now())) / 1_000);
  if (Math.abs(seconds) > MAX_CLOCK_SECONDS)
    log.error({ seconds }, 'the clock of this machine is not the one of the database: set it right');
}

function createPool(config: Config, log: Logger): pg.Pool {
  const pool = new pg.Pool({
    connectionString: config.database.directUrl,
    application_name: 'smartsupport-jobs',
    max: 6,
    options: '-c search_path=jobs,public',
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 600_000,
    statement_timeout: 10_000,
    query_timeout: 15_000,
  });
  // A client that breaks while it is lent out has no other listener.
  pool.on('connect', client =>
    client.on('error', error => log.debug({ err: error.message }, 'a job connection broke')),
  );
  return pool;
}

async function turn(
  services: Services,
  outgoing: Outgoing,
  name: string,
  run: Job,
  attempt: AgendaJob,
  stopping: AbortSignal,
): Promise<void> {
  const until = Date.now() + TURN_MS;
  const done = services.metrics.jobs.startTimer({ job: name });
  try {
    await run({
      ctx: await services.contextFor(systemActor(name)),
      services,
      outgoing,
      touch: () => attempt.touch(),
      goOn: () => !stopping.aborted && Date.now() < until,
    });
    done({ result: 'done' });
  } catch (error) {
    done({ result: 'failed' });
    services.log.error({ job: name, err: (error as Error).message }, 'a job failed');
    throw error;
  }
}
