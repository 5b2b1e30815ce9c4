import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { systemActor } from '../domain/access/actor.ts';
import { noteMail } from '../domain/mail/fetching.ts';
import { mailboxOf } from '../domain/mail/recipients.ts';
import { MAX_MAIL_BYTES, storeMail } from '../domain/mail/storing.ts';
import { withinTime } from '../platform/patience.ts';
import type { Services } from '../services.ts';

export type Listening = { port: number; stop(): Promise<void> };

type Parts = Pick<Services, 'config' | 'log' | 'metrics' | 'contextFor' | 'db'>;

const MAX_CONNECTIONS = 50;
const MAX_RECIPIENTS = 100;
/** Of all mails that are coming in at this moment, together. */
const MAX_HELD_BYTES = 200_000_000;
const ANSWER_MS = 20_000;
const SILENCE_MS = 60_000;
const CLOSE_MS = 5_000;

/**
 * Takes mail straight from other mail servers, for our own addresses alone. "250" is said only once the mail is
 * committed; whatever cannot be done now is answered with 451, and the other server keeps it and tries again.
 */
export async function startListening(services: Parts): Promise<Listening | undefined> {
  const { listen } = services.config;
  if (!listen) return undefined;
  const tls = listen.cert && listen.key && { cert: readFileSync(listen.cert), key: readFileSync(listen.key) };
  let held = 0;
  const server = new SMTPServer({
    banner: 'SmartSupport',
    size: MAX_MAIL_BYTES,
    maxClients: MAX_CONNECTIONS,
    authOptional: true,
    disabledCommands: tls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    ...tls,
    disableReverseLookup: true,
    socketTimeout: SILENCE_MS,
    closeTimeout: CLOSE_MS,
    logger: false,
    onRcptTo({ address }, session, answer) {
      if (session.envelope.rcptTo.length >= MAX_RECIPIENTS)
        return answer(no(452, '4.5.3 Too many recipients'));
      recipient(services, address).then(() => answer(), answer);
    },
    onData(stream, session, answer) {
      const hold = (bytes: number) => {
        held += bytes;
        return held <= MAX_HELD_BYTES;
      };
      take(services, stream, session, hold).then(id => answer(null, `2.0.0 Taken as ${id}`), answer);
    },
  });
  server.on('error', error => services.log.debug({ err: error.message }, 'an SMTP connection broke'));
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(listen.port, listen.host, () => resolve());
  });
  const { port } = server.server.address() as AddressInfo;
  services.log.info({ port, host: listen.host }, 'mail is taken by SMTP');
  return { port, stop: () => new Promise(resolve => server.close(() => resolve())) };
}

const no = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode });
const LATER = '4.3.0 Not now, please try again later';

/** Relays for nobody: an address that is not ours is refused. */
async function recipient(services: Parts, address: string) {
  const found = await withinTime(mailboxOf(services, address), ANSWER_MS).catch(() => {
    throw no(451, LATER);
  });
  if (!found) throw no(550, '5.1.1 No such mailbox here');
}

type Hold = (bytes: number) => boolean;

async function take(services: Parts, stream: SMTPServerDataStream, session: SMTPServerSession, hold: Hold) {
  const raw = await wholeMail(stream, hold);
  const { mailFrom, rcptTo } = session.envelope;
  const recipients = rcptTo.map(each => each.address);
  try {
    return await withinTime(store(services, raw, mailFrom ? mailFrom.address : '', recipients), ANSWER_MS);
  } catch (error) {
    services.log.warn({ err: (error as Error).message }, 'a mail could not be taken now');
    throw no(451, LATER);
  } finally {
    hold(-raw.length);
  }
}

/** All of it in memory, within a limit. What is too large is read to its end and thrown away, so that it can be answered. */
async function wholeMail(stream: SMTPServerDataStream, hold: Hold): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isFull = false;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (isFull || stream.sizeExceeded) continue;
      chunks.push(chunk);
      bytes += chunk.length;
      isFull = !hold(chunk.length);
    }
  } catch (error) {
    // The line broke: nobody waits for an answer, and the room is free again.
    hold(-bytes);
    throw error;
  }
  if (!isFull && !stream.sizeExceeded) return Buffer.concat(chunks);
  hold(-bytes);
  throw stream.sizeExceeded
    ? no(552, '5.3.4 Larger than 25 MB')
    : no(452, '4.3.1 Too much at once, try again');
}

async function store(services: Parts, raw: Buffer, envelopeFrom: string, envelopeTo: string[]) {
  const ctx = await services.contextFor(systemActor('smtp'));
  const mailboxId = (await mailboxOf(services, envelopeTo[0] ?? '')) ?? null;
  const { id, result } = await storeMail(ctx, { raw, source: 'smtp', mailboxId, envelopeFrom, envelopeTo });
  services.metrics.mailsTaken.inc({ source: 'smtp', result });
  if (mailboxId) await noteMail(ctx, mailboxId).catch(() => {});
  return id;
}
