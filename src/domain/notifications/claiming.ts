import type { Context } from '../context.ts';
import { messageId } from '../mail/keys.ts';
import type { Claimed } from './letter.ts';
import type { Traffic } from './traffic.ts';

/** Longer than an attempt may take, so that a delivery is claimed again only after its sender has died. */
const LEASE_SECONDS = 60;

const CLAIM = `
  with due as (
    select d.id, lower(substring(u.email from '[^@]*$')) as domain
    from deliveries d join users u on u.id = d.recipient_id
    where d.state in ('pending', 'sending') and d.channel = 'mail' and d.next_attempt_at <= now()
      and d.recipient_id <> all(?::bigint[])
      and coalesce(lower(substring(u.email from '[^@]*$')), '') <> all(?::text[])
    order by d.next_attempt_at, d.id limit 1 for update of d skip locked
  ), claimed as (
    update deliveries d set state = 'sending', attempts = d.attempts + 1, domain = due.domain, updated_at = now(),
           next_attempt_at = now() + ? * interval '1 second'
    from due where d.id = due.id returning d.*)
  select d.id, d.template, d.secret, d.message_id as "messageId", d.attempts, d.recipient_id as "recipientId",
         coalesce(d.domain, '') as domain, b.undeliverable_since as "undeliverableSince", b.last_reason as "lastBounce",
         d.event_id as "eventId", e.type as "eventType", e.object_type as "objectType", e.object_id as "objectId", e.object_label as "objectLabel",
         e.occurred_at as "occurredAt", e.comment_id as "commentId", e.changes, t.number as "ticketNumber",
         case when a.id is not null then coalesce(nullif(trim(a.first_name || ' ' || a.last_name), ''), '–') end as "actorName",
         u.password_hash is null and u.source in ('mail', 'import') as "isContact", u.email, u.first_name as "firstName", u.last_name as "lastName", u.status, u.locale, u.time_zone as "timeZone"
  from claimed d join events e on e.id = d.event_id join users u on u.id = d.recipient_id
  left join users a on a.id = e.actor_id left join tickets t on t.id = e.ticket_id
  left join mail_addresses b on b.address = lower(u.email)`;

/** The next mail that may set out, held for this process; `closed` are the domains and people that have to wait. */
export async function claim(ctx: Context, closed: Traffic['closed']): Promise<Claimed | undefined> {
  return ctx.transaction(async tx => {
    const { rows } = await tx.db.raw<{ rows: (Claimed & { messageId: string | null })[] }>(CLAIM, [
      ...[closed.people, closed.domains, LEASE_SECONDS],
    ]);
    const [row] = rows;
    if (!row || row.messageId) return row as Claimed | undefined;
    const own = messageId(tx, row.id);
    await tx.db('deliveries').where({ id: row.id }).update({ message_id: own });
    return { ...row, messageId: own };
  });
}

/** Only while the claim is still ours: after a lease that ran out somebody else may be at it. */
export async function close(ctx: Context, row: Claimed, columns: Record<string, unknown>): Promise<boolean> {
  const changed = await ctx
    .db('deliveries')
    .where({ id: row.id, state: 'sending', attempts: row.attempts })
    .update({ ...columns, updated_at: ctx.db.fn.now() });
  return changed > 0;
}
