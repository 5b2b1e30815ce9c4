import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { findProgram } from '../../scripts/tools.ts';
import { eventually } from './eventually.ts';

export type RedisServer = {
  /** Known once the tests of the file run. */
  readonly url: string;
  /** `stop` and `start` keep the port, to see what the program does while Redis is away. */
  stop: () => Promise<void>;
  start: () => Promise<void>;
  /** Alive and silent, until it goes on. */
  pause: () => void;
  goOn: () => void;
};

/** True when this machine has no redis-server: `describe.skipIf(noRedis)('… (needs redis-server)', …)`. */
export const noRedis = findProgram('redis-server') === undefined;

/**
 * A real Redis of its own on a free port, empty, kept in memory: started before the tests of the
 * describe (or file) that calls it, gone after them.
 */
export function redisServer(): RedisServer {
  let port = 0;
  let server: ChildProcess | undefined;
  const url = () => `redis://127.0.0.1:${port}`;
  const kill = () => server?.kill('SIGKILL');

  const start = async () => {
    const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    server = spawn(findProgram('redis-server') ?? 'redis-server', options, { stdio: 'ignore' });
    await eventually(() => answers(url()));
  };
  const stop = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    kill();
    await gone;
  };

  beforeAll(async () => {
    process.once('exit', kill);
    port = await freePort();
    await start();
  });
  afterAll(async () => {
    await stop();
    process.off('exit', kill);
  });
  return {
    get url() {
      return url();
    },
    start,
    stop,
    pause: () => server?.kill('SIGSTOP'),
    goOn: () => server?.kill('SIGCONT'),
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } finally {
    client.disconnect();
  }
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('No port')),
      );
    });
  });
}
