import type { Knex } from 'knex';
import type { Signal } from '../platform/signals.ts';
import type { Actor } from './access/actor.ts';
import type { Settings } from './settings/settings.ts';

export type Log = {
  debug(details: object, message?: string): void;
  info(details: object, message?: string): void;
  warn(details: object, message?: string): void;
  error(details: object, message?: string): void;
};

/** Where a request came from; kept apart from the event, with a shorter life. */
export type Origin = { address: string | null; userAgent: string | null };

export type StoredFile = { key: string; size: number; sha256: string };

/** What the domain needs of the world; `src/platform` provides it, a test may fake it. */
export type World = {
  /** Asks the named job to run soon. Losing the call costs at most one tick of the schedule. */
  wake(job: string): void;
  /** Tells the open pages of all processes that something happened, by keys alone. A lost one is noticed by the pages. */
  announce(signal: Signal): void;
  encrypt(plain: string): string;
  decrypt(sealed: string): string;
  /** Keeps an answer for a moment: for lists of choices only, never for rights or tickets. */
  recall<T extends object>(key: string, load: () => Promise<T>): Promise<T>;
  /** A keyed digest (HMAC-SHA-256, base64url), different for each purpose. */
  sign(purpose: string, text: string): string;
  /** Compares in constant time. */
  verify(purpose: string, text: string, signature: string): boolean;
  storage: {
    write(source: AsyncIterable<Uint8Array>, options: { maxBytes: number }): Promise<StoredFile>;
    read(key: string): Promise<NodeJS.ReadableStream>;
    remove(key: string): Promise<void>;
  };
  /** What a file really is, ready to store; undefined if it is not a kind that is taken. */
  prepareFile(
    file: string,
    filename: string,
    options: { allowZip: boolean },
  ): Promise<{ contentType: string; isImage: boolean; source: AsyncIterable<Uint8Array> } | undefined>;
  appUrl: string;
  /** Whether a language model is configured. Without one nothing of it is shown, stored or asked. */
  hasAi: boolean;
};

/** Everything a verb of the domain may use: made alike by web, api, mail, jobs and tests. */
export type Context = {
  readonly db: Knex;
  readonly actor: Actor;
  readonly settings: Settings;
  readonly now: () => Date;
  readonly log: Log;
  readonly requestId: string | null;
  readonly origin: Origin | null;
  readonly world: World;
  /** The person's words: English text is the key (docs/decisions/0004-natural-language-keys.md). */
  readonly t: (text: string, values?: Record<string, unknown>) => string;
  readonly transaction: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
};

declare const open: unique symbol;
/** A context inside a transaction: writers take this type, so they cannot run outside of one. */
export type Tx = Context & {
  readonly db: Knex.Transaction;
  readonly [open]: true;
  /** Runs once the transaction is committed; dropped if it is rolled back. */
  readonly afterCommit: (work: () => void) => void;
};

export type ContextParts = Omit<Context, 'transaction'>;

export function createContext(parts: ContextParts): Context {
  const context: Context = {
    ...parts,
    transaction: async work => {
      const after: Array<() => void> = [];
      const result = await parts.db.transaction(async db => {
        const tx: Tx = {
          ...context,
          db,
          afterCommit: (run: () => void) => after.push(run),
          // A verb called from another joins its transaction.
          transaction: (nested: (tx: Tx) => Promise<unknown>) => nested(tx),
        } as unknown as Tx;
        return work(tx);
      });
      for (const run of after) run();
      return result;
    },
  };
  return context;
}

/** The same request on behalf of somebody else, for example the person who just signed in. */
export const actingAs = (ctx: Context, actor: Actor): Context => {
  const { transaction: _, ...parts } = ctx;
  return createContext({ ...parts, actor });
};
