import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import knexFactory, { type Knex } from 'knex';
import pg from 'pg';
import type { Config } from '../config/config.ts';

// bigint keys stay far below 2^53; dates are days, not instants.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
// bigint[] (1016, without a name in pg): a person's team ids must compare with a ticket's.
pg.types.setTypeParser(1016 as typeof pg.types.builtins.INT8, text =>
  text.slice(1, -1).split(',').filter(Boolean).map(Number),
);
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number);
pg.types.setTypeParser(pg.types.builtins.DATE, value => value);

export type Database = Knex;

/** Longer than any statement may take: whoever has not answered by then never will on this connection. */
const ANSWER_MS = 20_000;

/** One pool for the process. A statement may take 15 s and wait 5 s for a lock; an idle transaction ends after 30 s. */
export function createDatabase(
  config: Config,
  { max = config.database.pool, url = config.database.url } = {},
): Database {
  const db = knexFactory({
    client: 'pg',
    connection: {
      connectionString: url,
      application_name: 'smartsupport',
      connectionTimeoutMillis: 2_000,
      statement_timeout: 15_000,
      lock_timeout: 5_000,
      idle_in_transaction_session_timeout: 30_000,
      // The limits above are kept by the server. This one is ours, for a server that no longer answers at all.
      query_timeout: ANSWER_MS,
      keepAlive: true,
    } as Knex.PgConnectionConfig,
    pool: {
      min: 0,
      max,
      acquireTimeoutMillis: 2_000,
      createTimeoutMillis: 2_000,
      idleTimeoutMillis: 600_000,
      propagateCreateError: true,
      // A connection of half an hour is not handed out again, so that a failover reaches every process.
      maxConnectionLifetimeMillis: 30 * 60_000,
      maxConnectionLifetimeJitterMillis: 60_000,
      afterCreate: (connection: pg.Client, ready: (error: Error | null, connection: pg.Client) => void) => {
        breakWhenSilent(connection);
        // Our statements run for milliseconds; compiling one takes a hundred.
        connection.query('set jit = off').then(
          () => ready(null, connection),
          (error: Error) => ready(error, connection),
        );
      },
    } as Knex.PoolConfig,
  });
  preparedStatements.set(db.client.config, config.database.prepared);
  return db;
}

type Callback = (error: Error | null, result?: unknown) => void;

/** pg gives up on the answer and keeps the connection, on which the next query would wait behind the lost one. */
function breakWhenSilent(connection: pg.Client) {
  const ask = connection.query.bind(connection) as (config: unknown, callback?: Callback) => unknown;
  const asking = (config: unknown, callback?: Callback) =>
    ask(
      config,
      callback &&
        ((error, result) => {
          if (error?.message === 'Query read timeout') streamOf(connection).destroy();
          callback(error, result);
        }),
    );
  connection.query = asking as typeof connection.query;
}

const streamOf = (connection: pg.Client) =>
  (connection as unknown as { connection: { stream: Duplex } }).connection.stream;

const preparedStatements = new WeakMap<object, boolean>();

/**
 * Runs a hot query as a named prepared statement, which saves planning (0.3 to 0.6 ms a query), and past knex's own
 * runner, which takes twice as long as pg itself; listeners of `query` hear of it all the same.
 * The text must be one of few: build it from constants and maps, never from values.
 * Behind PgBouncer `DATABASE_PREPARED=off` sends it unnamed.
 */
export async function query<Row>(db: Knex, sql: string, bindings: readonly unknown[] = []): Promise<Row[]> {
  const { text, name } = statements.get(sql) ?? statementOf(sql);
  const values = bindings as unknown[];
  if (values.includes(undefined)) throw new Error(`A value is missing in: ${sql}`);
  if (isEnded(db)) throw new Error(`The transaction is over: ${sql}`);
  const client = db.client as Client;
  const connection = await client.acquireConnection();
  try {
    client.emit('query', { sql: text, bindings });
    const isNamed = preparedStatements.get(client.config) !== false;
    return await answer<Row>(connection, isNamed ? { name, text, values } : { text, values });
  } finally {
    await client.releaseConnection(connection);
  }
}

/** The part of knex's client that takes a connection from the pool, or is the one of a transaction. */
type Client = {
  config: object;
  acquireConnection(): Promise<pg.Client>;
  releaseConnection(connection: pg.Client): Promise<void>;
  emit(event: 'query', asked: { sql: string; bindings: readonly unknown[] }): void;
};

const isEnded = (db: Knex) => db.isTransaction === true && (db as Knex.Transaction).isCompleted();

const answer = <Row>(connection: pg.Client, config: pg.QueryConfig) =>
  new Promise<Row[]>((resolve, reject) => {
    void connection.query(config, (error: Error | null, result?: { rows: unknown[] }) =>
      error ? reject(error) : resolve(result?.rows as Row[]),
    );
  });

type Statement = { text: string; name: string };
const statements = new Map<string, Statement>();

/** `?` becomes `$1`, `$2` …, and the text its own name. */
function statementOf(sql: string): Statement {
  let place = 0;
  const text = sql.replace(/\?/g, () => {
    place += 1;
    return `$${place}`;
  });
  const name = `s${createHash('sha1').update(text).digest('base64url').slice(0, 16)}`;
  if (statements.size < 2_000) statements.set(sql, { text, name });
  return { text, name };
}
