import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Account, canUse, EmbeddedError } from './account.ts';
import { type Binaries, canRun, copyBinaries } from './binaries.ts';
import { runningPid } from './postmaster.ts';
import { type DatabaseRecord, newRecord, readRecord, writeRecord } from './record.ts';

export type Place = {
  dataDir: string;
  cluster: string;
  native: string;
  account: Account;
  record: DatabaseRecord;
};
type Log = (line: string) => void;

/** Decides where data and programs lie, and remembers it in the data folder. */
export function placeDatabase(folder: string, binaries: Binaries, account: Account, log: Log): Place {
  const dataDir = openFolder(folder, account);
  const native = canRun(binaries.native, account)
    ? binaries.native
    : copyBinaries(binaries, outsideHome(dataDir, account));
  const known = readRecord(dataDir);
  const record = known ?? newRecord(chooseCluster(dataDir, account));
  const cluster = path.resolve(dataDir, record.cluster);
  if (!known) setAside(cluster, log);
  prepareCluster(cluster, account);
  writeRecord(dataDir, record);
  return { dataDir, cluster, native, account, record };
}

/** Others may pass through (the server's account must) but not look around. */
function openFolder(folder: string, account: Account): string {
  mkdirSync(folder, { recursive: true });
  if (account) chmodSync(folder, 0o711);
  else if (process.platform !== 'win32') chmodSync(folder, 0o700);
  return realpathSync(folder);
}

function chooseCluster(dataDir: string, account: Account): string {
  if (canPass(dataDir, account)) return 'postgres';
  return path.join(outsideHome(dataDir, account), 'cluster');
}

function canPass(dataDir: string, account: Account): boolean {
  if (!account) return true;
  const probe = path.join(dataDir, 'probe');
  mkdirSync(probe, { recursive: true });
  chownSync(probe, account.uid, account.gid);
  const passes = canUse(probe, account);
  rmdirSync(probe);
  return passes;
}

/** A folder of this project outside of it, for a project under a home that is closed to the server's account. */
function outsideHome(dataDir: string, account: Account): string {
  const name = `smartsupport-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`;
  for (const parent of ['/var/lib', os.tmpdir()]) {
    const home = path.join(parent, name);
    if (makeOwn(home) && canPass(home, account)) return home;
  }
  throw new EmbeddedError(
    `The system user "postgres" reaches neither ${dataDir} nor /var/lib nor ${os.tmpdir()}. ` +
      'Start as another user, or set DATABASE_URL.',
  );
}

/** False also for a folder or link that somebody else laid there first: in the temp folder anybody can. */
function makeOwn(home: string): boolean {
  try {
    mkdirSync(home, { recursive: true });
    const found = lstatSync(home);
    if (!found.isDirectory() || found.uid !== process.getuid?.()) return false;
    chmodSync(home, 0o711);
    return true;
  } catch {
    return false;
  }
}

/** A cluster whose password is lost with the record: kept, under another name, and a new one takes its place. */
function setAside(cluster: string, log: Log) {
  if (!existsSync(path.join(cluster, 'PG_VERSION'))) return;
  const pid = runningPid(cluster);
  if (pid) process.kill(pid, 'SIGINT');
  const kept = `${cluster}-left-${Date.now()}`;
  renameSync(cluster, kept);
  log(`The database in ${cluster} has no database.json any more; it was kept as ${kept}`);
}

function prepareCluster(cluster: string, account: Account) {
  mkdirSync(cluster, { recursive: true, mode: 0o700 });
  if (!account) return;
  if (lstatSync(cluster).uid === 0) chownSync(cluster, account.uid, account.gid);
  if (canUse(cluster, account)) return;
  throw new EmbeddedError(
    `The system user "postgres" cannot reach ${cluster} any more: let it pass its parent folders (chmod o+x).`,
  );
}
