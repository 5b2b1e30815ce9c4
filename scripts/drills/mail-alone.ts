import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildConfig } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/env.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import { createDatabase } from '../../src/db/knex.ts';
import { migrate } from '../../src/db/migrating.ts';
import { stopCluster } from '../../tests/support/cluster.ts';
import type { Say, Verdict } from '../drill.ts';
import { drillMail } from './mail.ts';
import { freePort } from './program.ts';

/** On a database of its own, with fsync, which outlives the worker that is killed. */
export async function mail({ rounds, say }: { rounds: number; say: Say }): Promise<Verdict> {
  const dataDir = path.resolve(`.data/drill-mail-${process.pid}`);
  mkdirSync(dataDir, { recursive: true });
  const clear = () => {
    stopCluster(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  };
  process.once('exit', clear);
  const embedded = await startEmbedded({ dataDir });
  const db = createDatabase(buildConfig(readEnv({ DATA_DIR: dataDir }), embedded), { max: 3 });
  try {
    await migrate(db);
    const port = await freePort();
    const settings = {
      DATA_DIR: dataDir,
      DATABASE_URL: embedded.url,
      SMTP_LISTEN: `127.0.0.1:${port}`,
      // Nothing may leave: there is nobody at this port.
      SMTP_URL: 'smtp://127.0.0.1:9',
    };
    const { faults, ...figures } = await drillMail({ settings, port, db }, { rounds, calm: 1, say });
    return {
      faults,
      lines: [
        `${figures.kills} kills between the final dot and our answer, ${figures.sent} mails, none lost`,
        `${figures.unanswered} had no answer when the process was killed; ${figures.committed} of them were committed`,
        `${figures.duplicates} came twice, each known by its Message-ID and what it says`,
      ],
    };
  } finally {
    await db.destroy();
    clear();
    process.off('exit', clear);
  }
}
