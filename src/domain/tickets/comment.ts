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
};

export const MAX_BODY = 100_000;

/** The first words, for one line in a list: Markdown marks and white space folded away. */
export const excerptOf = (body: string) =>
  body
    .slice(0, 600)
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*`#>~|]+|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 160);

/** As the beginning of an answer: each line marked, and room below. */
export const quoteOf = (body: string) =>
  `${body
    .slice(0, 5_000)
    .split('\n')
    .map(line => `> ${line}`.trimEnd())
    .join('\n')}\n\n`;
