import type { Config } from '../config/config.ts';
import type { DigestLetter, Letter, TicketLetter } from '../domain/notifications/letter.ts';
import type { Outcome, Post } from '../domain/notifications/sending.ts';
import { paths } from '../paths.ts';
import { MailError } from '../platform/mail-failure.ts';
import type { Address, Mail, MailTransport } from '../platform/mail-transport.ts';
import type { Translator } from '../platform/translating.ts';
import type { Content } from './content.ts';
import { createPen, type Pen } from './formatting.ts';
import { renderMail } from './render-mail.ts';
import { comingContent, withWording } from './wording.ts';
import { accountContent } from './writers/account.ts';
import { digestContent } from './writers/digest.ts';
import { ticketContent } from './writers/ticket.ts';

type Parts = { config: Pick<Config, 'http' | 'mail'>; translator: Translator; transport: MailTransport };

/** Writes letters in the recipient's language and hands them to the transport, or keeps them for /dev/mail. */
export function createMailer({ config, translator, transport }: Parts): Post {
  return {
    async deliver(letter, beforeEnd): Promise<Outcome> {
      const mail = composeMail(letter, config, translator);
      if (transport.mode === 'mailbox') return { result: 'sent', message: kept(mail) };
      try {
        await transport.send(mail, { beforeEnd });
        return { result: 'sent', message: null };
      } catch (error) {
        if (error instanceof MailError)
          return { result: error.failure, error: error.message, status: error.status };
        throw error;
      }
    },
  };
}

export function composeMail(letter: Letter, { http, mail }: Parts['config'], translator: Translator): Mail {
  const t = translator.forLocale(letter.locale);
  const pen = createPen({ t, locale: letter.locale, timeZone: letter.timeZone, appUrl: http.appUrl });
  const isTicket = 'ticket' in letter;
  const content = withWording(contentOf(letter, pen), letter, pen);
  const { companyName } = letter.settings;
  const ticketNumber = isTicket ? letter.ticket.number : null;
  const from = sender(mail.from, t('{{company}} support', { company: companyName }));
  const host = new URL(http.appUrl).hostname;
  return {
    from,
    replyTo: isTicket && letter.answering.address ? { ...from, address: letter.answering.address } : from,
    // Whoever signs up types the name and the address: our mail must not carry their words to somebody else.
    to: { name: letter.template === 'verify-email' ? '' : oneLine(letter.to.name), address: letter.to.email },
    subject: oneLine(content.subject),
    ...renderMail(content, { companyName, locale: letter.locale, ticketNumber }, pen),
    messageId: letter.messageId,
    ...(isTicket ? threadOf(letter) : {}),
    headers: {
      // RFC 3834: a machine wrote it, so machines must not answer.
      'Auto-Submitted': 'auto-generated',
      // All of them but NDR: Exchange would keep to itself that a mail could not be delivered.
      'X-Auto-Response-Suppress': 'DR, RN, NRN, OOF, AutoReply',
      'List-Id': isTicket
        ? `<tickets.${host}>`
        : letter.template === 'digest'
          ? `<digests.${host}>`
          : `<accounts.${host}>`,
      ...(letter.template === 'digest' && unsubscribing(letter, pen)),
    },
  };
}

/** One click, no page (RFC 8058). Not for mails about one's own tickets or account, which have no list to leave. */
function unsubscribing({ unsubscribeToken }: DigestLetter, pen: Pen): Record<string, string> {
  if (!unsubscribeToken) return {};
  return {
    'List-Unsubscribe': `<${pen.url(paths.unsubscribe(unsubscribeToken))}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
}

function contentOf(letter: Letter, pen: Pen): Content {
  if ('ticket' in letter) return ticketContent(letter, pen);
  if (letter.template === 'coming') return comingContent(letter, pen);
  return letter.template === 'digest' ? digestContent(letter, pen) : accountContent(letter, pen);
}

/** The person's own mail, where there is one, comes last: that is where mail programs hang ours. */
function threadOf({ threadId, answering: { inReplyTo, references } }: TicketLetter) {
  const rest = references.filter(id => id !== inReplyTo);
  const last = inReplyTo ? [inReplyTo] : [];
  return { inReplyTo: inReplyTo ?? threadId, references: [...new Set([threadId, ...rest, ...last])] };
}

/** The address of MAIL_FROM; its name only if that says more than the program's own. */
function sender(from: string, name: string): Address {
  const found = /^\s*"?(.*?)"?\s*<([^<>\s]+)>\s*$/.exec(from);
  const given = found?.[1]?.trim();
  return { name: given && given !== 'SmartSupport' ? given : name, address: found?.[2] ?? from.trim() };
}

const oneLine = (text: string) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

const shown = ({ name, address }: Address) => (name ? `${name} <${address}>` : address);

function kept(mail: Mail) {
  return {
    from: shown(mail.from),
    to: shown(mail.to),
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    headers: {
      'Message-ID': mail.messageId,
      'Reply-To': shown(mail.replyTo),
      ...(mail.inReplyTo ? { 'In-Reply-To': mail.inReplyTo } : {}),
      ...(mail.references ? { References: mail.references.join(' ') } : {}),
      ...mail.headers,
    },
  };
}
