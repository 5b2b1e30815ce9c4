import { createTransport } from 'nodemailer';
import type { Config } from '../config/config.ts';
import type { Logger } from './logger.ts';

export type Address = { name: string; address: string };

export type Mail = {
  from: Address;
  to: Address;
  replyTo: Address;
  subject: string;
  text: string;
  html: string;
  messageId: string;
  inReplyTo?: string;
  references?: string[];
  headers: Record<string, string>;
};

/**
 * How a mail failed: `refused` for good (5xx about this mail), `later` for now (4xx, a limit),
 * `away` when there was no proper conversation with the server at all.
 */
export type MailFailure = 'refused' | 'later' | 'away';

export class MailError extends Error {
  readonly failure: MailFailure;

  constructor(failure: MailFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

export type MailTransport = {
  /** `mailbox` keeps mails in the database for /dev/mail; with `none` they wait until a server is configured. */
  mode: 'smtp' | 'mailbox' | 'none';
  /** Resolves once the server has taken the mail; throws a MailError. */
  send(mail: Mail): Promise<void>;
  close(): void;
};

const ATTEMPT_MS = 30_000;

export function createMailTransport(
  { mail }: Pick<Config, 'mail'>,
  log: Logger,
  { attemptMs = ATTEMPT_MS } = {},
): MailTransport {
  if (mail.smtpUrl) return smtpTransport(mail.smtpUrl, log, attemptMs);
  return { mode: mail.showMailbox ? 'mailbox' : 'none', send: async () => {}, close() {} };
}

function smtpTransport(url: string, log: Logger, attemptMs: number): MailTransport {
  const open = () => {
    const transport = createTransport({
      url,
      pool: true,
      maxConnections: 5,
      // A mail whose connection broke is ours to send again, with its own Message-ID and in its own time.
      maxRequeues: 0,
      idleTimeout: 30_000,
      connectionTimeout: Math.min(10_000, attemptMs),
      greetingTimeout: Math.min(10_000, attemptMs),
      socketTimeout: attemptMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    transport.on('error', error => log.warn({ err: error.message }, 'the mail connection broke'));
    return transport;
  };
  let transport = open();
  return {
    mode: 'smtp',
    async send(mail) {
      const used = transport;
      try {
        await withinTime(used.sendMail(mail), attemptMs);
      } catch (error) {
        if (error instanceof TimeUp && used === transport) {
          // Sockets that hang would be handed to the next mail.
          transport = open();
          used.close();
        }
        throw new MailError(failureOf(error as SmtpError), messageOf(error as SmtpError));
      }
    },
    close: () => transport.close(),
  };
}

class TimeUp extends Error {}

async function withinTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimeUp(`No answer within ${ms / 1_000} s`)), ms);
  });
  work.catch(() => {});
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

type SmtpError = Error & { code?: string; responseCode?: number; command?: string; response?: string };

/** Commands whose 5xx speaks of this mail; a refused greeting, TLS or sign-in is the server's trouble, not the mail's. */
const ABOUT_THE_MAIL = /^(MAIL FROM|RCPT TO|DATA)/;

export function failureOf(error: SmtpError): MailFailure {
  const code = error.responseCode ?? 0;
  const known = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  if (!known || error.code === 'EAUTH') return code >= 400 && code < 500 ? 'later' : 'away';
  if (code >= 500 && ABOUT_THE_MAIL.test(error.command ?? 'DATA')) return 'refused';
  if (code === 0 && error.code === 'EENVELOPE') return 'refused';
  return 'later';
}

const messageOf = (error: SmtpError) =>
  [error.code, error.response ?? error.message].filter(Boolean).join(': ').slice(0, 500);
