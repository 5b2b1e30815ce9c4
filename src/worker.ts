import { pathToFileURL } from 'node:url';
import { buildConfig } from './config/config.ts';
import { readEnv } from './config/env.ts';
import { loadEnvFile } from './config/env-file.ts';
import { explain } from './explaining.ts';
import { startJobs } from './jobs/agenda.ts';
import { startFetching } from './mail/fetching/fetching.ts';
import { startListening } from './mail/listening.ts';
import { createMailer } from './mail/mailer.ts';
import { createPushCarrier } from './mail/push-carrier.ts';
import { keepHeapSmall } from './platform/heap.ts';
import { createLlm } from './platform/llm.ts';
import { createMailTransport } from './platform/mail-transport.ts';
import { createPushClient } from './platform/web-push.ts';
import { createServices, type Services } from './services.ts';
import { surviveStrayErrors, untilSignal } from './staying-up.ts';
import { warnOfSettings } from './warning.ts';

/** The process that does what follows from requests: dispatch, mail, thumbnails, clocks, sweeping. */
export async function startWorker(services: Services): Promise<{ stop(): Promise<void> }> {
  const transport = createMailTransport(services.config, services.log);
  const post = createMailer({ config: services.config, translator: services.translator, transport });
  const push = createPushCarrier(createPushClient(), services.translator);
  const jobs = await startJobs(services, { transport, post, push, ...llmOf(services) });
  const fetching = startFetching(services);
  const listening = await startListening(services);
  services.log.info({ mail: transport.mode }, 'the worker is at work');
  return {
    async stop() {
      await Promise.all([fetching.stop(), listening?.stop(), jobs.stop()]);
      transport.close();
    },
  };
}

/** The model, if one is configured, and the one count of its requests that all processes share. */
function llmOf({ config: { ai }, limiter, log }: Services) {
  if (!ai.apiKey) return {};
  const day = { points: ai.dailyLimit, seconds: 86_400 };
  const spend = async () => ai.dailyLimit > 0 && (await limiter.take('ai', 'day', day)) === undefined;
  return { llm: createLlm(ai, { log, spend }) };
}

async function main() {
  keepHeapSmall();
  const stopped = untilSignal();
  loadEnvFile();
  const services = await createServices(buildConfig(readEnv()));
  surviveStrayErrors(services.log);
  warnOfSettings(services);
  const worker = await startWorker(services);
  await stopped;
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
