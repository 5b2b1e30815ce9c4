import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Knex } from 'knex';

const folder = path.resolve(import.meta.dirname, '../../migrations');

/** Until src/db/migrating.ts is there. */
export async function migrate(db: Knex): Promise<void> {
  await db.migrate.latest({ migrationSource: source });
}

const source: Knex.MigrationSource<string> = {
  getMigrations: async () => readdirSync(folder).sort(),
  getMigrationName: name => path.parse(name).name,
  getMigration: name => import(path.join(folder, name)) as Promise<Knex.Migration>,
};
