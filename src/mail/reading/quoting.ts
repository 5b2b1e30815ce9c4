import type { Split } from '../../domain/mail/message.ts';

/** A body as it came: `text` is null where the mail has no text part, `html` is not yet made safe. */
export type Body = { text: string | null; html: string | null };

/**
 * What the writer wrote, apart from what they quoted. HTML goes in as it came, because the classes and ids that
 * tell a quote are those the allow-list drops; both halves come out balanced, but must be made safe by the caller.
 * `toText` turns HTML into plain text: used where there is no text part, or only the HTML shows where the quote begins.
 */
export function splitReply(body: Body, toText: (html: string) => string): Split {
  const text = body.text ?? toText(body.html ?? '');
  return { text, html: body.html, quotedText: '', quotedHtml: null };
}
