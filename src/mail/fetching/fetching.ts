import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { systemActor } from '../../domain/access/actor.ts';
import type { Context } from '../../domain/context.ts';
import { fetchedMailboxes, holdMailbox, letGoOfMailbox } from '../../domain/mail/fetching.ts';
import type { Services } from '../../services.ts';
import { type Rhythm, rhythm, type Watcher, watchMailbox } from './watching.ts';

export type Fetching = { stop(): Promise<void> };

type Parts = Pick<Services, 'db' | 'log' | 'metrics' | 'contextFor' | 'imap'>;
type Running = Watcher & { version: number; renewedAt: number; ended: Promise<void> };

const DRAIN_MS = 8_000;

/**
 * Fetches the mail of every mailbox that this process holds. Every few seconds it renews its leases, takes those that
 * are free, and begins anew where settings have changed.
 */
export function startFetching(services: Parts, times: Partial<Rhythm> = {}): Fetching {
  const pace = { ...rhythm, ...times };
  const holder = `${hostname()}:${process.pid}:${randomUUID()}`;
  const running = new Map<number, Running>();
  const stopping = new AbortController();
  const { log } = services;

  const round = async () => {
    const ctx = await services.contextFor(systemActor('fetch-mail'));
    const mailboxes = await fetchedMailboxes(services.db);
    const wanted = new Map(mailboxes.map(each => [each.id, each]));
    await Promise.all(
      [...running].map(async ([id, each]) => {
        const isSame = wanted.get(id)?.version === each.version;
        const kept = isSame && (await holdMailbox(services.db, id, holder, pace.leaseSeconds));
        if (kept) each.renewedAt = performance.now();
        else await end(id, each);
      }),
    );
    for (const { id } of mailboxes) if (!running.has(id) && !stopping.signal.aborted) await begin(ctx, id);
  };

  const begin = async (ctx: Context, id: number) => {
    const mailbox = await holdMailbox(services.db, id, holder, pace.leaseSeconds);
    if (!mailbox) return;
    const watcher = watchMailbox({ ...services, ctx }, mailbox, pace);
    const renewedAt = performance.now();
    const each: Running = { ...watcher, version: mailbox.version, renewedAt, ended: watcher.done };
    running.set(id, each);
  };

  const end = async (id: number, each: Running) => {
    running.delete(id);
    each.stop();
    await each.ended;
    await letGoOfMailbox(services.db, id, holder).catch(() => {});
  };

  /** While the database is away nobody knows who has a lease: one that has run out is given up. */
  const giveUpStale = async () => {
    for (const [id, each] of running)
      if (performance.now() - each.renewedAt > pace.leaseSeconds * 900) await end(id, each);
  };

  const work = (async () => {
    while (!stopping.signal.aborted) {
      await round().catch(async (error: Error) => {
        log.warn({ err: error.message }, 'mailboxes could not be looked after');
        await giveUpStale();
      });
      await wait(pace.roundMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  })();

  return {
    async stop() {
      stopping.abort();
      await work;
      const ends = [...running].map(([id, each]) => end(id, each));
      await Promise.race([Promise.all(ends), wait(DRAIN_MS, undefined, { ref: false })]);
    },
  };
}
