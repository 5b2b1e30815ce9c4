import { seedDemo } from '../../seeds/demo.ts';
import { buildConfig } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/env.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import { migrate } from '../../src/db/migrating.ts';
import { startWeb } from '../../src/server.ts';
import { createServices } from '../../src/services.ts';
import { startWorker } from '../../src/worker.ts';

/** The demo company on a database of its own below `dataDir` and on any free port, with jobs. */
export async function startDemo(dataDir: string) {
  const embedded = await startEmbedded({ dataDir, settings: { fsync: 'off' } });
  const config = buildConfig(readEnv({ DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn' }), embedded);
  const services = await createServices(config);
  await migrate(services.db);
  await seedDemo(services);
  const web = await startWeb(services);
  const worker = await startWorker(services);
  return {
    url: web.address,
    ticket: async (subject: string): Promise<number> =>
      (await services.db('tickets').where({ subject }).first('number')).number,
    stop: async () => {
      await worker.stop();
      await web.stop();
      await services.close();
      await embedded.stop();
    },
  };
}
