import type { Knex } from 'knex';
import type { Made } from '../../support/factories.ts';

type Incoming = {
  at?: Date;
  fate: string;
  rule?: string;
  subject?: string | null;
  from?: string | null;
  ticket?: Made;
  commentId?: number;
  raw?: string;
  more?: object;
};

/** A mail that came in, as the log has it, with its source. Named `in` and its id. */
export async function incoming(
  db: Knex,
  { at, fate, rule, subject, from, ticket, commentId, raw, more }: Incoming,
) {
  const source = Buffer.from(raw ?? `From: ${from}\r\nSubject: ${subject}\r\n\r\nWords.\r\n`);
  const [row] = await db('inbound_mails')
    .insert({
      source: 'smtp',
      size: source.length,
      sha256: 'x',
      received_at: at ?? new Date(),
      handled_at: at ?? new Date(),
      fate,
      rule: rule ?? null,
      subject: subject ?? null,
      from_address: from ?? null,
      ticket_id: ticket?.id ?? null,
      comment_id: commentId ?? null,
      ...more,
    })
    .returning<Made[]>('id');
  await db('inbound_sources').insert({ mail_id: row!.id, raw: source });
  return `in${row!.id}`;
}

type Outgoing = { at?: Date; commentId?: number; to: Made; columns?: object };

/** A mail that goes out: of the event of that comment, else of one about an account. Named `out` and its id. */
export async function outgoing(db: Knex, { at, commentId, to, columns }: Outgoing) {
  const known =
    commentId && (await db('events').where({ comment_id: commentId }).orderBy('id').first<Made>('id'));
  const [event] = known
    ? [known]
    : await db('events')
        .insert({ type: 'user.changed', object_type: 'user', object_id: to.id })
        .returning<Made[]>('id');
  await db('deliveries').where({ event_id: event!.id, recipient_id: to.id, channel: 'mail' }).delete();
  const [row] = await db('deliveries')
    .insert({
      event_id: event!.id,
      recipient_id: to.id,
      channel: 'mail',
      template: commentId ? 'ticket-reply' : 'account-approved',
      created_at: at ?? new Date(),
      ...columns,
    })
    .returning<Made[]>('id');
  return `out${row!.id}`;
}
