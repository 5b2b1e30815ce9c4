import type { Socket } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';

/**
 * What the mail server does with the next message:
 * - accept: 250;
 * - refuse-for-now: 451 to the recipient, try again later;
 * - refuse: 550 to the recipient, for good;
 * - close-after-data: reads the message, says 421, keeps nothing;
 * - hang: reads the message and never answers;
 * - cut-before-answer: has the message, but the line breaks before the 250 (a sender cannot know).
 */
export type Behaviour =
  | 'accept'
  | 'refuse-for-now'
  | 'refuse'
  | 'close-after-data'
  | 'hang'
  | 'cut-before-answer';

export type ReceivedMail = { from: string; to: string[]; raw: string };

export type SmtpSink = {
  url: string;
  /** What it has taken, in order, the messages of cut lines among them. */
  mails: ReceivedMail[];
  /** One behaviour a message, the last of them for all later ones. */
  behave: (...next: Behaviour[]) => void;
  /** Ends the connections that still hang. */
  hangUp: () => void;
};

/** A mail server on a free port that takes any recipient and delivers to nobody. Needs no test runner. */
export async function startMailServer(): Promise<SmtpSink & { close: () => Promise<void> }> {
  const mails: ReceivedMail[] = [];
  let plan: Behaviour[] = ['accept'];
  const current = () => plan[0] ?? 'accept';
  const next = () => {
    const behaviour = current();
    if (plan.length > 1) plan.shift();
    return behaviour;
  };

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 200,
    onRcptTo(_address, _session, answer) {
      if (current() === 'refuse-for-now') return answer(smtpError(next(), 451, 'Try again later'));
      if (current() === 'refuse') return answer(smtpError(next(), 550, 'No such mailbox'));
      return answer();
    },
    onData(stream, session, answer) {
      void readAll(stream).then(raw => {
        const behaviour = next();
        if (behaviour === 'close-after-data') return answer(smtpError(behaviour, 421, 'Closing'));
        if (behaviour === 'hang') return undefined;
        mails.push({ ...envelope(session), raw });
        if (behaviour === 'cut-before-answer') return socketOf(server, session)?.destroy();
        return answer();
        // A sender that was killed half-way leaves half a message, which nobody gets.
      }, answer);
    },
  });
  server.on('error', () => {});
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const address = server.server.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  const hangUp = () => {
    for (const connection of server.connections as Set<Connection>) connection._socket.destroy();
  };
  const close = async () => {
    hangUp();
    await new Promise<void>(resolve => server.close(() => resolve()));
  };
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    hangUp,
    close,
    behave: (...behaviours) => {
      plan = behaviours;
    },
  };
}

type Connection = { id: string; _socket: Socket };

const socketOf = (server: SMTPServer, session: SMTPServerSession) =>
  [...(server.connections as Set<Connection>)].find(connection => connection.id === session.id)?._socket;

const envelope = ({ envelope: { mailFrom, rcptTo } }: SMTPServerSession) => ({
  from: mailFrom ? mailFrom.address : '',
  to: rcptTo.map(recipient => recipient.address),
});

function smtpError(behaviour: Behaviour, responseCode: number, message: string) {
  return Object.assign(new Error(`${message} (${behaviour})`), { responseCode });
}

async function readAll(stream: SMTPServerDataStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
