import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import connectPgSimple from 'connect-pg-simple';
import { RedisStore } from 'connect-redis';
import session from 'express-session';
import { buildConfig } from '../src/config/config.ts';
import { readEnv } from '../src/config/env.ts';
import { keepHeapSmall } from '../src/platform/heap.ts';
import { KEEP_ALIVE_MS } from '../src/server.ts';
import { createServices } from '../src/services.ts';
import { createApp } from '../src/web/app.ts';
import { sessionPool } from '../src/web/middleware/session-pool.ts';
import { bareApp } from './bare.ts';

/** The process that is measured: our app and the bare one side by side. Tells its parent where they listen. */
keepHeapSmall();
const config = buildConfig(readEnv());
const services = await createServices(config);
const PgStore = connectPgSimple(session);
const store = services.redis
  ? new RedisStore({ client: services.redis, prefix: 'bare:' })
  : new PgStore({
      pool: sessionPool(services.db),
      tableName: 'web_sessions',
      pruneSessionInterval: false,
    } as ConstructorParameters<typeof PgStore>[0]);

const listen = (app: Parameters<typeof createServer>[1]) =>
  new Promise<string>(resolve => {
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, app as never);
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });

const app = await listen((await createApp(services)) as never);
const bare = await listen(bareApp(services, store) as never);
process.send?.({ app, bare });
process.on('message', message => {
  if (message === 'usage') process.send?.({ rss: process.memoryUsage().rss, cpu: process.cpuUsage() });
});
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => process.exit(0));
