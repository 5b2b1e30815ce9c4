import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { migrate, pendingMigrations, rollbackAll } from '../../src/db/migrating.ts';
import { testDatabase } from '../support/db.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'smartsupport-migrations-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeMigration(folder, '20260101T0000_create_cats.ts', 'create table cats (id int)', 'drop table cats');
writeMigration(folder, '20260102T0000_fill_cats.ts', 'insert into cats select 1 from pg_sleep(0.2)', '');

function writeMigration(directory: string, name: string, up: string, down: string) {
  const body = (sql: string) => (sql ? `{ await knex.raw(${JSON.stringify(sql)}) }` : '{}');
  const source = `export async function up(knex) ${body(up)}\nexport async function down(knex) ${body(down)}\n`;
  writeFileSync(path.join(directory, name), source);
}

test('names are stored without extension, so that the compiled program finds them done', async () => {
  const { db } = await testDatabase({ empty: true });
  expect(await pendingMigrations(db, folder)).toHaveLength(2);
  await migrate(db, undefined, folder);
  const names = await db('knex_migrations').orderBy('id').pluck('name');
  expect(names).toEqual(['20260101T0000_create_cats', '20260102T0000_fill_cats']);

  const compiled = mkdtempSync(path.join(folder, 'compiled-'));
  for (const name of names) {
    writeMigration(compiled, `${name}.js`, '', '');
    writeFileSync(path.join(compiled, `${name}.js.map`), '{}');
  }
  expect(await pendingMigrations(db, compiled)).toEqual([]);
  expect(await migrate(db, undefined, compiled)).toEqual([]);
});

test('of starts at once one migrates, the others wait and find nothing to do', async () => {
  const { db } = await testDatabase({ empty: true });
  const lines: string[] = [];
  const outcomes = await Promise.all(
    Array.from({ length: 3 }, () => migrate(db, line => lines.push(line), folder)),
  );
  expect(outcomes.map(names => names.length).sort((a, b) => a - b)).toEqual([0, 0, 2]);
  expect(lines.filter(line => line.startsWith('Another process'))).toHaveLength(2);
  expect(await db('cats')).toHaveLength(1);
});

test('a migration that was killed half-way does not block the next start', async () => {
  const { db } = await testDatabase({ empty: true });
  await migrate(db, undefined, folder);
  await rollbackAll(db, undefined, folder);
  await db('knex_migrations_lock').update({ is_locked: 1 });
  expect(await migrate(db, undefined, folder)).toHaveLength(2);
});

test('a migration that fails leaves nothing of itself and frees the lock', async () => {
  const { db } = await testDatabase({ empty: true });
  const broken = mkdtempSync(path.join(folder, 'broken-'));
  writeMigration(broken, '20260101T0000_break.ts', 'create table half (id int); select 1 / 0', '');
  await expect(migrate(db, undefined, broken)).rejects.toThrow('division by zero');
  expect(await db.schema.hasTable('half')).toBe(false);
  await expect(migrate(db, undefined, broken)).rejects.toThrow('division by zero');
});
