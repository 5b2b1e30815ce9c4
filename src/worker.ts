import { pathToFileURL } from 'node:url';
import { buildConfig } from './config/config.ts';
import { readEnv } from './config/env.ts';
import { explain } from './explaining.ts';
import { startJobs } from './jobs/agenda.ts';
import { createMailer } from './mail/mailer.ts';
import { createMailTransport } from './platform/mail-transport.ts';
import { createServices, type Services } from './services.ts';

/** The process that does what follows from requests: dispatch, mail, thumbnails, clocks, sweeping. */
export async function startWorker(services: Services): Promise<{ stop(): Promise<void> }> {
  const transport = createMailTransport(services.config, services.log);
  const post = createMailer({ config: services.config, translator: services.translator, transport });
  const jobs = await startJobs(services, { transport, post });
  services.log.info({ mail: transport.mode }, 'the worker is at work');
  return {
    async stop() {
      await jobs.stop();
      transport.close();
    },
  };
}

async function main() {
  const services = await createServices(buildConfig(readEnv()));
  // A promise that nobody looked at is a fault to mend, not a reason to stop working.
  process.on('unhandledRejection', reason =>
    services.log.error({ err: String((reason as Error)?.stack ?? reason) }, 'unhandled rejection'),
  );
  process.on('uncaughtException', error => {
    services.log.error({ err: error.stack }, 'uncaught exception');
    process.exit(1);
  });
  const stopping = new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  const worker = await startWorker(services);
  await stopping;
  await worker.stop();
  await services.close();
  process.exit(0);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main().catch(error => {
    console.error(explain(error));
    process.exit(1);
  });
}
