/**
 * How a mail failed: `refused` for good (5xx about this mail), `later` for now (4xx, a limit),
 * `away` when there was no proper conversation with the server at all.
 */
export type MailFailure = 'refused' | 'later' | 'away';

export class MailError extends Error {
  readonly failure: MailFailure;
  /** Enhanced status (RFC 3463) of a refused recipient, `5.1.1`: it is the address that does not take mail. */
  readonly status: string | null;

  constructor(failure: MailFailure, message: string, status: string | null = null) {
    super(message);
    this.failure = failure;
    this.status = status;
  }
}

export type SmtpError = Error & {
  code?: string;
  responseCode?: number;
  command?: string;
  response?: string;
};

/** Commands whose 5xx speaks of this mail; a refused greeting, TLS or sign-in is the server's trouble, not the mail's. */
const ABOUT_THE_MAIL = /^(MAIL FROM|RCPT TO|DATA)/;

/**
 * Said with a 5xx and over after a while all the same: a full mailbox (x.2.2), the server's own limits (x.3.1, x.3.2,
 * x.4.5, x.7.28 as Google has it), and greylisting that does not know its own code.
 */
const PASSES_STATUS = /\b5\.(?:2\.2|3\.[12]|4\.5|7\.28)\b/;
const PASSES_WORDS =
  /grey-?list|try again|try later|temporar|mailbox (?:is )?full|over ?quota|quota exceeded/i;

export function failureOf(error: SmtpError): MailFailure {
  const code = error.responseCode ?? 0;
  const known = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  if (!known || error.code === 'EAUTH') return 'away';
  if (code >= 500 && ABOUT_THE_MAIL.test(error.command ?? 'DATA')) return passes(error) ? 'later' : 'refused';
  if (code === 0 && error.code === 'EENVELOPE') return 'refused';
  return 'later';
}

const passes = ({ response = '' }: SmtpError) =>
  PASSES_STATUS.test(response) || PASSES_WORDS.test(response.replace(/https?:\S+/g, ''));

/** Of a recipient that was refused for what it is (x.1.x: no such mailbox; x.2.1: closed), not for what we are or say. */
export function statusOf(error: SmtpError): string | null {
  if (failureOf(error) !== 'refused' || !error.command?.startsWith('RCPT TO')) return null;
  const [, status] = /\b(5\.\d{1,3}\.\d{1,3})\b/.exec(error.response ?? '') ?? [];
  if (status) return /^5\.(1\.|2\.1$)/.test(status) ? status : null;
  return NO_SUCH.test(error.response ?? '') && !OUR_FAULT.test(error.response ?? '') ? '5.1.1' : null;
}

const NO_SUCH = /no such|unknown|not found|does ?n[o']t exist|invalid|disabled|no mailbox|user|recipient/i;
const OUR_FAULT = /spam|block|polic|relay|denied|reject|reputation|authenti/i;

/** What the server said of the mail, as it is; else what stood between us and it, with its code. */
export const messageOf = ({ code = '', response, message }: SmtpError) =>
  [/^(EENVELOPE|EMESSAGE)$/.test(code) && response ? '' : code, response ?? message]
    .filter(Boolean)
    .join(': ')
    .slice(0, 500);
