import { Transform } from 'node:stream';
import { createTransport, type Transporter } from 'nodemailer';
import type { Config } from '../config/config.ts';
import type { Logger } from './logger.ts';
import { failureOf, MailError, messageOf, statusOf } from './mail-failure.ts';

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

export type SendOptions = {
  /** Asked before the last line goes out: from then on nobody can know whether the mail arrived, until it is answered. */
  beforeEnd?: (() => Promise<void>) | undefined;
};

export type MailTransport = {
  /** `mailbox` keeps mails in the database for /dev/mail; with `none` they wait until a server is configured. */
  mode: 'smtp' | 'mailbox' | 'none';
  /** Resolves once the server has taken the mail; throws a MailError. */
  send(mail: Mail, options?: SendOptions): Promise<void>;
  close(): void;
};

const ATTEMPT_MS = 30_000;
const MAX_CONNECTIONS = 6;

export function createMailTransport(
  { mail }: Pick<Config, 'mail'>,
  log: Logger,
  { attemptMs = ATTEMPT_MS } = {},
): MailTransport {
  if (mail.smtpUrl) return smtpTransport(mail, mail.smtpUrl, log, attemptMs);
  return { mode: mail.showMailbox ? 'mailbox' : 'none', send: async () => {}, close() {} };
}

function smtpTransport(mail: Config['mail'], url: string, log: Logger, attemptMs: number): MailTransport {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: MAX_CONNECTIONS,
    // A mail whose connection broke is ours to send again, with its own Message-ID and in its own time.
    maxRequeues: 0,
    idleTimeout: 30_000,
    connectionTimeout: Math.min(10_000, attemptMs),
    greetingTimeout: Math.min(10_000, attemptMs),
    socketTimeout: attemptMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(needsTls(url, mail) && { requireTLS: true }),
    ...(mail.oauth && { auth: { type: 'OAuth2', ...mail.oauth } }),
    ...(mail.dkim && { dkim: mail.dkim }),
  } as object);
  transport.on('error', error => log.warn({ err: error.message }, 'the mail connection broke'));
  pauseBeforeEnd(transport);
  return {
    mode: 'smtp',
    async send(letter, { beforeEnd } = {}) {
      // Ends this attempt and its connection alone; the mails of other connections go on.
      const signal = AbortSignal.timeout(attemptMs);
      try {
        await transport.sendMail({ ...letter, signal, beforeEnd } as object);
      } catch (error) {
        if (signal.aborted) throw new MailError('away', `No answer within ${attemptMs / 1_000} s`);
        const failure = error as Error;
        throw new MailError(failureOf(failure), messageOf(failure), statusOf(failure));
      }
    },
    close: () => transport.close(),
  };
}

/** Nobody between us and the server may read a password, or talk us out of encrypting; `?requireTLS=false` allows it. */
function needsTls(url: string, { oauth }: Config['mail']): boolean {
  const { username, hostname, searchParams } = new URL(url);
  if (searchParams.has('requireTLS') || searchParams.has('ignoreTLS')) return false;
  return Boolean(username || oauth) && !['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

function pauseBeforeEnd(transport: Transporter) {
  transport.use('stream', (mail, next) => {
    const { beforeEnd } = mail.data as SendOptions;
    if (beforeEnd) mail.message.transform(() => heldBack(beforeEnd));
    next();
  });
}

const heldBack = (beforeEnd: () => Promise<void>) =>
  new Transform({
    transform: (chunk, _encoding, pass) => pass(null, chunk),
    flush: end => void beforeEnd().then(() => end(), end),
  });
