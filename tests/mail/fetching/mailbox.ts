import type { Context } from '../../../src/domain/context.ts';
import { createMailbox, type MailboxInput } from '../../../src/domain/mail/mailboxes.ts';
import { MAIL_PASSWORD } from '../../support/dovecot.ts';

/** A mailbox as the form describes one. */
export const mailboxInput = (over: Partial<MailboxInput> = {}): MailboxInput => ({
  name: 'IT support',
  address: 'support@company.example',
  aliases: [],
  kind: 'imap',
  teamId: null,
  categoryId: null,
  isActive: true,
  unknownSenders: 'ticket',
  ccWatch: false,
  plusAddressing: true,
  host: '127.0.0.1',
  port: 993,
  security: 'none',
  username: 'support',
  auth: 'password',
  clientId: null,
  tenant: null,
  folder: 'INBOX',
  afterTaking: 'flag',
  takenFolder: 'Archive',
  secret: MAIL_PASSWORD,
  clientSecret: '',
  ...over,
});

let made = 0;
/** One whose user nobody else has, as is its address. */
export async function makeMailbox(ctx: Context, over: Partial<MailboxInput> = {}) {
  made += 1;
  const username = over.username ?? `box${made}`;
  const input = mailboxInput({ address: `${username}@company.example`, username, ...over });
  return { ...(await createMailbox(ctx, input)), username };
}

export const mailWith = (subject: string, body = 'Words', headers = '') =>
  [
    'From: Ana Petrovic <ana.petrovic@company.example>',
    'To: support@company.example',
    `Subject: ${subject}`,
    'Date: Mon, 02 Mar 2026 09:00:00 +0000',
    `Message-ID: <${subject.replace(/\W+/g, '-')}@company.example>`,
    ...(headers ? [headers] : []),
    '',
    body,
    '',
  ].join('\r\n');
