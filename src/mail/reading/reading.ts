import { simpleParser } from 'mailparser';
import type { MailAddress, ReadMail } from '../../domain/mail/message.ts';
import { automaticOf } from './automatic.ts';
import { reportOf } from './bounces.ts';
import { forwardedIn } from './forwards.ts';
import { splitReply } from './quoting.ts';

/** A mail as its writer meant it, as far as its bytes let one say. Opens nothing: no file, no connection. */
export async function readMail(raw: Buffer): Promise<ReadMail> {
  const parsed = await simpleParser(raw, { skipImageLinks: true, skipTextToHtml: true });
  const people = (value: typeof parsed.from): MailAddress[] =>
    (value?.value ?? []).map(({ name, address }) => ({ name, address: address ?? '' }));
  const html = parsed.html || null;
  const text = parsed.text ?? '';
  const report = reportOf(raw);
  const from = people(parsed.from);
  return {
    messageId: parsed.messageId ?? null,
    inReplyTo: [],
    references: [],
    date: parsed.date ?? null,
    from,
    sender: null,
    replyTo: people(parsed.replyTo),
    to: [],
    cc: [],
    returnPath: null,
    deliveredTo: [],
    subject: parsed.subject ?? '',
    text,
    html,
    hasRemoteImages: false,
    reply: splitReply({ text, html }, html => html),
    files: parsed.attachments.map(file => ({
      filename: file.filename ?? '',
      contentType: file.contentType,
      content: file.content,
      contentId: file.cid ?? null,
      role: 'file',
    })),
    automatic: automaticOf({
      headers: {},
      subject: parsed.subject ?? '',
      from: from[0]?.address ?? '',
      returnPath: null,
      isReport: report !== null,
      calendarMethod: null,
    }),
    report,
    forwarded: forwardedIn(text, html),
    labels: [],
    calendar: null,
    authenticationResults: [],
    headers: {},
    problems: [],
  };
}
