import type { Context } from '../context.ts';
import { messageId } from '../mail/keys.ts';
import { type Claimed, type Letter, writeLetter } from './letter.ts';

/** What became of one attempt to send. `refused` is for good; `away` means there is no server to talk to now. */
export type Outcome =
  | { result: 'sent'; message: object | null }
  | { result: 'refused' | 'later' | 'away'; error: string };

/** Whoever carries letters; never throws for what a mail server says. */
export type Post = { deliver(letter: Letter): Promise<Outcome> };

/** At once, then growing to every four hours: more than four days in all. */
const RETRY_MINUTES = [1, 5, 15, 30, 60, 120, ...Array.from({ length: 26 }, () => 240)];
export const MAX_ATTEMPTS = RETRY_MINUTES.length + 1;

/** Longer than an attempt may take, so that a delivery is claimed again only after its sender has died. */
const LEASE_SECONDS = 60;

export type Delivered = Record<Outcome['result'] | 'cancelled' | 'failed', number>;

/**
 * Sends what is due, one at a time: then a process that is killed leaves at most one mail of which nobody knows
 * whether it arrived. A delivery is claimed by the database's clock with a lease; a process that
 * dies while sending leaves it to be sent again, under the same Message-ID. Stops early when no server answers.
 */
export async function deliverDue(
  ctx: Context,
  post: Post,
  { goOn = () => true }: { goOn?: () => boolean } = {},
): Promise<Delivered> {
  const counts: Delivered = { sent: 0, refused: 0, later: 0, away: 0, cancelled: 0, failed: 0 };
  while (goOn()) {
    const row = await claim(ctx);
    if (!row) break;
    const result = await deliver(ctx, post, row);
    counts[result] += 1;
    if (result === 'away') break;
  }
  return counts;
}

const CLAIM = `
  with due as (
    select id from deliveries
    where state in ('pending', 'sending') and channel = 'mail' and next_attempt_at <= now()
    order by next_attempt_at, id limit 1 for update skip locked
  ), claimed as (
    update deliveries d set state = 'sending', attempts = d.attempts + 1, updated_at = now(),
           next_attempt_at = now() + ? * interval '1 second'
    from due where d.id = due.id returning d.*)
  select d.id, d.template, d.secret, d.message_id as "messageId", d.attempts, d.recipient_id as "recipientId",
         d.event_id as "eventId", e.type as "eventType", e.object_type as "objectType", e.object_id as "objectId", e.object_label as "objectLabel",
         e.occurred_at as "occurredAt", e.comment_id as "commentId", e.changes, t.number as "ticketNumber",
         case when a.id is not null then coalesce(nullif(trim(a.first_name || ' ' || a.last_name), ''), '–') end as "actorName",
         u.email, u.first_name as "firstName", u.last_name as "lastName", u.status, u.locale, u.time_zone as "timeZone"
  from claimed d join events e on e.id = d.event_id join users u on u.id = d.recipient_id
  left join users a on a.id = e.actor_id left join tickets t on t.id = e.ticket_id`;

async function claim(ctx: Context): Promise<Claimed | undefined> {
  return ctx.transaction(async tx => {
    const { rows } = await tx.db.raw<{ rows: (Claimed & { messageId: string | null })[] }>(CLAIM, [
      LEASE_SECONDS,
    ]);
    const [row] = rows;
    if (!row || row.messageId) return row as Claimed | undefined;
    const own = messageId(tx, row.id);
    await tx.db('deliveries').where({ id: row.id }).update({ message_id: own });
    return { ...row, messageId: own };
  });
}

async function deliver(ctx: Context, post: Post, row: Claimed): Promise<keyof Delivered> {
  // Each of its turns ended with a killed process: one more would end as they did.
  if (row.attempts > MAX_ATTEMPTS) {
    await close(ctx, row, { state: 'failed', last_error: 'No attempt came to an end' });
    return 'failed';
  }
  const outcome = await attempt(ctx, post, row);
  if ('cancelled' in outcome) {
    await close(ctx, row, { state: 'cancelled', secret: null, last_error: outcome.cancelled });
    return 'cancelled';
  }
  if (outcome.result === 'sent') {
    const message = outcome.message ? JSON.stringify(outcome.message) : null;
    await close(ctx, row, {
      state: 'sent',
      secret: null,
      last_error: null,
      sent_at: ctx.db.fn.now(),
      message,
    });
    return 'sent';
  }
  const minutes = outcome.result === 'refused' ? undefined : RETRY_MINUTES[row.attempts - 1];
  const last_error = outcome.error.slice(0, 500);
  if (minutes === undefined) {
    ctx.log.error(
      { deliveryId: row.id, template: row.template, err: last_error },
      'a mail could not be sent',
    );
    await close(ctx, row, { state: 'failed', last_error });
    return outcome.result === 'refused' ? 'refused' : 'failed';
  }
  const next = ctx.db.raw("now() + ? * interval '1 minute' * (0.9 + 0.2 * random())", [minutes]);
  await close(ctx, row, { state: 'pending', last_error, next_attempt_at: next });
  return outcome.result;
}

type Attempted = Outcome | { cancelled: string };

/** A fault of ours (a template, a key) is tried again too: a corrected program sends the mail after all. */
async function attempt(ctx: Context, post: Post, row: Claimed): Promise<Attempted> {
  try {
    const letter = await writeLetter(ctx, row);
    return 'cancelled' in letter ? letter : await post.deliver(letter);
  } catch (error) {
    ctx.log.error({ deliveryId: row.id, err: (error as Error).message }, 'a mail could not be written');
    return { result: 'later', error: (error as Error).message };
  }
}

/** Only while the claim is still ours: after a lease that ran out somebody else may be at it. */
async function close(ctx: Context, row: Claimed, columns: Record<string, unknown>) {
  await ctx
    .db('deliveries')
    .where({ id: row.id, state: 'sending', attempts: row.attempts })
    .update({ ...columns, updated_at: ctx.db.fn.now() });
}
