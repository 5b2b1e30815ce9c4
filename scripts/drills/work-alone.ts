import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildConfig } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/env.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import { migrate } from '../../src/db/migrating.ts';
import { createServices } from '../../src/services.ts';
import { stopCluster } from '../../tests/support/cluster.ts';
import { startMailServer } from '../../tests/support/mail-server.ts';
import type { Say, Verdict } from '../drill.ts';
import { drillKillsOfWork } from './kills-of-work.ts';
import { pushSink } from './work.ts';

/** With a database that keeps its promises (fsync) and outlives the workers that are killed. */
export async function work({ rounds, say }: { rounds: number; say: Say }): Promise<Verdict> {
  const dataDir = path.resolve(`.data/drill-work-${process.pid}`);
  mkdirSync(dataDir, { recursive: true });
  const clear = () => {
    stopCluster(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  };
  process.once('exit', clear);
  const [sink, pushes] = await Promise.all([startMailServer(), pushSink()]);
  const own = {
    ...{ DATA_DIR: dataDir, SMTP_URL: sink.url, APP_URL: 'http://localhost:3000' },
    // The key for push messages is sealed by this process and opened by the workers.
    ENCRYPTION_KEYS: `drill:${randomBytes(32).toString('base64')}`,
  };
  const config = buildConfig(readEnv({ ...own, LOG_LEVEL: 'warn' }), await startEmbedded({ dataDir }));
  const services = await createServices(config);
  try {
    await migrate(services.db);
    const settings = { ...own, DATABASE_URL: config.database.url };
    const places = { services, settings, sink, pushes };
    const report = await drillKillsOfWork({ ...places, rounds, size: 60, say });
    const { works, mailsTwice, pushesTwice, faults } = report;
    return {
      faults,
      lines: [
        `${works} kills; ${mailsTwice} mails and ${pushesTwice} push messages came twice, nothing else did`,
      ],
    };
  } finally {
    await services.close();
    pushes.close();
    await sink.close();
    clear();
    process.off('exit', clear);
  }
}
