import type { LetterComment } from '../domain/notifications/letter.ts';

/** What a mail says, once for both of its parts. Every string is in the recipient's language. */
export type Content = {
  subject: string;
  /** What a mail list shows after the subject. */
  preheader: string;
  /** The line above which answers are written; only where a mailbox of ours reads them. */
  answerLine?: string;
  heading: string;
  /** Under the heading: the ticket's title, or nothing. */
  lead?: string;
  paragraphs?: string[];
  quote?: LetterComment & { meta: string };
  /** Label and value, for example of a new ticket. */
  facts?: [label: string, value: string][];
  /** One a ticket: what happened to it, a line each. */
  sections?: { title: string; url: string; lines: string[] }[];
  button?: { label: string; url: string };
  /** After the button. */
  notes?: string[];
  /** Why the person gets it. */
  why: string;
  /** Where the person says what comes by mail at all. */
  choose?: { label: string; url: string };
  /** How to get no more of them. */
  stop?: { label: string; url: string };
};
