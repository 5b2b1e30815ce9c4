import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from './config/config.ts';
import { createDatabase } from './db/knex.ts';
import { migrate } from './db/migrating.ts';
import { openConfig } from './db/opening.ts';
import { explain } from './explaining.ts';
import { keepHeapSmall } from './platform/heap.ts';
import { startWeb } from './server.ts';
import { createServices, type Services } from './services.ts';
import { surviveStrayErrors, untilSignal } from './staying-up.ts';
import { warnOfSettings } from './warning.ts';
import { startWorker } from './worker.ts';

/** `npm start`: the built-in database if none is named, then web and worker in this one process. */

const DRAIN = 9_500; // milliseconds for requests and jobs under way, then the database ends regardless

type Stop = () => Promise<void>;

/** Run in reverse by `stop`, also when the start fails half-way. */
const stops: Stop[] = [];

keepHeapSmall();
const stopped = untilSignal();

try {
  await start();
  await stopped;
  console.log('\nStopping');
  await stop();
  process.exit(0);
} catch (error) {
  console.error(explain(error));
  await stop();
  process.exit(1);
}

async function start() {
  const opened = await openConfig({ log: console.log });
  stops.push(opened.close);
  const { config } = opened;
  const empty = await prepareDatabase(config);

  const services = await createServices(config);
  stops.push(() => services.close());
  surviveStrayErrors(services.log);
  warnOfSettings(services);
  if (config.database.demo && empty) await seed(services);

  const web = await startWeb(services);
  stops.push(() => web.stop());
  const worker = await startWorker(services);
  stops[stops.length - 1] = () => drain(web.stop(), worker.stop());

  opened.announce(web.address);
  await welcome(web.address, config);
}

/** True if nobody is in it yet: even a start that was cut off before the demo company was in gets it then. */
async function prepareDatabase(config: Config): Promise<boolean> {
  const db = createDatabase(config, { url: config.database.directUrl, max: 2 });
  try {
    const names = await migrate(db);
    if (names.length > 0) console.log(`Database brought up to date (${names.length} migrations)`);
    return !(await db('users').first('id'));
  } finally {
    await db.destroy();
  }
}

async function seed(services: Services) {
  console.log('Filling in the demo company');
  const { seedDemo } = await import('../seeds/demo.ts');
  await seedDemo(services);
}

async function welcome(address: string, config: Config) {
  console.log(`\nSmartSupport is ready: ${address}\n`);
  if (!config.database.demo) return;
  const { demoAccounts } = await import('../seeds/demo.ts');
  for (const { role, email, password } of demoAccounts)
    console.log(`  ${role.padEnd(12)} ${email.padEnd(32)} ${password}`);
  console.log('\nDemo data: do not use these accounts for anything real. Ctrl-C stops.\n');
}

/** Both get the same time; whoever needs longer is cut off, which loses nothing that was acknowledged. */
async function drain(...parts: Promise<void>[]) {
  const late = wait(DRAIN, 'late' as const, { ref: false });
  const outcome = await Promise.race([Promise.all(parts), late]);
  if (outcome === 'late') console.error(`Not everything ended within ${DRAIN / 1_000} s; stopping anyway`);
}

async function stop() {
  for (const step of stops.splice(0).reverse()) {
    await step().catch((error: unknown) => console.error(explain(error)));
  }
}
