import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { ConfigError } from '../../src/config/env.ts';
import { createDatabase } from '../../src/db/knex.ts';
import { openConfig } from '../../src/db/opening.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'smartsupport-opening-'));
chmodSync(root, 0o755); // open to the account that root lends the server
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
beforeEach(() => {
  vi.stubEnv('DATABASE_URL', '');
  vi.stubEnv('DATA_DIR', path.join(root, `project ${++folders}`, '.data'));
});

test('without DATABASE_URL the built-in database is there until it is closed', async () => {
  const opened = await openConfig();
  expect(opened).toMatchObject({ created: true, config: { database: { embedded: true, demo: true } } });
  const db = createDatabase(opened.config);
  expect((await db.raw('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await db.destroy();
  await opened.close();
  const socket = net.connect(Number(new URL(opened.config.database.url).port), '127.0.0.1');
  const [error] = await once(socket, 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
});

test('a second program is refused, a command joins in and leaves the database running', async () => {
  const program = await openConfig();
  await expect(openConfig({ beside: true })).rejects.toThrow('Already running'); // it is not ready yet
  program.announce('http://localhost:3000');
  await expect(openConfig()).rejects.toThrow('Already running in this folder at http://localhost:3000');

  const command = await openConfig({ beside: true });
  expect(command.config.database.url).toBe(program.config.database.url);
  await command.close();
  const db = createDatabase(program.config);
  expect((await db.raw('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await db.destroy();
  await program.close();
});

test('a wrong setting beside a built-in database leaves neither server nor claim behind', async () => {
  vi.stubEnv('SESSION_SECRET', 'short');
  await expect(openConfig()).rejects.toThrow(ConfigError);
  vi.stubEnv('SESSION_SECRET', '');
  const opened = await openConfig();
  await opened.close();
});

test('with DATABASE_URL nothing is started', async () => {
  vi.stubEnv('DATABASE_URL', 'postgres://nobody@127.0.0.1:1/none');
  const opened = await openConfig();
  expect(opened.config.database).toMatchObject({
    embedded: false,
    url: 'postgres://nobody@127.0.0.1:1/none',
  });
  await opened.close();
});
