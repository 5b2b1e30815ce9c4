import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { EmbeddedError } from './account.ts';
import { executable } from './binaries.ts';
import type { Place } from './placing.ts';

type Outcome = { ok: boolean; output: string };

/** Runs a program of PostgreSQL as the server's account and waits at most `seconds` for it. */
export async function runProgram(
  place: Place,
  name: 'initdb' | 'pg_ctl',
  options: string[],
  seconds = 60,
): Promise<Outcome> {
  // Output goes to a file: the server inherits it from pg_ctl, and a pipe would stay open as long as it runs.
  const outputFile = path.join(place.dataDir, `${name}.log`);
  const output = openSync(outputFile, 'w', 0o600);
  const child = spawn(executable(place.native, name), options, {
    ...place.account,
    cwd: path.dirname(place.cluster),
    env: environment(),
    stdio: ['ignore', output, output],
    windowsHide: true,
    detached: process.platform === 'win32', // so that Ctrl-C in the console does not reach the server
    timeout: seconds * 1_000,
  });
  closeSync(output);
  const ok = await new Promise<boolean>(resolve => {
    child.once('error', () => resolve(false));
    child.once('exit', code => resolve(code === 0));
  });
  return { ok, output: readFileSync(outputFile, 'utf8').trim() };
}

/** The server needs none of this program's settings and secrets, and PG… variables would mislead it. */
function environment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'SystemRoot', 'SystemDrive', 'windir', 'TEMP', 'TMP', 'TMPDIR', 'USERPROFILE'];
  const kept = names.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : []));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}

export async function startServer(place: Place, port: number, settings: Record<string, string>) {
  rotateLog(place);
  const flags = Object.entries({ ...defaults, ...settings, port: String(port) }).map(asFlag);
  const options = [
    '-D',
    place.cluster,
    '-w',
    '-t',
    '60',
    '-l',
    logFile(place),
    '-o',
    flags.join(' '),
    'start',
  ];
  const before = readLog(place).length;
  const outcome = await runProgram(place, 'pg_ctl', options, 70);
  return { ok: outcome.ok, output: `${outcome.output}\n${readLog(place).slice(before)}`.trim() };
}

export async function stopServer(place: Place) {
  const stop = (mode: string, seconds: number) =>
    runProgram(place, 'pg_ctl', ['-D', place.cluster, '-m', mode, '-w', '-t', String(seconds), 'stop']);
  if (!(await stop('fast', 6)).ok) await stop('immediate', 3);
}

/** Loopback only, no socket files, and no texts of statements (which hold people's words) in the log. */
const defaults: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
};

/** pg_ctl passes these through a shell: only plain words may pass. */
function asFlag([name, value]: [string, string]): string {
  if (/^[a-z_.]+$/.test(name) && /^[\w.,:*/-]*$/.test(value)) return `-c ${name}=${value}`;
  throw new EmbeddedError(`Not a plain setting of PostgreSQL: ${name}=${value}`);
}

const logFile = (place: Place) => path.join(place.cluster, 'server.log');

function readLog(place: Place): string {
  try {
    return readFileSync(logFile(place), 'utf8');
  } catch {
    return '';
  }
}

const LOG_LIMIT = 5_000_000; // bytes

function rotateLog(place: Place) {
  const size = statSync(logFile(place), { throwIfNoEntry: false })?.size ?? 0;
  if (size < LOG_LIMIT) return;
  rmSync(`${logFile(place)}.1`, { force: true });
  renameSync(logFile(place), `${logFile(place)}.1`);
}
