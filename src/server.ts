import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { buildConfig } from './config/config.ts';
import { readEnv } from './config/env.ts';
import { loadEnvFile } from './config/env-file.ts';
import { explain } from './explaining.ts';
import { keepHeapSmall } from './platform/heap.ts';
import { createServices, type Services } from './services.ts';
import { surviveStrayErrors, untilSignal } from './staying-up.ts';
import { warnOfSettings } from './warning.ts';
import { prepareSetup } from './web/access/setup.ts';
import { createApp } from './web/app.ts';
import { endStreams } from './web/live/streams.ts';
import { startDraining } from './web/operations/draining.ts';

/** For requests under way once nothing new is taken. */
const DRAIN_MS = 6_500;
/** How long a process that is told to stop still takes requests: a proxy needs that to see that it is not ready. */
const LINGER_MS = 1_500;
/** A form with files over a slow line; other bodies have less, see set-up-parsing. */
const UPLOAD_MS = 300_000;

export type RunningWeb = {
  address: string;
  server: Server;
  stop(options?: { lingerMs?: number }): Promise<void>;
};

/**
 * Longer than a proxy keeps an idle connection (nginx and the clouds' balancers: 60 s): whoever closes first may cut
 * off a request that the other is just sending, and a proxy knows how to ask again, a visitor does not.
 */
export const KEEP_ALIVE_MS = 75_000;

/** Listens, with a limit on every wait. `stop` says "not ready" first, lets what is under way finish, then closes. */
export async function startWeb(services: Services): Promise<RunningWeb> {
  const { config, log } = services;
  const app = await createApp(services);
  const server = createServer(
    { headersTimeout: 15_000, requestTimeout: UPLOAD_MS, keepAliveTimeout: KEEP_ALIVE_MS },
    app,
  );
  server.maxHeadersCount = 100;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.http.port, config.http.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const address = config.http.port === 0 ? `http://${config.http.host}:${port}` : config.http.appUrl;
  log.info({ port, host: config.http.host }, 'web is listening');
  const setup = await prepareSetup(services);
  if (setup)
    log.warn({ open: setup }, 'nobody has an account yet: open this address to make the first administrator');
  return { address, server, stop: ({ lingerMs = 0 } = {}) => drain(services, server, lingerMs) };
}

async function drain(services: Services, server: Server, lingerMs: number): Promise<void> {
  startDraining(services);
  endStreams(services);
  if (lingerMs > 0) await wait(lingerMs);
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(timer);
}

async function main() {
  keepHeapSmall();
  const stopped = untilSignal();
  loadEnvFile();
  const services = await createServices(buildConfig(readEnv()));
  surviveStrayErrors(services.log);
  warnOfSettings(services);
  const web = await startWeb(services);
  const signal = await stopped;
  services.log.info({ signal }, 'web is stopping');
  // Ctrl-C comes from a person, who has no proxy to wait for.
  await web.stop({ lingerMs: signal === 'SIGTERM' ? LINGER_MS : 0 });
  await services.close();
  process.exit(0);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main().catch(error => {
    console.error(explain(error));
    process.exit(1);
  });
}
