import type { PushOutcome, PushSender, PushTarget } from '../../platform/web-push.ts';
import { actingAs, type Context } from '../context.ts';
import { loadSignedIn } from '../identity/person.ts';
import { visibleTickets } from '../tickets/finding.ts';
import { isPushService } from './push-hosts.ts';
import { pushSender } from './push-subscriptions.ts';
import type { NotificationKind } from './recipients.ts';

/** All that leaves the house: which ticket, and what kind of news. No name, no subject, no word of a message. */
export type PushNotice = { number: number; kind: NotificationKind; locale: string };

/** Whoever speaks to push services; never throws for what they answer. */
export type PushCarrier = {
  carry(target: PushTarget, notice: PushNotice, sender: PushSender): Promise<PushOutcome>;
};

/** A message that is hours old is no news any more: the page has it. */
const RETRY_MINUTES = [1, 5, 15, 60];
const LEASE_SECONDS = 150;

type Claimed = {
  id: number;
  attempts: number;
  recipientId: number;
  eventId: number;
  ticketId: number;
  kind: NotificationKind;
  internal: boolean;
  done: number[] | null;
};

const CLAIM = `
  with due as (
    select id from deliveries
    where state in ('pending', 'sending') and channel = 'push' and next_attempt_at <= now()
    order by next_attempt_at, id limit 1 for update skip locked
  ), claimed as (
    update deliveries d set state = 'sending', attempts = d.attempts + 1, updated_at = now(),
           next_attempt_at = now() + ? * interval '1 second'
    from due where d.id = due.id returning d.*)
  select d.id, d.attempts, d.recipient_id as "recipientId", d.event_id as "eventId", e.ticket_id as "ticketId",
         d.template as kind, e.internal, d.message -> 'done' as done
  from claimed d join events e on e.id = d.event_id`;

/** Tells the browsers of people, one delivery at a time, each claimed with a lease like a mail. Returns how many it told. */
export async function deliverPushes(
  ctx: Context,
  carrier: PushCarrier,
  { goOn = () => true }: { goOn?: () => boolean } = {},
): Promise<number> {
  let told = 0;
  while (goOn()) {
    const { rows } = await ctx.db.raw<{ rows: Claimed[] }>(CLAIM, [LEASE_SECONDS]);
    const [row] = rows;
    if (!row) break;
    if (await deliver(ctx, carrier, row)) told += 1;
  }
  return told;
}

async function deliver(ctx: Context, carrier: PushCarrier, row: Claimed): Promise<boolean> {
  // Each of its turns ended with a killed process or a fault of ours: one more would end as they did.
  if (row.attempts > RETRY_MINUTES.length + 1) {
    await close(ctx, row, { state: 'cancelled', last_error: 'No attempt came to an end' });
    return false;
  }
  const notice = await noticeFor(ctx, row);
  if ('cancelled' in notice) {
    await close(ctx, row, { state: 'cancelled', last_error: notice.cancelled });
    return false;
  }
  const browsers = await browsersOf(ctx, row);
  const done = [...(row.done ?? [])];
  let later = false;
  for (const { id, sealed } of browsers.filter(each => !done.includes(each.id))) {
    const outcome = await tell(ctx, carrier, sealed, notice);
    if (outcome === 'gone') await ctx.db('push_subscriptions').where({ id, sealed }).delete();
    if (outcome === 'later') later = true;
    else done.push(id);
    if (outcome === 'sent')
      await ctx.db('push_subscriptions').where({ id }).update({ used_at: ctx.db.fn.now() });
  }
  const minutes = later ? RETRY_MINUTES[row.attempts - 1] : undefined;
  const message = JSON.stringify({ done });
  if (minutes !== undefined) {
    const next = ctx.db.raw("now() + ? * interval '1 minute'", [minutes]);
    await close(ctx, row, { state: 'pending', message, next_attempt_at: next, last_error: 'No answer' });
  } else if (later) await close(ctx, row, { state: 'cancelled', message, last_error: 'No answer in time' });
  else await close(ctx, row, { state: 'sent', message, last_error: null, sent_at: ctx.db.fn.now() });
  return !later;
}

const browsersOf = (ctx: Context, { recipientId }: Claimed): Promise<{ id: number; sealed: string }[]> =>
  ctx.db('push_subscriptions').where({ user_id: recipientId }).orderBy('id').select('id', 'sealed');

/** A fault of ours (a key that is not configured any more) counts as no answer. */
async function tell(
  ctx: Context,
  carrier: PushCarrier,
  sealed: string,
  notice: PushNotice,
): Promise<PushOutcome> {
  try {
    const target = JSON.parse(ctx.world.decrypt(sealed)) as PushTarget;
    if (!isPushService(target.endpoint)) return 'gone';
    return await carrier.carry(target, notice, await pushSender(ctx));
  } catch (error) {
    ctx.log.error({ err: (error as Error).message }, 'a push message could not be written');
    return 'later';
  }
}

/** Rights are asked again at this moment; whoever has read it on the page need not hear of it. */
async function noticeFor(ctx: Context, row: Claimed): Promise<PushNotice | { cancelled: string }> {
  const signedIn = await loadSignedIn(ctx.db, row.recipientId);
  if (!signedIn) return { cancelled: 'The account is not active' };
  const scope = visibleTickets(actingAs(ctx, signedIn.person));
  const forDesk = row.internal || ['note', 'mention', 'new', 'assigned'].includes(row.kind);
  const [ticket] = await scope.read<{ number: number; isRead: boolean }>(
    ctx.db,
    `select t.number, exists (select 1 from notifications n where n.user_id = :reader and n.event_id = :event
                                and n.read_at is not null) as "isRead"
     from tickets t where t.id = :ticket and t.spam_at is null and ${scope.visible} and (${scope.works} or not :desk::boolean)`,
    { ticket: row.ticketId, event: row.eventId, reader: row.recipientId, desk: forDesk },
  );
  if (!ticket) return { cancelled: 'The person may not see it any more' };
  if (ticket.isRead) return { cancelled: 'It was read on the page' };
  return { number: ticket.number, kind: row.kind, locale: signedIn.person.locale ?? ctx.settings.locale };
}

/** Only while the claim is still ours. */
async function close(ctx: Context, row: Claimed, columns: Record<string, unknown>) {
  await ctx
    .db('deliveries')
    .where({ id: row.id, state: 'sending', attempts: row.attempts })
    .update({ ...columns, updated_at: ctx.db.fn.now() });
}
