import type { ReadMail } from '../../domain/mail/message.ts';
import { automaticOf } from './automatic.ts';
import { readBodies } from './bodies.ts';
import { reportOf } from './bounces.ts';
import { readCalendar } from './calendar.ts';
import { decodeText, keepsAscii } from './charset.ts';
import { Files, typeOf } from './files.ts';
import { forwardedIn } from './forwards.ts';
import { readHead } from './heads.ts';
import { safeHtml } from './html.ts';
import { htmlToText } from './html-text.ts';
import { labelsOf } from './labels.ts';
import { type Leaf, leavesOf } from './leaves.ts';
import { Problems } from './limits.ts';
import { fieldOf, type Part, readParts } from './parts.ts';
import { splitReply } from './quoting.ts';
import { readTnef, type Tnef } from './tnef.ts';
import { decodeTransfer } from './transfer.ts';
import { takeUuFiles } from './uu-files.ts';

/**
 * A mail as its writer meant it, as far as its bytes let one say. Opens nothing, neither a file nor a connection, and
 * throws for no mail: what is broken is told in `problems`. Long mails take time and memory, so whoever does not know
 * the mail calls `readSafely`.
 */
export async function readMail(raw: Buffer): Promise<ReadMail> {
  const problems = new Problems();
  const root = readParts(withLineFeeds(raw), problems);
  const leaves = leavesOf(root);
  const charset = leaves.find(({ kind }) => kind === 'text' || kind === 'html')?.part.type.parameters.charset;
  const head = readHead(root.fields, charset && keepsAscii(charset) ? charset : '', problems);
  const bodies = readBodies(leaves, problems);
  const tnefs = tnefsOf(leaves);

  const files = new Files(problems);
  const text = takeUuFiles(bodies.text ?? textOfTnef([...tnefs.values()], bodies.html), files);
  const html = bodies.html ?? (bodies.text === null ? htmlOfTnef([...tnefs.values()]) : null);
  for (const part of new Set(bodies.tooLong)) files.addPart(part);
  for (const { part, kind } of leaves) {
    const tnef = tnefs.get(part);
    if (tnef) files.addTnef(tnef, text === null && html === null);
    else if (kind === 'file' || kind === 'picture') files.addPart(part, bodies.placed.get(part));
  }
  files.markShown(html);

  const calendar = calendarOf(leaves);
  const report = reportOf(raw);
  const safe = html === null ? null : safeHtml(html);
  const whole = text ?? htmlToText(html ?? '');
  return {
    ...head,
    text: whole,
    html: safe?.html ?? null,
    originalHtml: html,
    hasRemoteImages: safe?.hasRemoteImages ?? false,
    reply: replyOf(text, html),
    files: files.all,
    automatic: automaticOf({
      headers: head.headers,
      subject: head.subject,
      from: head.from[0]?.address ?? '',
      returnPath: head.returnPath,
      isReport: report !== null,
      calendarMethod: calendar?.method ?? null,
    }),
    report,
    forwarded: forwardedIn(whole, html, head.subject),
    labels: labelsOf({ leaves, text: whole, hasCalendar: calendar !== null, hasTnef: tnefs.size > 0 }),
    calendar,
    problems: problems.all,
  };
}

/** Line ends of the first Macs: CR alone, and not one LF in the head. */
const withLineFeeds = (raw: Buffer) =>
  raw.subarray(0, 4_000).includes(13) && !raw.subarray(0, 4_000).includes(10)
    ? Buffer.from(raw.toString('latin1').replace(/\r\n?/g, '\n'), 'latin1')
    : raw;

function replyOf(text: string | null, html: string | null): ReadMail['reply'] {
  const split = splitReply({ text, html }, htmlToText);
  const safe = (part: string | null) => (part === null ? null : safeHtml(part).html || null);
  return { ...split, html: safe(split.html), quotedHtml: safe(split.quotedHtml) };
}

function tnefsOf(leaves: Leaf[]): Map<Part, Tnef> {
  const found = new Map<Part, Tnef>();
  for (const { part } of leaves) {
    const isNamed = /^winmail\.dat$/i.test(
      part.disposition.parameters.filename ?? part.type.parameters.name ?? '',
    );
    if (!isNamed && !/^application\/(vnd\.)?ms-tnef$/.test(part.type.value)) continue;
    const tnef = readTnef(decodeTransfer(part.body, fieldOf(part.fields, 'content-transfer-encoding')));
    if (tnef) found.set(part, tnef);
  }
  return found;
}

/** Only where the mail itself has no text: Outlook sends both, and the mail's is nearer to what was written. */
const textOfTnef = (tnefs: Tnef[], html: string | null) =>
  html === null ? (tnefs.find(({ text }) => text?.trim())?.text ?? null) : null;
const htmlOfTnef = (tnefs: Tnef[]) => tnefs.find(({ html }) => html?.trim())?.html ?? null;

function calendarOf(leaves: Leaf[]): ReadMail['calendar'] {
  for (const { part } of leaves) {
    const name = part.disposition.parameters.filename ?? part.type.parameters.name ?? '';
    if (typeOf(part) !== 'text/calendar' && !/\.ics$/i.test(name)) continue;
    const bytes = decodeTransfer(part.body, fieldOf(part.fields, 'content-transfer-encoding'));
    const calendar = readCalendar(decodeText(bytes.subarray(0, 200_000), part.type.parameters.charset));
    if (calendar)
      return { ...calendar, method: calendar.method || (part.type.parameters.method ?? '').toUpperCase() };
  }
  return null;
}
