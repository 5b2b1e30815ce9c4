import { createHash } from 'node:crypto';
import type { Tx } from '../src/domain/context.ts';
import { messageId } from '../src/domain/mail/keys.ts';
import { type CastKey, cast } from './cast.ts';
import type { Company } from './company.ts';
import { addressIn, bounceText, type DemoLetter, letter, sofieAnswers } from './mail-letters.ts';

const SUPPORT = 'support@halden.example';
const HOUR = 3_600_000;

/** Mails in and out with every kind of fate, beside the conversations they belong to. */
export async function seedMails(tx: Tx, company: Company): Promise<void> {
  const mailboxId = await mailbox(tx, company);
  await sendMails(tx, company);
  await receiveMails(tx, company, mailboxId);
}

async function mailbox(tx: Tx, { teams }: Company): Promise<number> {
  const known = await tx.db('mailboxes').where({ address: SUPPORT }).first<{ id: number } | undefined>('id');
  if (known) return known.id;
  const [row] = await tx
    .db('mailboxes')
    .insert({
      name: 'IT support',
      address: SUPPORT,
      kind: 'push',
      team_id: teams.it,
      unknown_senders: 'park',
    })
    .returning<{ id: number }[]>('id');
  return row!.id;
}

type Said = { commentId: number; ticketId: number; at: Date };

/** The last message of somebody on the ticket of that subject. */
async function said(tx: Tx, { people }: Company, subject: string, by: CastKey): Promise<Said> {
  const row = await tx
    .db('comments as c')
    .join('tickets as t', 't.id', 'c.ticket_id')
    .where({ 't.subject': subject, 'c.author_id': people[by], 'c.kind': 'reply' })
    .orderBy('c.id', 'desc')
    .first<Said | undefined>({ commentId: 'c.id', ticketId: 'c.ticket_id', at: 'c.created_at' });
  if (!row) throw new Error(`${by} said nothing on “${subject}”`);
  return row;
}

type Incoming = {
  mail: DemoLetter;
  fate: string;
  rule: string;
  said?: Said;
  by?: CastKey;
  detail?: object;
  last_error?: string;
  more?: object;
};

async function receiveMails(tx: Tx, company: Company, mailboxId: number) {
  const ago = (hours: number) => new Date(tx.now().getTime() - hours * HOUR);
  const from = (by: CastKey) => `${cast[by].firstName} ${cast[by].lastName} <${cast[by].email}>`;
  const sofie = await said(tx, company, 'VPN drops every 20 minutes on home Wi-Fi', 'sofie');
  const rui = await said(tx, company, 'Dispatch mailbox not syncing in Outlook', 'rui');
  const support = { to: `IT support <${SUPPORT}>` };
  const ruiWrites = letter({
    ...support,
    from: from('rui'),
    subject: 'Dispatch mailbox not syncing in Outlook',
    id: '<7c1f0e2a@halden.example>',
    at: rui.at,
    text: 'The shared mailbox stops at 07:12. New messages are there in the browser but not in Outlook. Three of us see the same.',
  });
  const bounced = await tx
    .db('deliveries')
    .whereNotNull('bounced_at')
    .first<{ event_id: number } | undefined>('event_id');
  const aboutTicket =
    bounced && (await tx.db('events').where({ id: bounced.event_id }).first('ticket_id'))?.ticket_id;
  const mails: Incoming[] = [
    {
      mail: letter({
        ...support,
        from: from('stefan'),
        subject: 'My account',
        id: '<1d77@halden.example>',
        at: ago(50),
        text: 'Please open my account again.',
      }),
      fate: 'refused',
      rule: 'suspended',
      by: 'stefan',
    },
    {
      mail: letter({
        ...support,
        from: from('lukas'),
        subject: 'Automatic reply: Shared drive “Contracts” asks for a password',
        id: '<ooo-20931@halden.example>',
        at: ago(26),
        more: ['Auto-Submitted: auto-replied', 'X-Auto-Response-Suppress: All'],
        text: 'I am out of the office until Monday. For urgent contracts please ask Ingrid.',
      }),
      fate: 'ignored',
      rule: 'auto-reply',
      by: 'lukas',
      detail: { because: 'Auto-Submitted: auto-replied' },
    },
    {
      mail: letter({
        from: from('sofie'),
        to: SUPPORT,
        subject: 'Re: VPN drops every 20 minutes on home Wi-Fi',
        id: '<a9b2c4@halden.example>',
        at: sofie.at,
        text: sofieAnswers.text,
        html: sofieAnswers.html,
      }),
      fate: 'appended',
      rule: 'reply-address',
      said: sofie,
      by: 'sofie',
      detail: { dmarc: 'pass' },
    },
    {
      mail: letter({
        ...support,
        from: 'Mail Delivery System <mailer-daemon@mx.halden.example>',
        subject: 'Undelivered Mail Returned to Sender',
        id: '<dsn-5512@mx.halden.example>',
        at: ago(9),
        more: ['Auto-Submitted: auto-replied'],
        text: bounceText,
      }),
      fate: 'bounce',
      rule: 'bounce-report',
      ...(aboutTicket && { more: { ticket_id: aboutTicket } }),
    },
    {
      mail: letter({
        ...support,
        from: 'Noord Transport Planung <planung@noord-transport.example>',
        subject: 'Lieferschein 88213 fehlt',
        id: '<88213@noord-transport.example>',
        at: ago(5),
        text: 'Guten Tag,\r\n\r\nzu Ihrer Sendung 88213 fehlt uns der Lieferschein. Können Sie ihn noch einmal schicken?\r\n\r\nMit freundlichen Grüßen\r\nBirgit Thomsen',
      }),
      fate: 'parked',
      rule: 'unknown-sender',
    },
    { mail: ruiWrites, fate: 'ticket', rule: 'new-ticket', said: rui, by: 'rui' },
    {
      mail: { ...ruiWrites, at: new Date(rui.at.getTime() + 60_000) },
      fate: 'duplicate',
      rule: 'duplicate',
    },
    {
      mail: {
        ...letter({
          ...support,
          from: 'Scan <scanner-hall-b@halden.example>',
          subject: 'Scan 2026-11-20 0412',
          id: '<scan-0412@halden.example>',
          at: ago(1),
          more: ['Content-Type: multipart/mixed; boundary="b0"'],
          text: 'JVBERi0xLjQKJeLjz9MK',
        }),
      },
      fate: 'quarantined',
      rule: 'unreadable',
      last_error: 'Reading took more than 5 seconds.',
      more: { attempts: 5 },
    },
  ];
  mails.sort((a, b) => a.mail.at.getTime() - b.mail.at.getTime());
  const seen = new Map<string, number>();
  for (const one of mails)
    seen.set(one.mail.raw, await receive(tx, company, mailboxId, one, seen.get(one.mail.raw)));
  await tx.db('comment_mails').insert([
    {
      comment_id: sofie.commentId,
      mail_id: seen.get(mails.find(each => each.said === sofie)!.mail.raw),
      html: sofieAnswers.newHtml,
      quoted_text: sofieAnswers.quoted,
      has_remote_images: true,
    },
    { comment_id: rui.commentId, mail_id: seen.get(ruiWrites.raw) },
  ]);
  const ids = [sofie.commentId, rui.commentId];
  await tx.db('comments').whereIn('id', ids).update({ source: 'email' });
  await tx.db('tickets').where({ id: rui.ticketId }).update({ source: 'email' });
}

async function receive(
  tx: Tx,
  { people }: Company,
  mailboxId: number,
  { mail, fate, rule, said, by, detail = {}, last_error, more = {} }: Incoming,
  first: number | undefined,
): Promise<number> {
  const raw = Buffer.from(mail.raw);
  const sha256 = createHash('sha256').update(raw).digest('hex');
  const [row] = await tx
    .db('inbound_mails')
    .insert({
      mailbox_id: mailboxId,
      source: 'smtp',
      received_at: mail.at,
      handled_at: mail.at,
      size: raw.length,
      sha256,
      same_as: first ? null : sha256,
      duplicate_of: first ?? null,
      envelope_from: addressIn(mail.from),
      envelope_to: [SUPPORT],
      message_id: mail.id,
      from_address: addressIn(mail.from),
      from_name: mail.from.replace(/\s*<.*$/, ''),
      subject: mail.subject,
      fate,
      rule,
      detail: JSON.stringify(detail),
      ticket_id: said?.ticketId ?? null,
      comment_id: said?.commentId ?? null,
      person_id: by ? people[by] : null,
      last_error: last_error ?? null,
      attempts: 1,
      ...more,
    })
    .returning<{ id: number }[]>('id');
  await tx.db('inbound_sources').insert({ mail_id: row!.id, raw });
  return first ?? row!.id;
}

type Outgoing = { subject: string; by: CastKey; to: CastKey; template: string };

async function sendMails(tx: Tx, company: Company) {
  const sent = (at: Date) => ({ state: 'sent', attempts: 1, sent_at: new Date(at.getTime() + 4_000) });
  const out: [Outgoing, (at: Date) => object][] = [
    [
      {
        subject: 'VPN drops every 20 minutes on home Wi-Fi',
        by: 'marek',
        to: 'sofie',
        template: 'ticket-reply',
      },
      sent,
    ],
    [
      {
        subject: 'Shared drive “Contracts” asks for a password',
        by: 'marek',
        to: 'lukas',
        template: 'ticket-reply',
      },
      sent,
    ],
    [
      { subject: 'Slow VPN in the evening', by: 'priya', to: 'hana', template: 'ticket-reply' },
      () => ({
        state: 'cancelled',
        attempts: 1,
        last_error: 'The status is what it was before',
      }),
    ],
    [
      {
        subject: 'Scanner 4-09 does not charge in any cradle',
        by: 'leila',
        to: 'leila',
        template: 'ticket-received',
      },
      at => ({
        ...sent(at),
        bounced_at: new Date(at.getTime() + 40_000),
        bounce: JSON.stringify({
          kind: 'soft',
          status: '5.2.2',
          reason: 'mailboxfull',
          diagnostic: '552 5.2.2 The mailbox is full',
          address: cast.leila.email,
        }),
      }),
    ],
    [
      { subject: 'Headset microphone is very quiet', by: 'emre', to: 'emre', template: 'ticket-received' },
      () => ({
        state: 'failed',
        attempts: 1,
        last_error: '550 5.7.1 The message was rejected by the policy of the recipient',
      }),
    ],
  ];
  for (const [mail, columns] of out) await send(tx, company, mail, columns);
}

async function send(tx: Tx, company: Company, mail: Outgoing, columns: (at: Date) => object) {
  const { commentId, at } = await said(tx, company, mail.subject, mail.by);
  const event = await tx
    .db('events')
    .where({ comment_id: commentId })
    .orderBy('id')
    .first<{ id: number } | undefined>('id');
  if (!event) return;
  const [row] = await tx
    .db('deliveries')
    .insert({
      event_id: event.id,
      recipient_id: company.people[mail.to],
      channel: 'mail',
      template: mail.template,
      created_at: at,
      updated_at: at,
      next_attempt_at: at,
      ...columns(at),
    })
    .returning<{ id: number }[]>('id');
  await tx
    .db('deliveries')
    .where({ id: row!.id })
    .update({ message_id: messageId(tx, row!.id) });
}
