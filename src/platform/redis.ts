import { Redis } from 'ioredis';
import type { Logger } from './logger.ts';

/** Answers within 500 ms or fails: a request never waits for a Redis that is away. */
export function createRedis(url: string, log: Logger): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    commandTimeout: 500,
    connectTimeout: 1_000,
    maxRetriesPerRequest: 0,
    retryStrategy: attempt => Math.min(attempt * 100, 1_000),
  });
  let away = false;
  redis.on('error', error => {
    if (!away) log.error({ err: error.message }, 'Redis is away');
    away = true;
  });
  redis.on('ready', () => {
    if (away) log.info({}, 'Redis is back');
    away = false;
  });
  return redis;
}
