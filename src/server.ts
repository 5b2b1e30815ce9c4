import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { buildConfig } from './config/config.ts';
import { readEnv } from './config/env.ts';
import { explain } from './explaining.ts';
import { createServices, type Services } from './services.ts';
import { prepareSetup } from './web/access/setup.ts';
import { createApp } from './web/app.ts';
import { startDraining } from './web/operations/operations.ts';

const DRAIN_MS = 8_000;

export type RunningWeb = { address: string; server: Server; stop(): Promise<void> };

/** Listens, with a limit on every wait. `stop` says "not ready" first, lets what is under way finish, then closes. */
export async function startWeb(services: Services): Promise<RunningWeb> {
  const { config, log } = services;
  const app = await createApp(services);
  const server = createServer(
    { headersTimeout: 15_000, requestTimeout: 120_000, keepAliveTimeout: 15_000 },
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
  return { address, server, stop: () => drain(server) };
}

async function drain(server: Server): Promise<void> {
  startDraining();
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(timer);
}

/** One bad request must not take the process down: what nobody caught is logged, and the process goes on. */
export function surviveStrayErrors({ log }: Pick<Services, 'log'>) {
  process.on('unhandledRejection', reason =>
    log.error({ err: String((reason as Error)?.stack ?? reason) }, 'unhandled rejection'),
  );
  process.on('uncaughtException', error => log.error({ err: error.stack }, 'uncaught exception'));
}

async function main() {
  const services = await createServices(buildConfig(readEnv()));
  surviveStrayErrors(services);
  const web = await startWeb(services);
  const stop = async () => {
    await web.stop();
    await services.close();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main().catch(error => {
    console.error(explain(error));
    process.exit(1);
  });
}
