import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';

/** What a data folder remembers of its database, in `database.json` with mode 0600. */
export type DatabaseRecord = {
  port: number;
  password: string;
  /** Other secrets of the program are derived from this one; the database never sees it. */
  secret: string;
  /** Where the cluster lies: relative to the data folder, or absolute when it had to lie elsewhere. */
  cluster: string;
};

const fileOf = (dataDir: string) => path.join(dataDir, 'database.json');

export function readRecord(dataDir: string): DatabaseRecord | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) as DatabaseRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Written aside and renamed, so that a crash leaves the old record or the new one, never half of one. */
export function writeRecord(dataDir: string, record: DatabaseRecord) {
  const unfinished = `${fileOf(dataDir)}.new`;
  const file = openSync(unfinished, 'w', 0o600);
  writeSync(file, `${JSON.stringify(record, null, 2)}\n`);
  fsyncSync(file);
  closeSync(file);
  renameSync(unfinished, fileOf(dataDir));
}

export const newRecord = (cluster: string): DatabaseRecord => ({
  port: 0,
  password: randomBytes(24).toString('base64url'),
  secret: randomBytes(32).toString('base64url'),
  cluster,
});
