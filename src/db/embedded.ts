import { realpathSync } from 'node:fs';
import net from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { EmbeddedDatabase } from '../config/config.ts';
import { EmbeddedError, serverAccount } from './embedded/account.ts';
import { findBinaries } from './embedded/binaries.ts';
import { initializeCluster, isInitialized } from './embedded/initializing.ts';
import { type Place, placeDatabase } from './embedded/placing.ts';
import { disownPidFile, readPidFile, runningPid } from './embedded/postmaster.ts';
import { writeRecord } from './embedded/record.ts';
import { startServer, stopServer } from './embedded/running.ts';

export type EmbeddedOptions = {
  /** Holds `database.json` and, if the server's account can reach it, the cluster. */
  dataDir: string;
  /** Settings of postgresql.conf, for example `{ fsync: 'off' }` in tests. */
  settings?: Record<string, string>;
  /** Created if missing; the returned address names the first. */
  databases?: [string, ...string[]];
  log?: (line: string) => void;
};

export type RunningDatabase = EmbeddedDatabase & {
  /** The first database did not exist before. */
  created: boolean;
  /** The server ran already: its program was killed, or lives. */
  adopted: boolean;
  stop(): Promise<void>;
};

/**
 * Starts the PostgreSQL of the npm packages, or takes over the one that outlived its program.
 * It runs as its own process, so that signals to this program never reach it: call `stop` when done.
 * Two programs must not call this at once for one folder; `claimFolder` sees to it.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<RunningDatabase> {
  const { settings = {}, databases = ['smartsupport'], log = () => {} } = options;
  const place = placeDatabase(options.dataDir, await findBinaries(), serverAccount(), log);
  if (!isInitialized(place)) {
    log('Creating the database');
    await initializeCluster(place, { durable: settings.fsync !== 'off' });
  }
  const adopted = await adopt(place);
  if (!adopted) await start(place, settings);
  const created = await createDatabases(place, databases);
  return {
    url: addressOf(place, databases[0]),
    secret: place.record.secret,
    created: created.includes(databases[0]),
    adopted,
    stop: () => stopServer(place),
  };
}

/** Takes over a running server that answers; one that does not is stopped. */
async function adopt(place: Place): Promise<boolean> {
  if (!runningPid(place.cluster)) return false;
  const port = readPidFile(place.cluster)?.port;
  if (port) remember(place, port);
  for (let attempt = 0; port && attempt < 40; attempt++) {
    if (await answers(place)) return true;
    await wait(250);
  }
  await stopServer(place);
  return false;
}

async function answers(place: Place): Promise<boolean> {
  try {
    const [row] = await ask<{ data_directory: string }>(place, 'show data_directory');
    return realpathSync(row?.data_directory ?? '') === realpathSync(place.cluster);
  } catch {
    return false;
  }
}

/** Keeps the port of the last time unless somebody else has taken it. */
async function start(place: Place, settings: Record<string, string>) {
  let output = '';
  for (let attempt = 1; attempt <= 5; attempt++) {
    disownPidFile(place.cluster);
    remember(place, await freePort(place.record.port));
    const outcome = await startServer(place, place.record.port, settings);
    if (outcome.ok) return;
    output = outcome.output;
    if (!/in use|already exists|could not bind/.test(output)) break;
    await wait(attempt * 400); // children of a killed server end within moments, then their memory is free
  }
  throw new EmbeddedError(`The built-in PostgreSQL did not start:\n${output.slice(-2_000)}`);
}

function remember(place: Place, port: number) {
  if (place.record.port === port) return;
  place.record.port = port;
  writeRecord(place.dataDir, place.record);
}

async function freePort(wanted: number): Promise<number> {
  return (wanted && (await tryPort(wanted))) || (await tryPort(0)) || 0;
}

/** The port that could be bound, or undefined. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise(resolve => {
    const server = net.createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const bound = (server.address() as net.AddressInfo).port;
      server.close(() => resolve(bound));
    });
  });
}

async function createDatabases(place: Place, names: string[]): Promise<string[]> {
  const present = await ask<{ datname: string }>(place, 'select datname from pg_database');
  const missing = names.filter(name => !present.some(({ datname }) => datname === name));
  for (const name of missing) await ask(place, `create database ${pg.escapeIdentifier(name)}`);
  return missing;
}

async function ask<Row extends pg.QueryResultRow>(place: Place, sql: string): Promise<Row[]> {
  const client = new pg.Client({
    connectionString: addressOf(place, 'postgres'),
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => {}); // a lost connection also rejects the query below
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const addressOf = ({ record }: Place, database: string) =>
  `postgres://smartsupport:${record.password}@127.0.0.1:${record.port}/${database}`;
