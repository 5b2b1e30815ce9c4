/** A mail as the reader understood it (src/mail/reading). Everything in it is untrusted; the texts are whole and bounded. */

export type MailAddress = { name: string; address: string };

export type ReadFile = {
  filename: string;
  contentType: string;
  content: Buffer;
  /** Without angle brackets, where the HTML shows it in place. Kept as attachments.content_id with the file, so that its page finds it. */
  contentId: string | null;
  /** `file`: somebody attached it. `inline`: shown in the text. `sealed`: an encrypted or signing part, kept as it is. */
  role: 'file' | 'inline' | 'sealed';
};

/** RFC 3834 and its many unwritten relatives. */
export type Automatic = {
  kind: 'auto-reply' | 'auto-generated' | 'bounce' | 'list' | 'bulk' | 'calendar-reply';
  /** The header or phrase that decided, for the mail log. */
  because: string;
};

/** One recipient of a delivery report (RFC 3464 and those that follow no standard). */
export type Bounced = {
  address: string;
  /** Enhanced status (RFC 3463), `5.1.1`; as near as the text lets one say. */
  status: string | null;
  kind: 'hard' | 'soft' | 'delayed' | 'delivered';
  /** A word such as `userunknown`, `mailboxfull`. */
  reason: string;
  diagnostic: string;
};

export type Report = {
  recipients: Bounced[];
  /** Message-ID of the mail that could not be delivered, with angle brackets. */
  originalId: string | null;
};

export type Split = {
  /** What the writer wrote, as plain text. */
  text: string;
  /** The same as safe HTML; null where the mail has none. */
  html: string | null;
  /** What they quoted, kept and folded. */
  quotedText: string;
  quotedHtml: string | null;
};

export type ReadMail = {
  /** With angle brackets, as in In-Reply-To and References; null where the mail has none. */
  messageId: string | null;
  inReplyTo: string[];
  references: string[];
  date: Date | null;
  /** All of the From header: more than one, or none, is told in `problems`. */
  from: MailAddress[];
  sender: MailAddress | null;
  replyTo: MailAddress[];
  to: MailAddress[];
  cc: MailAddress[];
  /** Return-Path; '' is the null path of a machine, null says nothing. */
  returnPath: string | null;
  /** Delivered-To, X-Original-To, Envelope-To: where the keyed address is when To was rewritten. */
  deliveredTo: string[];
  subject: string;
  /** The whole body as plain text. */
  text: string;
  /** The whole body as HTML by the allow-list; pictures from elsewhere are there as `data-src`. */
  html: string | null;
  hasRemoteImages: boolean;
  /** The whole HTML as it came, decoded and no more, for its sandboxed document alone (mail log); absent or null where there is none. */
  originalHtml?: string | null;
  reply: Split;
  files: ReadFile[];
  automatic: Automatic | null;
  report: Report | null;
  /** Whose mail was passed on, where the body begins with it. */
  forwarded: { from: MailAddress; subject: string; date: Date | null; text: string } | null;
  labels: ('encrypted' | 'signed' | 'calendar' | 'tnef')[];
  calendar: {
    method: string;
    summary: string;
    start: string | null;
    end: string | null;
    location: string;
    organizer: string;
  } | null;
  /** Header `Authentication-Results` lines, unjudged: the gateway believes only those of its own server. */
  authenticationResults: string[];
  /** Lower-case names with all their values, decoded and bounded; what else the gateway wants to know. */
  headers: Record<string, string[]>;
  /** What was wrong with it, in plain words, for the mail log. */
  problems: string[];
};

/** What becomes of every mail that comes in. `received` is the only one that waits for us, `parked` and `quarantined` wait for a person. */
export const fates = [
  'received',
  'ticket',
  'appended',
  'parked',
  'refused',
  'duplicate',
  'bounce',
  'ignored',
  'quarantined',
] as const;
export type Fate = (typeof fates)[number];
