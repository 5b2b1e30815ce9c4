import { chmodSync, rmSync } from 'node:fs';
import path from 'node:path';
import { readPidFile, runningPid } from '../../src/db/embedded/postmaster.ts';
import { readRecord } from '../../src/db/embedded/record.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import { createDatabase } from '../../src/db/knex.ts';
import { testConfig } from './config.ts';

export type Cluster = { url: string; stop: () => void };

/** Speed over safety: nothing in it outlives the run. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
};

/** A PostgreSQL server of this run alone, the one that `npm start` would start. */
export async function startCluster(dataDir: string): Promise<Cluster> {
  // As root the server runs as "postgres", which must pass through the folder above its data.
  chmodSync(path.dirname(dataDir), 0o711);
  const { url } = await startEmbedded({ dataDir, settings: SETTINGS, databases: ['postgres'] });
  const copied = await copiedPrograms(url);
  const stop = () => {
    stopCluster(dataDir);
    if (copied) rmSync(copied, { recursive: true, force: true });
  };
  return { url, stop };
}

/**
 * Ends the server at once, without a checkpoint: its folder is thrown away. Synchronous, since it
 * also runs while the process exits.
 */
export function stopCluster(dataDir: string): void {
  const record = readRecord(dataDir);
  if (!record) return;
  const cluster = path.resolve(dataDir, record.cluster);
  const pid = runningPid(cluster);
  if (pid) kill(pid);
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 0; tries < 300 && readPidFile(cluster); tries += 1) Atomics.wait(pause, 0, 0, 10);
  rmSync(cluster, { recursive: true, force: true, maxRetries: 3 });
}

function kill(pid: number): void {
  try {
    process.kill(pid, process.platform === 'win32' ? 'SIGTERM' : 'SIGQUIT');
  } catch {
    // It ended by itself.
  }
}

/** In a clone under a closed home the programs were copied to where "postgres" reaches them. */
async function copiedPrograms(url: string): Promise<string | undefined> {
  const db = createDatabase(testConfig({ DATABASE_URL: url }), { max: 1 });
  try {
    const found = await db('pg_config').where('name', 'BINDIR').first<{ setting: string }>('setting');
    return /^.*\/smartsupport-[0-9a-f]{16}(?=\/)/.exec(found.setting)?.[0];
  } finally {
    await db.destroy();
  }
}
