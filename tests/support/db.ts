import { afterAll, inject } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { createDatabase, type Database } from '../../src/db/knex.ts';
import { testConfig } from './config.ts';

export type TestDatabase = { db: Database; url: string; config: Config };

type Options = {
  /** Further settings of the environment for `config`. */
  settings?: Record<string, string>;
  /** Without tables, to test the migrations themselves. */
  empty?: boolean;
};

let made = 0;

/**
 * A migrated, empty database for one test file (about 50 ms), dropped after it. Call it at the top
 * of the file with `await`; call it again for a second one.
 */
export async function testDatabase({ settings = {}, empty = false }: Options = {}): Promise<TestDatabase> {
  const { url: serverUrl, template, run } = inject('postgres');
  made += 1;
  const name = `t_${run}_${process.env.VITEST_POOL_ID ?? 0}_${process.pid}_${made}`;
  const server = createDatabase(testConfig({ DATABASE_URL: serverUrl }), { max: 1 });
  await server.raw(`create database ${name} template ${empty ? 'template0' : template}`);

  const url = withDatabase(serverUrl, name);
  const config = testConfig({ ...settings, DATABASE_URL: url });
  const db = createDatabase(config);
  afterAll(async () => {
    await db.destroy();
    await server.raw(`drop database if exists ${name} with (force)`);
    await server.destroy();
  });
  return { db, url, config };
}

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
