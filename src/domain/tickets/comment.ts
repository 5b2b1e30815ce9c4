import type { Addressee, CommentMail } from './comment-mail.ts';
import type { Mention } from './mentioning.ts';
import type { PersonName } from './ticket.ts';

export type CommentKind = 'reply' | 'note';

export type CommentFile = {
  id: number;
  filename: string;
  contentType: string;
  size: number;
  hasThumbnail: boolean;
  redacted: boolean;
  /** Of a picture that its mail shows in place. */
  contentId?: string | null;
};

export type Comment = {
  id: number;
  kind: CommentKind;
  body: string;
  author: (PersonName & { staff: boolean; teamName: string | null }) | null;
  byRequester: boolean;
  /** Stood under a reply when it was sent. */
  signature: string | null;
  mentions: Mention[] | null;
  editedAt: Date | null;
  redactedAt: Date | null;
  createdAt: Date;
  files: CommentFile[];
  /** The number of the merged ticket it was said on. */
  from?: number | null;
  /** Null for what did not come by mail. */
  mail?: CommentMail | null;
  /** Only for who works its ticket. */
  sentTo?: Addressee[] | null;
};

export const MAX_BODY = 100_000;

const ESCAPED = /\\([!-/:-@[-`{-~])/g;
/** Out of sight while marks are removed: what is escaped is no mark. */
const hidden = (mark: string) => String.fromCharCode(0xe000 + mark.charCodeAt(0));
const shown = (text: string) =>
  text.replace(/[\ue021-\ue07e]/g, mark => String.fromCharCode(mark.charCodeAt(0) - 0xe000));

/** The first own words, for one line in a list: quotes left out, Markdown marks and white space folded away. */
export const excerptOf = (body: string) =>
  shown(
    withoutMarks(
      unquoted(body.slice(0, 5_000))
        .slice(0, 600)
        .replace(ESCAPED, (_whole, mark: string) => hidden(mark)),
    ),
  )
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 160);

/** What is nothing but a quote is shown as it is. */
function unquoted(text: string): string {
  const own = text.replace(/^ {0,3}>.*$/gm, '');
  return own.trim() ? own : text;
}

const withoutMarks = (text: string) =>
  text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*`#>~|]+|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, '');

/** As the beginning of an answer: each line marked, and room below. */
export const quoteOf = (body: string) =>
  `${body
    .slice(0, 5_000)
    .split('\n')
    .map(line => `> ${line}`.trimEnd())
    .join('\n')}\n\n`;
