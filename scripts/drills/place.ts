import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildConfig } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/env.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import { createDatabase, type Database } from '../../src/db/knex.ts';
import { stopCluster } from '../../tests/support/cluster.ts';
import { type SmtpSink, startMailServer } from '../../tests/support/mail-server.ts';
import { freePort } from './program.ts';

export type Place = { settings: Record<string, string>; sink: SmtpSink; database: () => Promise<Database> };

/** A data folder, a port and a mail server for one drill, and the way into its database once a program runs there. */
export async function withPlace<T>(name: string, work: (place: Place) => Promise<T>): Promise<T> {
  const dataDir = path.resolve(`.data/drill-${name}-${process.pid}`);
  mkdirSync(dataDir, { recursive: true });
  const clear = () => {
    stopCluster(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  };
  process.once('exit', clear);
  const sink = await startMailServer();
  const settings = { DATA_DIR: dataDir, PORT: `${await freePort()}`, SMTP_URL: sink.url };
  let db: Database | undefined;
  const database = async () => {
    // The server runs already, so this only finds it.
    db ??= createDatabase(buildConfig(readEnv({ DATA_DIR: dataDir }), await startEmbedded({ dataDir })), {
      max: 3,
    });
    return db;
  };
  try {
    return await work({ settings, sink, database });
  } finally {
    await db?.destroy();
    await sink.close();
    clear();
    process.off('exit', clear);
  }
}
