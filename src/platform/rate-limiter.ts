import type { Redis } from 'ioredis';
import type { Knex } from 'knex';
import { RateLimiterPostgres, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** Counts in Redis, or else in the database, so that all processes share one count. */
export type RateLimiter = {
  /** Takes one of `points` a window of `seconds`. Returns the seconds to wait when there is none left. */
  take(name: string, key: string, limit: { points: number; seconds: number }): Promise<number | undefined>;
  /** Puts back one that was taken for nothing. */
  giveBack(name: string, key: string, limit: { points: number; seconds: number }): Promise<void>;
  /** Forgets what was counted, for example after a sign-in that succeeded. */
  forget(name: string, key: string): Promise<void>;
};

export function createRateLimiter(store: { redis: Redis | undefined; db: Knex }): RateLimiter {
  const limiters = new Map<string, RateLimiterRedis | RateLimiterPostgres>();
  const limiter = (name: string, points: number, seconds: number) => {
    const id = `${name}:${points}:${seconds}`;
    let found = limiters.get(id);
    if (!found) {
      const options = { keyPrefix: `limit:${name}`, points, duration: seconds };
      found = store.redis
        ? new RateLimiterRedis({ ...options, storeClient: store.redis })
        : new RateLimiterPostgres({
            ...options,
            storeClient: store.db,
            storeType: 'knex',
            tableName: 'rate_limits',
            tableCreated: true,
            clearExpiredByTimeout: false,
          });
      limiters.set(id, found);
    }
    return found;
  };
  return {
    async take(name, key, { points, seconds }) {
      try {
        await limiter(name, points, seconds).consume(key);
        return undefined;
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return Math.ceil(refused.msBeforeNext / 1_000);
        throw refused;
      }
    },
    async giveBack(name, key, { points, seconds }) {
      await limiter(name, points, seconds).reward(key);
    },
    async forget(name, key) {
      const matching = [...limiters.entries()].filter(([id]) => id.startsWith(`${name}:`));
      await Promise.all(matching.map(([, found]) => found.delete(key)));
    },
  };
}
