import type { Split } from '../../domain/mail/message.ts';
import { foldLines, LINES_LOOKED_AT } from './quoting-folding.ts';
import { pageOf, pick } from './quoting-html.ts';

/** A body as it came: `text` is null where the mail has no text part, `html` is not yet made safe. */
export type Body = { text: string | null; html: string | null };

/**
 * What the writer wrote, apart from what they quoted. HTML goes in as it came, because the classes and ids that
 * tell a quote are those the allow-list drops; both halves come out balanced, but must be made safe by the caller.
 * `toText` turns HTML into plain text: used where there is no text part, or only the HTML shows where the quote begins.
 */
export function splitReply({ text, html }: Body, toText: (html: string) => string): Split {
  const page = html === null ? null : splitHtml(html);
  const plain = splitText(text ?? (html === null ? '' : toText(html)));
  const isTextFolded = plain.quotedText !== '';
  if (page?.quotedHtml && (text === null || !isTextFolded))
    return { ...page, text: toText(page.html).trim(), quotedText: toText(page.quotedHtml).trim() };
  return { ...plain, html: page?.html ?? html, quotedHtml: page?.quotedHtml ?? null };
}

/** Of plain text. */
export function splitText(text: string): { text: string; quotedText: string } {
  const lines = linesOf(text.replace(/\r\n?/g, '\n'));
  const isFolded = foldLines(lines.map(line => ({ text: line.replace(/\u00a0/g, ' ') })));
  const part = (wanted: boolean) =>
    lines
      .filter((_, index) => isFolded[index] === wanted)
      .join('\n')
      .replace(/^(?:[^\S\n]*\n)+/, '')
      .trimEnd();
  return isFolded.includes(true) ? { text: part(false), quotedText: part(true) } : { text, quotedText: '' };
}

/** What is below the lines anybody looks at comes as one. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  let from = 0;
  while (lines.length < LINES_LOOKED_AT) {
    const end = text.indexOf('\n', from);
    if (end < 0) break;
    lines.push(text.slice(from, end));
    from = end + 1;
  }
  return [...lines, text.slice(from)];
}

/** Of HTML; null where there is too much of it to look at. */
export function splitHtml(html: string): { html: string; quotedHtml: string | null } | null {
  const page = pageOf(html);
  if (!page) return null;
  const isFolded = foldLines(page.lines.map(line => ({ ...line, text: line.text.replace(/\u00a0/g, ' ') })));
  // A rule at the end, with nothing to see below it, is no quote.
  const isSeen = page.lines.some(({ text }, index) => isFolded[index] && /[\p{L}\p{N}\ufffc]/u.test(text));
  if (!isSeen) return { html, quotedHtml: null };
  return { html: pick(page, line => !isFolded[line]), quotedHtml: pick(page, line => isFolded[line]!) };
}
