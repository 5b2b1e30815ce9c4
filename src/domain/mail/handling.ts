import type { Context, Tx } from '../context.ts';
import { apply } from './applying.ts';
import { type Coming, MAX_ATTEMPTS, noteFault, putOff, type Receiving, takeNext } from './coming.ts';
import { decide } from './deciding.ts';
import { dropFiles, type KeptFiles, keepFiles } from './keeping-files.ts';
import { lookAt } from './looking.ts';
import type { Fate, ReadMail } from './message.ts';

export type Handled = Partial<Record<Fate | 'fault', number>>;

/**
 * Handles what has come in and waits, one by one: a mail that cannot be handled waits for its next turn and holds up
 * no other. A process that dies leaves its mail to be taken again; nothing of it was written then.
 */
export async function handleDue(
  ctx: Context,
  receiving: Receiving,
  { goOn = () => true }: { goOn?: () => boolean } = {},
): Promise<Handled> {
  const counts: Handled = {};
  for (;;) {
    // More may wait than one turn can do: the next begins at once.
    if (!goOn()) {
      ctx.world.wake('receive-mail');
      break;
    }
    const coming = await takeNext(ctx);
    if (!coming) break;
    const fate = await handle(ctx, coming, receiving);
    counts[fate] = (counts[fate] ?? 0) + 1;
  }
  return counts;
}

async function handle(ctx: Context, coming: Coming, receiving: Receiving): Promise<Fate | 'fault'> {
  // Each of its turns ended with a killed process: one more would end as they did.
  if (coming.attempts > MAX_ATTEMPTS) return giveUp(ctx, coming, 'No attempt came to an end', 'fault');
  try {
    const { mail, failure } = await receiving.read(coming.raw);
    if (!mail) return await giveUp(ctx, coming, failure.message, 'unreadable');
    return await handleRead(ctx, coming, mail, receiving);
  } catch (error) {
    const { message } = error as Error;
    if (!isWithoutRoom(error)) return giveUp(ctx, coming, message, 'fault');
    await putOff(ctx, coming, message);
    return 'fault';
  }
}

/** Told by its name: the store is the platform's (platform/storage.ts). */
const isWithoutRoom = (error: unknown) => {
  const { code, constructor: kind } = error as NodeJS.ErrnoException;
  return kind?.name === 'NoRoom' || code === 'ENOSPC' || code === 'EDQUOT';
};

async function giveUp(ctx: Context, coming: Coming, error: string, rule: 'unreadable' | 'fault') {
  await noteFault(ctx, coming, error, rule);
  return 'fault' as const;
}

const NO_FILES: KeptFiles = { kept: [], left: [] };

/**
 * Looks first, so that files are stored only for what will have a message, and before the transaction, which holds
 * locks. The transaction looks again: what it finds then is what counts.
 */
async function handleRead(ctx: Context, coming: Coming, mail: ReadMail, receiving: Receiving): Promise<Fate> {
  const isKept = mail.files.length > 0 && hasMessage(await decided(ctx, coming, mail, receiving));
  const files = isKept ? await keepFiles(ctx, mail.files) : NO_FILES;
  try {
    return await ctx.transaction(async tx => {
      if (!(await isStillOurs(tx, coming))) return drop(tx, files, 'received');
      const { looked, decision } = await decided(tx, coming, mail, receiving);
      await apply(tx, looked, decision, files);
      return hasMessage({ decision }) ? decision.fate : drop(tx, files, decision.fate);
    });
  } catch (error) {
    await dropFiles(ctx, files.kept);
    throw error;
  }
}

async function decided(ctx: Context, coming: Coming, mail: ReadMail, receiving: Receiving) {
  const looked = await lookAt(ctx, coming, mail, receiving);
  return { looked, decision: await decide(ctx, looked) };
}

const hasMessage = ({ decision }: { decision: { fate: Fate } }) =>
  decision.fate === 'ticket' || decision.fate === 'appended';

/** Locks it. After a lease that ran out, or a person who decided meanwhile, it is not ours any more. */
async function isStillOurs(tx: Tx, { id, attempts }: Coming): Promise<boolean> {
  const row = await tx.db('inbound_mails').where({ id, attempts, fate: 'received' }).forUpdate().first('id');
  return row !== undefined;
}

function drop(tx: Tx, { kept }: KeptFiles, fate: Fate): Fate {
  if (kept.length > 0) tx.afterCommit(() => void dropFiles(tx, kept));
  return fate;
}
