import type { Tx } from '../context.ts';
import { recordEvent } from '../events/recording.ts';
import { oneLine, plainText } from './cleaning.ts';
import { readMessageId } from './keys.ts';
import type { Bounced, Report } from './message.ts';

/** What became of a mail of ours after a server had taken it, or why none took it. Kept with the delivery. */
export type Bounce = Pick<Bounced, 'kind' | 'status' | 'reason' | 'diagnostic'> & {
  address: string;
  /** The mail that brought the report. */
  mailId?: number;
  /** Anybody may have written it: it carries no key of ours. */
  isUnproven?: true;
};

export type Applied = { deliveryId: number; ticketId: number | null };

type Delivery = {
  id: number;
  recipientId: number;
  ticketId: number | null;
  ticketNumber: number | null;
  template: string;
  name: string;
  email: string | null;
};

const DELIVERY = `
  select d.id, d.recipient_id as "recipientId", e.ticket_id as "ticketId", t.number as "ticketNumber", d.template,
         coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.email, '–') as name, u.email
  from deliveries d join events e on e.id = d.event_id join users u on u.id = d.recipient_id
  left join tickets t on t.id = e.ticket_id`;

const MAX_RECIPIENTS = 20;
const HARD_LIMIT = 3;

/**
 * Applies what a mail server reports: each mail of ours once, however often it is told. A report that carries our keyed
 * Message-ID is about that mail and counts; one without it anybody can write, so it is shown and never closes an address.
 */
export async function applyReport(
  tx: Tx,
  report: Report,
  { id: mailId }: { id: number },
): Promise<Applied[]> {
  const key = report.originalId ? readMessageId(tx, report.originalId) : null;
  const applied: Applied[] = [];
  for (const recipient of report.recipients.slice(0, MAX_RECIPIENTS).map(cleaned)) {
    const proven = key && 'deliveryId' in key ? await byId(tx, key.deliveryId) : undefined;
    const delivery = proven ?? (await byAddress(tx, recipient.address));
    if (!delivery) continue;
    if (!applied.some(({ deliveryId }) => deliveryId === delivery.id))
      applied.push({ deliveryId: delivery.id, ticketId: delivery.ticketId });
    if (!isFinal(recipient)) continue;
    const { kind, status, reason, diagnostic } = recipient;
    const address = (proven ? delivery.email : null) ?? recipient.address;
    const bounce: Bounce = { kind, status, reason, diagnostic, address, mailId };
    if (!proven) bounce.isUnproven = true;
    if (await keep(tx, delivery.id, bounce)) await tell(tx, delivery, bounce);
  }
  return applied;
}

/** A server said no while we were still talking to it, or nobody took the mail for days. Called by the sender. */
export async function recordRefusal(tx: Tx, deliveryId: number, bounce: Bounce | null, error: string) {
  const delivery = await byId(tx, deliveryId);
  if (!delivery) return;
  if (bounce && (await keep(tx, deliveryId, bounce))) return tell(tx, delivery, bounce);
  return recordUndelivered(tx, delivery, {
    address: delivery.email ?? '',
    diagnostic: error,
    kind: 'soft',
    ...{ status: null, reason: bounce ? bounce.reason : 'refused' },
  });
}

/** As a strange server wrote it: only what the database and pages can hold. */
const cleaned = (recipient: Bounced): Bounced => ({
  ...recipient,
  address: oneLine(recipient.address, 320),
  status: recipient.status && oneLine(recipient.status, 20),
  reason: oneLine(recipient.reason, 100),
  diagnostic: plainText(recipient.diagnostic.slice(0, 1_000)),
});

const isFinal = ({ kind }: Bounced) => kind === 'hard' || kind === 'soft';

async function byId(tx: Tx, id: number): Promise<Delivery | undefined> {
  const { rows } = await tx.db.raw<{ rows: Delivery[] }>(
    `${DELIVERY} where d.id = ? and d.channel = 'mail'`,
    [id],
  );
  return rows[0];
}

/** The last mail to the address in three days, none of which came back already. */
async function byAddress(tx: Tx, address: string): Promise<Delivery | undefined> {
  const { rows } = await tx.db.raw<{ rows: Delivery[] }>(
    `${DELIVERY} where lower(u.email) = lower(?) and d.channel = 'mail' and d.state = 'sent'
       and d.sent_at > now() - interval '3 days' order by d.id desc limit 1`,
    [address],
  );
  return rows[0];
}

/** False when it was told before. One that is proven counts although somebody without a key told it first. */
async function keep(tx: Tx, deliveryId: number, bounce: Bounce): Promise<boolean> {
  const changed = await tx
    .db('deliveries')
    .where({ id: deliveryId })
    .whereRaw(`(bounced_at is null or (bounce ->> 'isUnproven' = 'true' and ?))`, [!bounce.isUnproven])
    .update({ bounced_at: tx.db.fn.now(), bounce: JSON.stringify(bounce), updated_at: tx.db.fn.now() });
  return changed > 0;
}

async function tell(tx: Tx, delivery: Delivery, bounce: Bounce) {
  await recordUndelivered(tx, delivery, bounce);
  if (!bounce.isUnproven && bounce.kind === 'hard') await countHardBounce(tx, delivery, bounce);
}

const recordUndelivered = (
  tx: Tx,
  delivery: Delivery,
  { address, kind, status, reason, diagnostic }: Bounce,
) =>
  recordEvent(
    tx,
    'mail.undelivered',
    delivery.ticketId
      ? {
          objectType: 'ticket',
          objectId: delivery.ticketId,
          label: `#${delivery.ticketNumber}`,
          ticketId: delivery.ticketId,
        }
      : { objectType: 'user', objectId: delivery.recipientId, label: delivery.name },
    {
      internal: true,
      silent: true,
      data: { name: delivery.name, address, kind, status, reason, diagnostic, deliveryId: delivery.id },
    },
  );

/** Those of the last thirty days, and since somebody said that the address works again. */
const COUNT = `
  select count(*)::int as n from deliveries d
  where d.recipient_id = ? and d.channel = 'mail' and d.bounce ->> 'kind' = 'hard'
    and d.bounce ->> 'isUnproven' is null and lower(d.bounce ->> 'address') = ? and d.bounced_at > now() - interval '30 days'
    and d.bounced_at > coalesce((select cleared_at from mail_addresses where address = ?), '-infinity')`;

async function countHardBounce(tx: Tx, delivery: Delivery, { address, status, reason, diagnostic }: Bounce) {
  const key = address.toLowerCase();
  const { rows } = await tx.db.raw<{ rows: { n: number }[] }>(COUNT, [delivery.recipientId, key, key]);
  const n = rows[0]?.n ?? 1;
  const { rows: marked } = await tx.db.raw<{ rows: { isNew: boolean }[] }>(
    `insert into mail_addresses as a (address, hard_bounces, last_bounce_at, last_status, last_reason, undeliverable_since)
     values (?, ?, now(), ?, ?, case when ?::boolean then now() end)
     on conflict (address) do update set hard_bounces = excluded.hard_bounces, last_bounce_at = now(),
       last_status = excluded.last_status, last_reason = excluded.last_reason,
       undeliverable_since = coalesce(a.undeliverable_since, excluded.undeliverable_since)
     returning undeliverable_since = now() as "isNew"`,
    [key, n, status, `${reason}: ${diagnostic}`.slice(0, 500), n >= HARD_LIMIT],
  );
  if (!marked[0]?.isNew) return;
  tx.log.warn({ recipientId: delivery.recipientId }, 'an address takes no mail and gets none any more');
  const subject = { objectType: 'user' as const, objectId: delivery.recipientId, label: delivery.name };
  await recordEvent(tx, 'user.address-closed', subject, {
    silent: true,
    data: { address: key, status, reason },
  });
}
