import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';

type PidFile = { pid: number; port: number };

/** Line 1 of `postmaster.pid` is the process, line 4 its port. */
export function readPidFile(cluster: string): PidFile | undefined {
  try {
    const lines = readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]) };
  } catch {
    return undefined;
  }
}

/** The process of this cluster's server if it lives; a zombie or a stranger with its number does not count. */
export function runningPid(cluster: string): number | undefined {
  const pid = readPidFile(cluster)?.pid;
  return pid && isPostmaster(pid, cluster) ? pid : undefined;
}

function isPostmaster(pid: number, cluster: string): boolean {
  if (process.platform === 'linux') return isPostmasterOnLinux(pid, cluster);
  if (process.platform === 'win32') return isAlive(pid);
  const shown = spawnSync('ps', ['-o', 'stat=,comm=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return shown.includes('postgres') && !shown.startsWith('Z');
}

function isPostmasterOnLinux(pid: number, cluster: string): boolean {
  try {
    const [, name, state] = /\((.*)\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    if (name !== 'postgres' || state === 'Z' || state === 'X') return false;
  } catch {
    return false;
  }
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster);
  } catch {
    return true; // A container may hide this from root. The server refuses a doubtful start by itself.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * After a kill -9 or a restart of a container the noted number may belong to a zombie or a stranger, and PostgreSQL
 * would refuse to start. The number is replaced by one that no process has; the rest of the file must stay, since
 * the server uses it to find children of its predecessor that are still writing.
 */
export function disownPidFile(cluster: string) {
  if (process.platform !== 'linux' || !readPidFile(cluster) || runningPid(cluster)) return;
  const file = path.join(cluster, 'postmaster.pid');
  const [, ...rest] = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, [NOBODY, ...rest].join('\n'), { flag: 'r+' });
}

const NOBODY = 2_147_483_646;
