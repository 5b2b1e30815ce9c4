import type { MailAddress } from '../../domain/mail/message.ts';
import { writtenDate } from './forwards-dates.ts';
import { pageOf } from './quoting-html.ts';
import { type HeaderBlock, head, headerBlockAt, headerOf, isBlank } from './quoting-lines.ts';
import { EMAIL, FORWARDED_LINE, ORIGINAL_LINE } from './quoting-words.ts';

export type Forwarded = { from: MailAddress; subject: string; date: Date | null; text: string };

const LINES_LOOKED_AT = 2000;

/** FW:, WG:, TR:, RV: … as clients begin the subject of a mail they pass on. */
export const FORWARD_SUBJECT =
  /^\s{0,5}(?:\[[^\]]{1,60}\]\s{0,3}){0,3}(?:fwd?|wg|tr|rv|enc|i|fs|vs|vb|vl|doorst|pd|пересл|fw|továbbítás|ilt|i̇lt|προωθ|转发|轉寄|전달|fyw|trs|redir|välitetty|reenv|weitergeleitet|转寄|转发的)\s{0,3}[:：]/iu;

/**
 * Whose mail was passed on, where the text (plain, whole) shows a forwarding client's header block. HTML is as it
 * came, and asked where there is no text.
 * Outlook puts the same block above what it merely answers: there the subject must say that it was passed on.
 */
export function forwardedIn(text: string, html: string | null, subject = ''): Forwarded | null {
  const inText = forwardedAmong(text.replace(/\r\n?/g, '\n').split('\n'), subject);
  if (inText || html === null || text.trim() !== '') return inText;
  const page = pageOf(html);
  return (
    page &&
    forwardedAmong(
      page.lines.map(line => line.text),
      subject,
    )
  );
}

function forwardedAmong(all: string[], subject: string): Forwarded | null {
  const lines = all.slice(0, LINES_LOOKED_AT).map(line => line.replace(/\u00a0/g, ' '));
  // VS: is passed on in Danish and Norwegian, answered in Finnish.
  const isFinnish = /^\s*vs\s*:/i.test(subject) && lines.some(line => /^Lähettäjä:/.test(line));
  const isPassedOn = FORWARD_SUBJECT.test(subject.slice(0, 300)) && !isFinnish;
  let hasWords = false;
  for (const [index, line] of lines.entries()) {
    if (isBlank(line)) continue;
    const announced = announcement(line);
    const from = announced ? nextHeader(lines, index + 1) : headerOf(line) ? index : -1;
    const block = from < 0 ? null : headerBlockAt(lines, from, announced !== null);
    if (
      block &&
      (announced === 'forwarded' || isPassedOn || (!hasWords && !/^\s*(?:re|aw|sv|antw)\s*:/i.test(subject)))
    )
      return whose(block, all);
    // The first block decides: further down stands what had been forwarded or answered before.
    if (block) return null;
    hasWords ||= announced === null;
  }
  return null;
}

function announcement(line: string): 'forwarded' | 'original' | null {
  const text = head(line);
  if (text.length > 160) return null;
  if (FORWARDED_LINE.test(text)) return 'forwarded';
  return ORIGINAL_LINE.test(text) ? 'original' : null;
}

function nextHeader(lines: string[], from: number): number {
  for (let index = from; index < lines.length && index < from + 4; index += 1)
    if (headerOf(lines[index]!)) return index;
    else if (lines[index]!.replace(/[>\s]/g, '') !== '') return -1;
  return -1;
}

function whose({ end, values }: HeaderBlock, lines: string[]): Forwarded | null {
  const from = addressIn(values.get('from') ?? '');
  if (!from) return null;
  return {
    from,
    subject: bare(values.get('subject') ?? '').slice(0, 500),
    date: writtenDate(values.get('date') ?? ''),
    text: below(lines.slice(end)),
  };
}

const bare = (value: string) =>
  value
    .replace(/[*_]{1,3}$/g, '')
    .replace(/\s+/g, ' ')
    .trim();

/** `Anna <anna@…>`, `Anna [mailto:anna@…]`, `anna@… <mailto:anna@…>`. */
function addressIn(value: string): MailAddress | null {
  const found = EMAIL.exec(value.replace(/mailto:/gi, ' '));
  if (!found) return null;
  const name = value
    .replace(/mailto:/gi, ' ')
    .slice(0, found.index)
    .replace(/["'<>[\]()*]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return { name: name.slice(0, 200), address: found[0].replace(/^['"]|[.'"]+$/g, '') };
}

/** The quoting marks of a client that forwards as it quotes are taken off. */
function below(lines: string[]): string {
  const isQuoted = lines
    .filter(line => !isBlank(line))
    .slice(0, 20)
    .every(line => /^\s?>/.test(line));
  const own = isQuoted ? lines.map(line => line.replace(/^\s?> ?/, '')) : lines;
  return own
    .join('\n')
    .replace(/^(?:[^\S\n]*\n)+/, '')
    .trimEnd();
}
