import type { Knex } from 'knex';
import pg from 'pg';
import type { Logger } from './logger.ts';

export const SIGNAL_CHANNEL = 'smartsupport_live';

/** That something happened, in keys alone: who may know of it is asked of the database when it arrives. */
export type Signal = {
  event?: number;
  ticket?: number;
  /** Whose doing it was, where their own pages know already. */
  by?: number;
  /** `people`: somebody's rights changed. `presence`: who looks at the ticket. */
  about: 'ticket' | 'people' | 'presence';
};

export type Signals = ReturnType<typeof createSignals>;
type Listener = { heard(signals: Signal[]): void; missed(): void };

/** PostgreSQL takes 8,000 bytes a message. */
const MOST_A_MESSAGE = 100;
const LOOK_MS = 10_000;
const ANSWER_MS = 3_000;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Tells all processes what happened, through PostgreSQL. Sending gathers what comes within a few milliseconds into
 * one message, apart from any transaction of a change: NOTIFY inside of them would make their commits queue up.
 * Listening takes one connection a process, from the first listener on.
 */
export function createSignals(db: Knex, url: string, log: Logger, { delayMs = 3 } = {}) {
  const sender = createSender(db, log, delayMs);
  const listeners = new Set<Listener>();
  let receiver: ReturnType<typeof createReceiver> | undefined;
  return {
    announce: sender.announce,
    listen(listener: Listener): () => void {
      listeners.add(listener);
      receiver ??= createReceiver(url, log, {
        heard: signals => {
          for (const one of listeners) one.heard(signals);
        },
        missed: () => {
          for (const one of listeners) one.missed();
        },
      });
      return () => listeners.delete(listener);
    },
    /** Cuts the connection that listens, as a failing network would. For tests. */
    cut: () => receiver?.cut(),
    async close() {
      receiver?.close();
      await sender.close();
    },
  };
}

function createSender(db: Knex, log: Logger, delayMs: number) {
  let waiting: Signal[] = [];
  let timer: NodeJS.Timeout | undefined;
  const sending = new Set<Promise<unknown>>();
  const send = () => {
    clearTimeout(timer);
    timer = undefined;
    const messages: string[] = [];
    for (; waiting.length > 0; waiting = waiting.slice(MOST_A_MESSAGE))
      messages.push(JSON.stringify(waiting.slice(0, MOST_A_MESSAGE)));
    if (messages.length === 0) return;
    const sent = db
      .raw('select pg_notify(?, message) from unnest(?::text[]) as message', [SIGNAL_CHANNEL, messages])
      .catch((error: Error) =>
        log.warn({ err: error.message }, 'Could not tell open pages of a change; they look for themselves'),
      )
      .finally(() => sending.delete(sent));
    sending.add(sent);
  };
  return {
    announce(signal: Signal) {
      waiting.push(signal);
      timer ??= setTimeout(send, delayMs);
    },
    async close() {
      send();
      await Promise.all(sending);
    },
  };
}

/** Listens for ever: looks every ten seconds whether the connection still answers, and makes a new one if not. */
function createReceiver(url: string, log: Logger, listener: Listener) {
  let client: pg.Client | undefined;
  let closed = false;
  let failures = 0;
  let wasAway = false;
  let timer: NodeJS.Timeout | undefined;

  const later = (run: () => void, milliseconds: number) => {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(run, milliseconds).unref();
  };
  const drop = (lost: pg.Client | undefined) => {
    if (!lost || lost !== client) return;
    client = undefined;
    // A connection that no longer answers does not answer a goodbye either.
    (lost as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    if (closed) return;
    if (!wasAway) log.warn({}, 'Live updates: the connection to the database broke');
    wasAway = true;
    failures += 1;
    later(() => void connect(), Math.min(LONGEST_PAUSE_MS, 100 * 2 ** failures) * (0.5 + Math.random() / 2));
  };
  const look = (current: pg.Client) => {
    current.query('select 1').then(
      () => later(() => look(current), LOOK_MS),
      () => drop(current),
    );
  };
  async function connect() {
    if (closed) return;
    const made = new pg.Client({
      connectionString: url,
      application_name: 'smartsupport live',
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
    });
    client = made;
    made.on('error', () => drop(made));
    made.on('end', () => drop(made));
    made.on('notification', ({ payload }) => listener.heard(read(payload)));
    try {
      await made.connect();
      await made.query(`listen ${SIGNAL_CHANNEL}`);
    } catch {
      return drop(made);
    }
    failures = 0;
    if (wasAway) {
      log.info({}, 'Live updates: connected again');
      listener.missed();
    }
    wasAway = false;
    later(() => look(made), LOOK_MS);
  }

  void connect();
  return {
    cut: () => drop(client),
    close() {
      closed = true;
      clearTimeout(timer);
      const last = client;
      client = undefined;
      last?.end().catch(() => {});
    },
  };
}

function read(payload: string | undefined): Signal[] {
  try {
    return JSON.parse(payload ?? '[]') as Signal[];
  } catch {
    return [];
  }
}
