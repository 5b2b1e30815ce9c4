import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from '../../domain/context.ts';
import { keepFault, keepToken, type Watched } from '../../domain/mail/fetching.ts';
import { storedAccount } from '../../domain/mail/mailbox-accounts.ts';
import type { storeMail } from '../../domain/mail/storing.ts';
import { type ImapConnection, type ImapWorld, openImap } from '../../platform/imap.ts';
import { faultOf, ImapFault } from '../../platform/imap-faults.ts';
import type { Metrics } from '../../platform/metrics.ts';
import { createLook, type Look } from './looking.ts';

export type Rhythm = {
  /** How often leases are renewed and changed settings noticed. */
  roundMs: number;
  leaseSeconds: number;
  /** Where the server does not tell of new mail, and in case it forgot to. */
  pollMs: number;
  /** Between two tries to connect: the first gap and the longest. */
  firstGapMs: number;
  longestGapMs: number;
  /** How often what the server could not hand out is asked for again. */
  stuckMs: number;
};

export const rhythm: Rhythm = {
  roundMs: 5_000,
  leaseSeconds: 45,
  pollMs: 55_000,
  firstGapMs: 2_000,
  longestGapMs: 300_000,
  stuckMs: 3_600_000,
};

const LOG_MS = 3_600_000;

export type Watching = { ctx: Context; imap: ImapWorld; metrics: Metrics; store?: typeof storeMail };
export type Watcher = { stop(): void; done: Promise<void> };

/** Stays connected to one mailbox and takes what comes, until it is stopped. After a fault it waits longer each time. */
export function watchMailbox(parts: Watching, mailbox: Watched, pace: Rhythm): Watcher {
  const stopping = new AbortController();
  const { signal } = stopping;
  const look = createLook(parts, mailbox, pace);
  let loggedAt = Number.NEGATIVE_INFINITY;

  const tellFault = async (fault: ImapFault) => {
    parts.metrics.mailFaults.inc({ fault: fault.key });
    await keepFault(parts.ctx, mailbox, fault).catch(() => {});
    if (performance.now() - loggedAt < LOG_MS) return;
    loggedAt = performance.now();
    parts.ctx.log.error(
      { mailbox: mailbox.address, fault: fault.key, said: fault.detail },
      'a mailbox has a fault',
    );
  };

  const run = async () => {
    let failures = 0;
    let before: ImapFault | undefined;
    while (!signal.aborted) {
      const worked = () => {
        failures = 0;
        before = undefined;
      };
      const fault = await session(parts, mailbox, look, { pace, signal, worked });
      if (signal.aborted) return;
      if (!isPassing(fault, mailbox, before)) await tellFault(fault);
      before = fault;
      failures += 1;
      await wait(gap(failures, pace), undefined, { signal }).catch(() => {});
    }
  };
  return { stop: () => stopping.abort(), done: run() };
}

/**
 * A line that ends now and then is nothing to tell, nor is an access token that ended before its time: the next
 * connection, with a token of its own, is a moment away. Two refused ones in a row are.
 */
const isPassing = ({ key }: ImapFault, { auth }: Watched, before?: ImapFault) =>
  key === 'cut' ? !before : key === 'sign-in' && auth !== 'password' && before?.key !== 'sign-in';

type Session = { pace: Rhythm; signal: AbortSignal; worked: () => void };

/** One connection, from sign-in until it breaks or is no longer wanted. */
async function session(
  parts: Watching,
  mailbox: Watched,
  look: Look,
  { pace, signal, worked }: Session,
): Promise<ImapFault> {
  let connection: ImapConnection | undefined;
  const close = () => connection?.client.close();
  signal.addEventListener('abort', close);
  try {
    connection = await connect(parts, mailbox);
    const { client } = connection;
    const news = listen(client, signal);
    while (!signal.aborted && client.usable) {
      news.forget();
      await look(client, signal);
      worked();
      await news.wait(pace.pollMs);
    }
    return new ImapFault('cut');
  } catch (error) {
    return faultOf(error);
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

async function connect({ ctx, imap }: Watching, mailbox: Watched): Promise<ImapConnection> {
  const account = await storedAccount(ctx, mailbox.id).catch((error: Error) => {
    throw new ImapFault('secret', error.message);
  });
  return openImap(account, imap, next => keepToken(ctx, mailbox, { used: account.secret, next }));
}

/**
 * Waits until the server tells of a mail (IDLE, RFC 2177), the line breaks, or it is time to look by ourselves. What is
 * told during a look counts, too: it may have come behind the look's back.
 */
function listen(client: ImapConnection['client'], signal: AbortSignal) {
  let told = false;
  let tell = () => {};
  const hear = () => {
    told = true;
    tell();
  };
  for (const event of ['exists', 'close'] as const) client.on(event, hear);
  signal.addEventListener('abort', hear, { once: true });
  return {
    forget: () => {
      told = false;
    },
    wait: async (milliseconds: number) => {
      if (told || signal.aborted) return;
      client.idle().catch(() => {});
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, milliseconds);
        tell = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}

const gap = (failures: number, { firstGapMs, longestGapMs }: Rhythm) =>
  Math.min(longestGapMs, firstGapMs * 2 ** Math.min(failures - 1, 20)) * (0.8 + Math.random() * 0.4);
