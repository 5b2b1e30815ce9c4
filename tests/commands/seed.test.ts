import { expect, test } from 'vitest';
import { runCommand } from '../support/command.ts';
import { testDatabase } from '../support/db.ts';

const { db, url } = await testDatabase();

test('made-up tickets come with a table of rates and somebody to sign in as', async () => {
  const { code, output } = await runCommand('seed', ['--tickets', '200', '--people', '40'], {
    DATABASE_URL: url,
  });
  expect(output).toMatch(/Tickets with 5 comments each .* tickets\n/);
  expect(output).toContain('coordinator1 … coordinator200@run1.halden.example');
  expect(code).toBe(0);
  expect(await db('tickets')).toHaveLength(200);
}, 40_000);

test('a production database is left alone unless one insists', async () => {
  const production = {
    NODE_ENV: 'production',
    DATABASE_URL: url,
    APP_URL: 'https://help.example',
    SESSION_SECRET: 'k3v9QmZx7Lr2Tn8Wp5Yb1Hd6Gf4Js0Ac',
    ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
  };
  const before = await db('tickets').count('* as n').first();
  const refused = await runCommand('seed', ['--tickets', '10'], production);
  expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('Add --yes') });
  expect(await db('tickets').count('* as n').first()).toEqual(before);
}, 40_000);

test('a number that is none shows how it is used', async () => {
  const wrong = await runCommand('seed', ['--tickets', 'many'], { DATABASE_URL: url });
  expect(wrong).toMatchObject({ code: 1, output: expect.stringContaining('npm run seed -- --tickets N') });
}, 40_000);
