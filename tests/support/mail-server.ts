import type { Socket } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';

/**
 * What the mail server does with the next message:
 * - accept: 250;
 * - refuse-for-now: 451 to the recipient, try again later;
 * - refuse: 550 to the recipient, for good;
 * - close-after-data: reads the message, says 421, keeps nothing;
 * - hang: reads the message and never answers;
 * - slow: takes 5,000 bytes a second, then 250;
 * - refuse-text: 550 after the message, about what it says;
 * - cut-before-answer: has the message, but the line breaks before the 250 (a sender cannot know).
 */
export type Behaviour =
  | 'accept'
  | 'refuse-for-now'
  | 'refuse'
  | 'close-after-data'
  | 'hang'
  | 'slow'
  | 'refuse-text'
  | 'cut-before-answer';

export type ReceivedMail = { from: string; to: string[]; raw: string };

export type SmtpSink = {
  url: string;
  /** What it has taken, in order, the messages of cut lines among them. */
  mails: ReceivedMail[];
  /** One behaviour a message, the last of them for all later ones. */
  behave: (...next: Behaviour[]) => void;
  /** The same for the mails to one domain alone. */
  behaveTo: (domain: string, ...next: Behaviour[]) => void;
  /** How many messages to a domain, or to all of them, were on their way at once, at most. */
  peak: (domain?: string) => number;
  /** Ends the connections that still hang. */
  hangUp: () => void;
};

/** A mail server on a free port that takes any recipient and delivers to nobody. Needs no test runner. */
export async function startMailServer(): Promise<SmtpSink & { close: () => Promise<void> }> {
  const mails: ReceivedMail[] = [];
  const plans = new Map<string, Behaviour[]>();
  const planFor = (to: string) => plans.get(domainOf(to)) ?? plans.get('') ?? [];
  const current = (to: string) => planFor(to)[0] ?? 'accept';
  const next = (to: string) => {
    const behaviour = current(to);
    if (planFor(to).length > 1) planFor(to).shift();
    return behaviour;
  };
  const traffic = trafficCounter();

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 200,
    onRcptTo({ address }, _session, answer) {
      if (current(address) === 'refuse-for-now')
        return answer(smtpError(next(address), 451, 'Try again later'));
      if (current(address) === 'refuse') return answer(smtpError(next(address), 550, 'No such mailbox'));
      return answer();
    },
    onData(stream, session, answer) {
      const to = envelope(session).to[0] ?? '';
      const leave = traffic.enter(domainOf(to));
      void readAll(stream)
        .then(async raw => {
          const behaviour = next(to);
          if (behaviour === 'close-after-data') return answer(smtpError(behaviour, 421, 'Closing'));
          if (behaviour === 'refuse-text')
            return answer(smtpError(behaviour, 550, 'Message rejected as spam'));
          if (behaviour === 'hang') return undefined;
          if (behaviour === 'slow') await new Promise(resolve => setTimeout(resolve, raw.length / 5));
          mails.push({ ...envelope(session), raw });
          if (behaviour === 'cut-before-answer') return socketOf(server, session)?.destroy();
          return answer();
          // A sender that was killed half-way leaves half a message, which nobody gets.
        }, answer)
        .finally(leave);
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
      plans.clear();
      plans.set('', behaviours);
    },
    behaveTo: (domain, ...behaviours) => {
      plans.set(domain, behaviours);
    },
    peak: domain => traffic.peak(domain),
  };
}

const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1);

function trafficCounter() {
  const now = new Map<string, number>();
  const most = new Map<string, number>();
  const add = (domain: string, by: number) => {
    const n = (now.get(domain) ?? 0) + by;
    now.set(domain, n);
    most.set(domain, Math.max(n, most.get(domain) ?? 0));
  };
  return {
    enter(domain: string) {
      add(domain, 1);
      add('', 1);
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        add(domain, -1);
        add('', -1);
      };
    },
    peak: (domain = '') => most.get(domain) ?? 0,
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
