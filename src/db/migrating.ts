import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import knexFactory, { type Knex } from 'knex';

type Log = (line: string) => void;

/** `migrations/` of the sources under tsx, `dist/migrations/` when compiled. */
const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));

/**
 * Brings the database up to date; two starts at once are safe, the second waits and finds nothing to do.
 * Takes only the address from `db` (give it `DATABASE_DIRECT_URL`: the lock needs one lasting session).
 * Returns the names of what was run.
 */
export function migrate(db: Knex, log: Log = () => {}, folder = migrationsFolder): Promise<string[]> {
  return alone(db, log, async own => {
    const [, names] = (await own.migrate.latest(settings(folder))) as [number, string[]];
    for (const name of names) log(`Migrated ${name}`);
    return names;
  });
}

/** Takes everything back, newest first: the data is lost. */
export function rollbackAll(db: Knex, log: Log = () => {}, folder = migrationsFolder): Promise<string[]> {
  return alone(db, log, async own => {
    const [, names] = (await own.migrate.rollback(settings(folder), true)) as [number, string[]];
    for (const name of names) log(`Rolled back ${name}`);
    return names;
  });
}

/** Names that are in the program and not in the database. One cheap query: fit for a health check. */
export async function pendingMigrations(db: Knex, folder = migrationsFolder): Promise<string[]> {
  const names = await namesIn(folder);
  const { rows } = await db.raw<{ rows: { present: boolean }[] }>(
    "select to_regclass('knex_migrations') is not null as present",
  );
  if (!rows[0]?.present) return names;
  const done = new Set<string>(await db('knex_migrations').pluck('name'));
  return names.filter(name => !done.has(name));
}

/** Names have no extension, so that a database made from sources fits the compiled program. */
class FolderSource implements Knex.MigrationSource<string> {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  getMigrations() {
    return namesIn(this.#folder);
  }

  getMigrationName(name: string) {
    return name;
  }

  async getMigration(name: string): Promise<Knex.Migration> {
    const file = (await filesIn(this.#folder)).find(candidate => path.parse(candidate).name === name);
    return import(pathToFileURL(path.join(this.#folder, file ?? name)).href);
  }
}

const namesIn = async (folder: string) => (await filesIn(folder)).map(file => path.parse(file).name);

async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter(file => /^\d\w*\.(ts|js)$/.test(file)).sort();
}

const settings = (folder: string): Knex.MigratorConfig => ({ migrationSource: new FolderSource(folder) });

/** Own connections: a migration of a big table may take long, unlike what the pages ask. */
async function alone<Result>(db: Knex, log: Log, act: (own: Knex) => Promise<Result>): Promise<Result> {
  const own = connect(db);
  const session = await own.client.acquireConnection();
  try {
    await takeLock(session, log);
    // Knex's own lock is a row that a killed process leaves behind. Ours ends with its session.
    await own.migrate.forceFreeMigrationsLock();
    return await act(own);
  } finally {
    await session.query('select pg_advisory_unlock_all()').catch(() => {});
    await own.client.releaseConnection(session);
    await own.destroy();
  }
}

function connect(db: Knex): Knex {
  const { connectionString } = db.client.config.connection as { connectionString: string };
  const connection = {
    connectionString,
    application_name: 'smartsupport migrations',
    connectionTimeoutMillis: 5_000,
    lock_timeout: 60_000, // rather fail than block every page behind a waiting ALTER TABLE
  } as Knex.PgConnectionConfig;
  const log = { warn() {} }; // what it would print here is thrown as well
  return knexFactory({ client: 'pg', connection, log, pool: { min: 0, max: 3 } });
}

type Session = { query<Row>(sql: string): Promise<{ rows: Row[] }> };

const LOCK = 7_263_004_118; // any number that nobody else uses as an advisory lock in this database
const PATIENCE = 600; // seconds that another start may take

async function takeLock(session: Session, log: Log) {
  for (let second = 0; second < PATIENCE; second += 0.5) {
    const { rows } = await session.query<{ taken: boolean }>(`select pg_try_advisory_lock(${LOCK}) as taken`);
    if (rows[0]?.taken) return;
    if (second === 0) log('Another process is migrating; waiting for it');
    await wait(500);
  }
  throw new Error('Another process has been migrating the database for too long');
}
