import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startEmbedded } from '../src/db/embedded.ts';

const project = path.resolve(import.meta.dirname, '..');
const root = mkdtempSync(path.join(os.tmpdir(), 'smartsupport-start-'));
chmodSync(root, 0o755); // open to the account that root lends the server
const dataDir = path.join(root, '.data');
const programs: ChildProcess[] = [];

afterAll(async () => {
  for (const program of programs) program.kill('SIGKILL');
  await (await startEmbedded({ dataDir })).stop();
  rmSync(root, { recursive: true, force: true });
});

/** What `npm start` runs, as on a machine where nothing is set but a free port and a folder. */
function npmStart(settings: Record<string, string> = {}) {
  const { PATH = '', HOME = '' } = process.env;
  const env = {
    PATH,
    HOME,
    PORT: '0',
    DATA_DIR: dataDir,
    DATABASE_URL: '',
    REDIS_URL: '',
    SMTP_URL: '',
    ...settings,
  };
  const program = spawn(process.execPath, ['--import', 'tsx', 'src/start.ts'], { cwd: project, env });
  programs.push(program);
  let output = '';
  const ready = new Promise<string>((resolve, reject) => {
    for (const stream of [program.stdout, program.stderr])
      stream.on('data', data => {
        output += data;
        const address = /is ready: (\S+)/.exec(output)?.[1];
        if (address) resolve(address);
      });
    program.once('exit', () => reject(new Error(output)));
  });
  ready.catch(() => {}); // for starts that are meant to fail
  const ended = once(program, 'exit').then(([code]) => ({ code: code as number | null, output }));
  return { program, ready, ended };
}

test('npm start answers, refuses a second one, outlives kill -9 and stops cleanly', {
  timeout: 90_000,
}, async () => {
  const first = npmStart();
  const address = await first.ready;
  expect((await fetch(`${address}/health`)).status).toBe(200);

  const second = await npmStart().ended;
  expect(second.code).toBe(1);
  expect(second.output).toContain(`Already running in this folder at ${address}`);

  first.program.kill('SIGKILL');
  await first.ended;
  const third = npmStart();
  expect((await fetch(`${await third.ready}/health`)).status).toBe(200);

  third.program.kill('SIGTERM');
  third.program.kill('SIGINT');
  const { code, output } = await third.ended;
  expect(code, output).toBe(0);
  expect(output).not.toContain('demo company'); // it was filled in by the first start
});

test('npm start on a port in use says so in one line and ends', { timeout: 60_000 }, async () => {
  const first = npmStart();
  const port = new URL(await first.ready).port;
  const second = await npmStart({ PORT: port, DATA_DIR: path.join(root, 'other') }).ended;
  expect(second.code).toBe(1);
  expect(second.output).toContain(`Port ${port} is in use`);
  expect(second.output).not.toContain('    at ');
  first.program.kill('SIGTERM');
  expect((await first.ended).code).toBe(0);
});
