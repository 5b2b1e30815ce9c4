import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { serverAccount } from '../../src/db/embedded/account.ts';
import { canRun, copyBinaries, findBinaries } from '../../src/db/embedded/binaries.ts';
import { readPidFile } from '../../src/db/embedded/postmaster.ts';
import { readRecord } from '../../src/db/embedded/record.ts';
import { type RunningDatabase, startEmbedded } from '../../src/db/embedded.ts';

const isRoot = process.getuid?.() === 0;
const root = mkdtempSync(path.join(os.tmpdir(), 'smartsupport-embedded-'));
chmodSync(root, 0o755);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const running = new Set<RunningDatabase>();
afterEach(async () => {
  for (const database of running) await database.stop();
  running.clear();
});

let folders = 0;
const newFolder = () => path.join(root, `a project ${++folders}`, '.data');

async function start(dataDir: string, settings: Record<string, string> = {}) {
  const database = await startEmbedded({ dataDir, settings: { fsync: 'off', ...settings } });
  running.add(database);
  return database;
}

/** The first column of each row. */
async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.map(row => (row as unknown[])[0]);
  } finally {
    await client.end();
  }
}

const clusterOf = (dataDir: string) => path.resolve(dataDir, readRecord(dataDir)?.cluster ?? '');
const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

describe('a first start', () => {
  const dataDir = newFolder();

  test('makes a UTF-8 database on loopback, in UTC, with an own password', async () => {
    const database = await start(dataDir);
    expect(database).toMatchObject({ created: true, adopted: false });
    expect(await ask(database.url, "select 'ÄRGER' ilike 'ärger'")).toEqual([true]);
    expect(await ask(database.url, 'show server_encoding')).toEqual(['UTF8']);
    expect(await ask(database.url, 'show timezone')).toEqual(['UTC']);
    expect(await ask(database.url, 'show listen_addresses')).toEqual(['127.0.0.1']);
    expect(await ask(database.url, 'show max_connections')).toEqual(['100']);
    const { password } = new URL(database.url);
    await expect(ask(database.url.replace(password, 'wrong'), 'select 1')).rejects.toThrow(/password/);
  });

  test.skipIf(process.platform === 'win32')('keeps password and secret where only its owner reads', () => {
    expect(modeOf(path.join(dataDir, 'database.json'))).toBe('600');
    expect(modeOf(clusterOf(dataDir))).toBe('700');
    expect(readRecord(dataDir)?.secret).toMatch(/^[\w-]{43}$/);
    expect(existsSync(`${clusterOf(dataDir)}.password`)).toBe(false);
  });

  test('begins anew when an earlier one was cut off', async () => {
    const folder = newFolder();
    mkdirSync(path.join(folder, 'postgres.new'), { recursive: true });
    writeFileSync(path.join(folder, 'postgres.new', 'PG_VERSION'), '18');
    expect(await start(folder)).toMatchObject({ created: true });
  });

  test('makes the databases asked for, with the settings asked for', async () => {
    const database = await startEmbedded({
      dataDir: newFolder(),
      settings: { fsync: 'off', max_connections: '30' },
      databases: ['one', 'two'],
    });
    running.add(database);
    expect(new URL(database.url).pathname).toBe('/one');
    expect(await ask(database.url.replace(/one$/, 'two'), 'show max_connections')).toEqual(['30']);
  });

  test('refuses a setting that a shell could read as a command', async () => {
    await expect(start(newFolder(), { max_connections: '1; id' })).rejects.toThrow('Not a plain setting');
  });
});

describe('a later start', () => {
  test('finds the data on the same port after a stop', async () => {
    const dataDir = newFolder();
    const first = await start(dataDir);
    await ask(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    const second = await start(dataDir);
    expect(second).toMatchObject({ url: first.url, secret: first.secret, created: false, adopted: false });
    expect(await ask(second.url, 'select answer from kept')).toEqual([42]);
  });

  test('takes another port when a stranger has taken the old one', async () => {
    const dataDir = newFolder();
    const first = await start(dataDir);
    await first.stop();
    const stranger = net.createServer().listen(Number(new URL(first.url).port), '127.0.0.1');
    const second = await start(dataDir).finally(() => stranger.close());
    expect(second.url).not.toBe(first.url);
    expect(await ask(second.url, 'select 1')).toEqual([1]);
  });

  test('takes over the server of a program that was killed with -9', async () => {
    const dataDir = newFolder();
    await startAndKill(dataDir);
    const before = readPidFile(clusterOf(dataDir));
    const second = await start(dataDir);
    expect(second).toMatchObject({ created: false, adopted: true });
    expect(readPidFile(clusterOf(dataDir))).toEqual(before);
    expect(await ask(second.url, 'select 1')).toEqual([1]);
  });

  test('recovers what was committed after a kill -9 of the server', async () => {
    const dataDir = newFolder();
    const first = await start(dataDir, { fsync: 'on' });
    await ask(first.url, 'create table kept as select 42 as answer');
    process.kill(readPidFile(clusterOf(dataDir))?.pid ?? 0, 'SIGKILL');
    const second = await start(dataDir);
    expect(await ask(second.url, 'select answer from kept')).toEqual([42]);
  });

  test('is not misled by a process that bears the number of the old server', async () => {
    const dataDir = newFolder();
    const first = await start(dataDir);
    const pidFile = path.join(clusterOf(dataDir), 'postmaster.pid');
    const [, ...rest] = readFileSync(pidFile, 'utf8').split('\n');
    await first.stop();
    writeFileSync(pidFile, [process.pid, ...rest].join('\n'), { mode: 0o600 });
    const account = serverAccount();
    if (account) chownSync(pidFile, account.uid, account.gid);
    expect(await start(dataDir)).toMatchObject({ adopted: false, created: false });
  });

  test('keeps a database whose password was lost beside the new one', async () => {
    const dataDir = newFolder();
    const first = await start(dataDir);
    await first.stop();
    rmSync(path.join(dataDir, 'database.json'));
    expect(await start(dataDir)).toMatchObject({ created: true });
    expect(readdirSync(dataDir).filter(name => name.startsWith('postgres-left-'))).toHaveLength(1);
  });
});

describe.skipIf(!isRoot)(
  'under a closed home folder (skipped unless root: only root lends the server another account)',
  () => {
    test('data lies where the account of the server can reach it, and is found again', async () => {
      const home = path.join(root, 'closed');
      const dataDir = path.join(home, 'clone', '.data');
      mkdirSync(dataDir, { recursive: true });
      chmodSync(home, 0o700);
      const first = await start(dataDir);
      const cluster = clusterOf(dataDir);
      try {
        expect(cluster.startsWith(home)).toBe(false);
        await ask(first.url, 'create table kept as select 42 as answer');
        await first.stop();
        const second = await start(dataDir);
        expect(await ask(second.url, 'select answer from kept')).toEqual([42]);
        await second.stop();
      } finally {
        rmSync(path.dirname(cluster), { recursive: true, force: true });
      }
    });

    test('programs that the account cannot reach are copied to where it can', async () => {
      const home = path.join(root, 'closed programs');
      const found = await findBinaries();
      const native = path.join(home, 'native');
      cpSync(found.native, native, { recursive: true, verbatimSymlinks: true });
      chmodSync(home, 0o700);
      expect(canRun(native, serverAccount())).toBe(false);
      const copy = copyBinaries({ native, version: found.version }, root);
      expect(canRun(copy, serverAccount())).toBe(true);
    });
  },
);

/** Runs the launcher in a program of its own and ends that one without a word. */
async function startAndKill(dataDir: string) {
  const launcher = new URL('../../src/db/embedded.ts', import.meta.url).href;
  const script = `
    const { startEmbedded } = await import(${JSON.stringify(launcher)});
    await startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, settings: { fsync: 'off' } });
    process.kill(process.pid, 'SIGKILL');`;
  const program = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
  const [, signal] = (await once(program, 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
}
