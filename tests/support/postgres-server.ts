import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { runningPid } from '../../src/db/embedded/postmaster.ts';
import { readRecord } from '../../src/db/embedded/record.ts';
import { startEmbedded } from '../../src/db/embedded.ts';
import { stopCluster } from './cluster.ts';
import { eventually } from './eventually.ts';

export type PostgresServer = {
  url: string;
  /** Ends it at once, without a word to anybody, as a crash does. */
  crash: () => Promise<void>;
  /** On the same port. */
  start: () => Promise<void>;
  /** All its processes alive and silent, until they go on (Linux). */
  pause: () => void;
  goOn: () => void;
};

/** A PostgreSQL of this test file alone, to see what the program does while it is away. */
export async function postgresServer(): Promise<PostgresServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'smartsupport-away-'));
  // As root the server runs as "postgres", which must pass through the folder above its data.
  chmodSync(folder, 0o711);
  const dataDir = path.join(folder, 'data');
  const start = () => startEmbedded({ dataDir, settings: { fsync: 'off' } });
  const { url } = await start();
  const cluster = path.resolve(dataDir, readRecord(dataDir)?.cluster ?? '');
  const signalAll = (signal: NodeJS.Signals) => {
    for (const pid of family(runningPid(cluster) ?? 0)) process.kill(pid, signal);
  };
  afterAll(() => {
    stopCluster(dataDir);
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    url,
    async crash() {
      process.kill(runningPid(cluster) ?? 0, 'SIGQUIT');
      await eventually(() => !runningPid(cluster));
    },
    start: async () => void (await start()),
    pause: () => signalAll('SIGSTOP'),
    goOn: () => signalAll('SIGCONT'),
  };
}

/** The process and its children, read from /proc. */
function family(parent: number): number[] {
  const children = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number);
  return parent > 1 ? [parent, ...children] : [];
}

function parentOf(pid: string): number {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return 0;
  }
}
