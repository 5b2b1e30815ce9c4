import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { Logger } from './logger.ts';

export const JOB_CHANNEL = 'smartsupport_jobs';

/**
 * Wakes a job now instead of at its next tick. Calls within a few milliseconds become one row for Agenda.
 * Losing a wake-up costs at most one tick, so a failure is logged and forgotten.
 */
export function createWaker(db: Knex, log: Logger, { delayMs = 3 } = {}) {
  const waiting = new Map<string, NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  const send = async (name: string) => {
    try {
      await db.raw(
        `with job as (
           insert into jobs.agenda_jobs (name, data, next_run_at, type, priority)
           values (?, '{}', now(), 'normal', 0) returning id, next_run_at, priority)
         select pg_notify(?, json_build_object('jobId', id, 'jobName', ?::text, 'nextRunAt', next_run_at,
                'priority', priority, 'timestamp', now(), 'source', ?::text)::text) from job`,
        [name, JOB_CHANNEL, name, `wake:${randomUUID()}`],
      );
    } catch (error) {
      log.warn({ job: name, err: (error as Error).message }, 'Could not wake a job; its next tick will do');
    }
  };
  return {
    wake(name: string) {
      if (waiting.has(name)) return;
      const timer = setTimeout(() => {
        waiting.delete(name);
        const sent = send(name).finally(() => running.delete(sent));
        running.add(sent);
      }, delayMs);
      waiting.set(name, timer);
    },
    async close() {
      for (const timer of waiting.values()) clearTimeout(timer);
      const names = [...waiting.keys()];
      waiting.clear();
      await Promise.all([...running, ...names.map(send)]);
    },
  };
}

export type Waker = ReturnType<typeof createWaker>;
