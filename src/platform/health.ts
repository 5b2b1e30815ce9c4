import type { Redis } from 'ioredis';
import type { Knex } from 'knex';

const LIMIT_MS = 1_500;

type Parts = { db: Knex; redis: Redis | undefined; pending: () => Promise<string[]> };
export type Readiness = Record<string, 'ok' | 'away'>;

/** Only what is configured is asked. Each answer has a time limit, so the page itself never hangs. */
export async function checkReadiness({ db, redis, pending }: Parts): Promise<Readiness> {
  const [database, migrations, queue, cache] = await Promise.all([
    works(() => db.raw('select 1 from users limit 1')),
    works(async () => {
      if ((await pending()).length > 0) throw new Error('The database is older than the program');
    }),
    works(() => db.raw('select 1 from jobs.agenda_jobs limit 1')),
    redis ? works(() => redis.ping()) : undefined,
  ]);
  return {
    database: state(database),
    migrations: state(migrations),
    queue: state(queue),
    ...(cache === undefined ? {} : { redis: state(cache) }),
  };
}

const state = (ok: boolean) => (ok ? 'ok' : 'away');

async function works(ask: () => PromiseLike<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>(resolve => {
    timer = setTimeout(() => resolve(false), LIMIT_MS);
  });
  const asked = Promise.resolve(ask()).then(
    () => true,
    () => false,
  );
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
