import type { Context } from '../context.ts';
import { recordRefusal } from '../mail/bouncing.ts';
import { claim, close } from './claiming.ts';
import { type Claimed, type Letter, writeLetter } from './letter.ts';
import { type Answer, Traffic } from './traffic.ts';

/**
 * What became of one attempt to send. `refused` is for good, with its status (RFC 3463) where it is the address that takes
 * no mail; `away` means there is no server to talk to now.
 */
export type Outcome =
  | { result: 'sent'; message: object | null }
  | { result: 'refused' | 'later' | 'away'; error: string; status?: string | null };

/**
 * Whoever carries letters; never throws for what a mail server says. `beforeEnd` is to be asked before the last line of a
 * mail goes out, since from then on nobody knows whether it arrived.
 */
export type Post = { deliver(letter: Letter, beforeEnd?: () => Promise<void>): Promise<Outcome> };

/** At once, then growing to every four hours: more than four days in all. */
const RETRY_MINUTES = [1, 5, 15, 30, 60, 120, ...Array.from({ length: 26 }, () => 240)];
export const MAX_ATTEMPTS = RETRY_MINUTES.length + 1;

export type Delivered = Record<Outcome['result'] | 'cancelled' | 'failed', number>;

/**
 * Sends what is due, several at a time and few to any one domain (see Traffic). A process that is killed leaves at most
 * one mail of which nobody knows whether it arrived, as long as servers answer. A delivery is claimed by the database's
 * clock with a lease; one whose sender died is sent again, under the same Message-ID. Stops early when no server answers.
 */
export async function deliverDue(
  ctx: Context,
  post: Post,
  { goOn = () => true }: { goOn?: () => boolean } = {},
): Promise<Delivered> {
  const counts: Delivered = { sent: 0, refused: 0, later: 0, away: 0, cancelled: 0, failed: 0 };
  const traffic = new Traffic();
  for (;;) {
    let waits = false;
    while (traffic.hasRoom && goOn()) {
      const { closed } = traffic;
      const row = await claim(ctx, closed);
      // None but, perhaps, mails that had to wait for those on their way when it was asked.
      waits = !row && closed.people.length > 0;
      if (!row) break;
      traffic.start(row, async () => {
        const { result, answer } = await deliver(ctx, post, row, traffic);
        counts[result] += 1;
        return answer;
      });
    }
    if (!traffic.isEmpty) await traffic.change();
    else if (!waits) break;
  }
  if (traffic.failure) throw traffic.failure;
  return counts;
}

type Done = { result: keyof Delivered; answer: Answer };

async function deliver(ctx: Context, post: Post, row: Claimed, traffic: Traffic): Promise<Done> {
  // Each of its turns ended with a killed process: one more would end as they did.
  if (row.attempts > MAX_ATTEMPTS) {
    await giveUp(ctx, row, { error: 'No attempt came to an end' });
    return { result: 'failed', answer: 'silent' };
  }
  let leave = () => {};
  const beforeEnd = async () => {
    leave = await traffic.enterDoubt();
  };
  try {
    return await settle(ctx, row, await attempt(ctx, post, row, beforeEnd));
  } finally {
    leave();
  }
}

async function settle(ctx: Context, row: Claimed, outcome: Attempted): Promise<Done> {
  if ('cancelled' in outcome) {
    await close(ctx, row, { state: 'cancelled', secret: null, last_error: outcome.cancelled });
    return { result: 'cancelled', answer: 'silent' };
  }
  if (outcome.result === 'sent') {
    const message = outcome.message ? JSON.stringify(outcome.message) : null;
    const columns = { state: 'sent', secret: null, last_error: null, sent_at: ctx.db.fn.now(), message };
    await close(ctx, row, columns);
    return { result: 'sent', answer: 'spoken' };
  }
  const { result } = outcome;
  const answer = result === 'refused' ? 'spoken' : result === 'fault' ? 'silent' : result;
  const minutes = result === 'refused' ? undefined : RETRY_MINUTES[row.attempts - 1];
  if (minutes === undefined) {
    await giveUp(ctx, row, outcome);
    return { result: result === 'refused' ? 'refused' : 'failed', answer };
  }
  await putOff(ctx, row, outcome.error, minutes);
  return { result: result === 'fault' ? 'later' : result, answer };
}

async function putOff(ctx: Context, row: Claimed, error: string, minutes: number) {
  ctx.log.warn(
    { deliveryId: row.id, domain: row.domain, attempts: row.attempts, minutes, err: error },
    'a mail is tried again later',
  );
  const next = ctx.db.raw("now() + ? * interval '1 minute' * (0.9 + 0.2 * random())", [minutes]);
  await close(ctx, row, { state: 'pending', last_error: error.slice(0, 500), next_attempt_at: next });
}

/** A failure that people see: in the list of failed work, and on the ticket. */
async function giveUp(
  ctx: Context,
  row: Claimed,
  { error, status }: { error: string; status?: string | null },
) {
  const { id, template, email, domain } = row;
  ctx.log.error({ deliveryId: id, domain, template, err: error }, 'a mail could not be sent');
  await ctx.transaction(async tx => {
    if (!(await close(tx, row, { state: 'failed', last_error: error.slice(0, 500) }))) return;
    const bounce = { kind: 'hard' as const, reason: 'userunknown', address: email ?? '', diagnostic: error };
    await recordRefusal(tx, id, status ? { ...bounce, status } : null, error);
  });
}

type Attempted = Outcome | { result: 'fault'; error: string; status?: null } | { cancelled: string };

/** A fault of ours (a template, a key) is tried again too: a corrected program sends the mail after all. */
async function attempt(
  ctx: Context,
  post: Post,
  row: Claimed,
  beforeEnd: () => Promise<void>,
): Promise<Attempted> {
  try {
    const letter = await writeLetter(ctx, row);
    return 'cancelled' in letter ? letter : await post.deliver(letter, beforeEnd);
  } catch (error) {
    ctx.log.error({ deliveryId: row.id, err: (error as Error).message }, 'a mail could not be written');
    return { result: 'fault', error: (error as Error).message };
  }
}
