import { isAdmin } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { NotFound } from '../errors.ts';
import { type Scope, visibleTickets } from '../tickets/finding.ts';
import type { PersonName } from '../tickets/ticket.ts';
import { OUT_FATE } from './log.ts';
import type { OutFate } from './log-filtering.ts';
import type { Fate } from './message.ts';

/** What happened to a mail since it was there: who did what, when. */
export type MailStep = {
  type: string;
  at: Date;
  actor: PersonName | null;
  actorKind: 'person' | 'system' | 'anonymous';
  data: Record<string, unknown>;
};

type Common = {
  id: number;
  ticketNumber: number | null;
  ticketSubject: string | null;
  commentId: number | null;
  messageId: string | null;
  attempts: number;
  nextAttemptAt: Date;
  lastError: string | null;
  history: MailStep[];
};

export type IncomingMail = Common & {
  source: 'imap' | 'smtp' | 'api' | 'upload';
  receivedAt: Date;
  handledAt: Date | null;
  size: number;
  fate: Fate;
  rule: string | null;
  detail: Record<string, unknown>;
  fromName: string | null;
  fromAddress: string | null;
  envelopeFrom: string | null;
  envelopeTo: string[];
  subject: string | null;
  mailbox: { id: number; name: string; address: string } | null;
  person: PersonName | null;
  decidedBy: PersonName | null;
  duplicateOf: number | null;
  /** False once its content was removed for good. */
  hasSource: boolean;
};

export type OutgoingMail = Common & {
  template: string;
  fate: OutFate;
  /** As the program keeps it, below what the log calls it. */
  state: string;
  createdAt: Date;
  sentAt: Date | null;
  bouncedAt: Date | null;
  bounce: {
    status?: string | null;
    reason?: string | null;
    diagnostic?: string | null;
    kind?: string;
  } | null;
  recipient: PersonName & { email: string | null };
  eventType: string;
  /** Since when nothing is sent to the address, after hard bounces. */
  undeliverableSince: Date | null;
  undeliverableReason: string | null;
  /** Kept where no mail server is configured. Never of mails about accounts: their links let whoever has them in. */
  message: { from?: string; subject?: string; text?: string } | null;
};

const PERSON = (alias: string) =>
  `case when ${alias}.id is null then null else json_build_object('id', ${alias}.id, 'firstName', ${alias}.first_name, 'lastName', ${alias}.last_name) end`;

const HISTORY = (type: 'mail' | 'delivery', id: string) => `
  (select coalesce(json_agg(h), '[]') from (
     select h.type, h.occurred_at as at, h.actor_kind as "actorKind", h.data, ${PERSON('a')} as actor
     from events h left join users a on a.id = h.actor_id
     where h.object_type = '${type}' and h.object_id = ${id} order by h.id limit 100) as h) as history`;

/** A ticket's mail is of who works the ticket, whatever their role; of the rest the admins'. Anyone else finds none. */
const allowed = (scope: Scope, ticketId: string) =>
  `case when ${ticketId} is null then :admin::boolean else ${scope.works} end`;

const INCOMING = (scope: Scope) => `
  select m.id, m.source, m.received_at as "receivedAt", m.handled_at as "handledAt", m.size, m.fate, m.rule, m.detail,
         m.from_name as "fromName", m.from_address as "fromAddress", m.envelope_from as "envelopeFrom",
         m.envelope_to as "envelopeTo", m.subject, m.message_id as "messageId", m.attempts, m.next_attempt_at as "nextAttemptAt",
         m.last_error as "lastError", m.duplicate_of as "duplicateOf", m.comment_id as "commentId", t.number as "ticketNumber",
         t.subject as "ticketSubject", ${PERSON('p')} as person, ${PERSON('u')} as "decidedBy",
         case when b.id is not null then json_build_object('id', b.id, 'name', b.name, 'address', b.address) end as mailbox,
         exists (select 1 from inbound_sources s where s.mail_id = m.id and octet_length(s.raw) > 0) as "hasSource", ${HISTORY('mail', 'm.id')}
  from inbound_mails m left join tickets t on t.id = m.ticket_id left join mailboxes b on b.id = m.mailbox_id
  left join users p on p.id = m.person_id left join users u on u.id = m.decided_by
  where m.id = :id and ${allowed(scope, 'm.ticket_id')}`;

const OUTGOING = (scope: Scope) => `
  select d.id, d.template, ${OUT_FATE} as fate, d.state, d.created_at as "createdAt", d.sent_at as "sentAt", d.bounced_at as "bouncedAt",
         d.bounce, d.attempts, d.next_attempt_at as "nextAttemptAt", d.last_error as "lastError", d.message_id as "messageId",
         case when d.message is not null and e.ticket_id is not null then json_build_object('from', d.message -> 'from', 'subject', d.message -> 'subject',
              'text', d.message -> 'text') end as message,
         e.type as "eventType", e.comment_id as "commentId", t.number as "ticketNumber", t.subject as "ticketSubject",
         json_build_object('id', u.id, 'firstName', u.first_name, 'lastName', u.last_name, 'email', u.email) as recipient,
         a.undeliverable_since as "undeliverableSince", a.last_reason as "undeliverableReason", ${HISTORY('delivery', 'd.id')}
  from deliveries d join events e on e.id = d.event_id join users u on u.id = d.recipient_id
  left join tickets t on t.id = e.ticket_id left join mail_addresses a on a.address = lower(u.email)
  where d.id = :id and d.channel = 'mail' and ${allowed(scope, 'e.ticket_id')}`;

export const findIncoming = (ctx: Context, id: number) => find<IncomingMail>(ctx, INCOMING, id);
export const findOutgoing = (ctx: Context, id: number) => find<OutgoingMail>(ctx, OUTGOING, id);

async function find<Mail extends { history: MailStep[] }>(
  ctx: Context,
  sql: (scope: Scope) => string,
  id: number,
): Promise<Mail> {
  const scope = visibleTickets(ctx);
  const values = { id, admin: ctx.actor.kind === 'system' || isAdmin(ctx.actor) };
  const [mail] = id > 0 ? await scope.read<Mail>(ctx.db, sql(scope), values) : [];
  if (!mail) throw new NotFound('No such mail');
  return { ...mail, history: mail.history.map(step => ({ ...step, at: new Date(step.at) })) };
}

/** The mail as it came, byte by byte. */
export async function sourceOf(ctx: Context, id: number): Promise<Buffer> {
  await findIncoming(ctx, id);
  const row = await ctx
    .db('inbound_sources')
    .where({ mail_id: id })
    .first<{ raw: Buffer } | undefined>('raw');
  if (!row || row.raw.length === 0) throw new NotFound('Its content was removed');
  return row.raw;
}
