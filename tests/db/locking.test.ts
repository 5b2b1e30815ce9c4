import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { claimFolder } from '../../src/db/locking.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'smartsupport-locking-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('the second of two learns where the first one is', async () => {
  const folder = path.join(root, 'one');
  const claim = await claimFolder(folder);
  await expect(claimFolder(folder)).rejects.toMatchObject({ address: undefined, pid: process.pid });
  claim.announce('http://localhost:3000');
  await expect(claimFolder(folder)).rejects.toThrow(
    'Already running in this folder at http://localhost:3000',
  );
  await claim.release();
  await (await claimFolder(folder)).release();
});

test('of many at once exactly one gets the folder', async () => {
  const folder = path.join(root, 'many');
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => claimFolder(folder)));
  const claims = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  expect(claims).toHaveLength(1);
  await claims[0]?.release();
});

test('two folders do not hinder each other', async () => {
  const claims = await Promise.all(['a', 'b'].map(name => claimFolder(path.join(root, name))));
  await Promise.all(claims.map(claim => claim.release()));
});

test('a folder is free at once when its program was killed with -9', async () => {
  const folder = path.join(root, 'killed');
  const module = new URL('../../src/db/locking.ts', import.meta.url).href;
  const script = `
    const { claimFolder } = await import(${JSON.stringify(module)});
    await claimFolder(${JSON.stringify(folder)});
    console.log('claimed');
    setInterval(() => {}, 1000);`;
  const program = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
  await once(program.stdout, 'data');
  await expect(claimFolder(folder)).rejects.toMatchObject({ pid: program.pid });
  program.kill('SIGKILL');
  await once(program, 'exit');
  await (await claimFolder(folder)).release();
});
