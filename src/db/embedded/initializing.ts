import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EmbeddedError } from './account.ts';
import type { Place } from './placing.ts';
import { runProgram } from './running.ts';

export const isInitialized = (place: Place) => existsSync(path.join(place.cluster, 'PG_VERSION'));

/** Made aside and renamed when complete: an initdb that was cut off never passes for a cluster. */
export async function initializeCluster(place: Place, { durable }: { durable: boolean }) {
  const unfinished = `${place.cluster}.new`;
  const passwordFile = `${place.cluster}.password`;
  rmSync(unfinished, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, place.record.password, { mode: 0o600, flag: 'wx' });
  for (const file of place.account ? [unfinished, passwordFile] : [])
    chownSync(file, place.account!.uid, place.account!.gid);
  try {
    const { ok, output } = await runProgram(place, 'initdb', options(unfinished, passwordFile, durable), 120);
    if (!ok) throw new EmbeddedError(`The built-in PostgreSQL could not create its data:\n${output}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  rmSync(place.cluster, { recursive: true, force: true });
  renameSync(unfinished, place.cluster);
}

/** Without the encoding options a machine without a locale would get an SQL_ASCII cluster. */
const options = (cluster: string, passwordFile: string, durable: boolean) => [
  ...['-D', cluster, '--username=smartsupport', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
  ...['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
  ...['--no-instructions', '--set=timezone=UTC', '--set=log_timezone=UTC'],
  ...(durable ? [] : ['--no-sync']),
];
