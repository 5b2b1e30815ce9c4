import { connect, type Socket } from 'node:net';
import type { Database } from '../../src/db/knex.ts';
import { eventually } from '../../tests/support/eventually.ts';
import { type Program, startProgram } from './program.ts';

export type MailPlace = {
  /** Settings of `src/worker.ts`: its database, and SMTP_LISTEN with `port`. */
  settings: Record<string, string>;
  port: number;
  db: Database;
};

type Options = { rounds: number; calm: number; say: (line: string) => void };

export type MailReport = {
  kills: number;
  sent: number;
  /** Had no answer when the process was killed; of these, those that were committed all the same. */
  unanswered: number;
  committed: number;
  duplicates: number;
  faults: string[];
};

const ADDRESS = 'drill@company.example';
/** Of the time from the dot to the answer of mails that nobody disturbs: so that kills fall before, into and after the commit. */
const SPREAD = 1.5;

/**
 * kill -9 between the final dot of a mail and our answer, again and again. The other side is a mail server as they are:
 * it keeps what had no "250" and sends it again. In the end each mail must be here once, whatever it had for an answer.
 */
export async function drillMail({ settings, port, db }: MailPlace, options: Options): Promise<MailReport> {
  const report: MailReport = { kills: 0, sent: 0, unanswered: 0, committed: 0, duplicates: 0, faults: [] };
  await ensureMailbox(db);
  let program = await startProgram('worker', settings);
  const tokens: string[] = [];
  const times: number[] = [];
  const next = () => {
    const token = `${process.pid}-${Date.now().toString(36)}-${tokens.length}`;
    tokens.push(token);
    return token;
  };
  try {
    for (let round = 1; round <= options.rounds; round += 1) {
      for (let i = 0; i < options.calm; i += 1) times.push(await sendUntilTaken(port, next(), report));
      const token = next();
      const moment = Math.random() * SPREAD * median(times.slice(-20));
      const answered = await killAfterDot(program, port, token, moment);
      report.kills += 1;
      if (!answered) {
        report.unanswered += 1;
        if (await isHere(db, token)) report.committed += 1;
      } else if (!(await isHere(db, token))) report.faults.push(`${token} had its 250 and is not here`);
      program = await startProgram('worker', settings);
      if (!answered) await sendUntilTaken(port, token, report);
      await giveBack(db);
      if (round % 10 === 0) options.say(`${round} kills, ${tokens.length} mails`);
    }
    report.sent = tokens.length;
    await count(db, tokens, report);
    const { code } = await program.end('SIGTERM');
    if (code !== 0) report.faults.push(`The last process ended with ${code}`);
    return report;
  } finally {
    program.signal('SIGKILL');
  }
}

/** What a killed process held; else its lock and its lease would run out by themselves, within a minute. */
async function giveBack(db: Database) {
  await db('jobs.agenda_jobs').update({ locked_at: null });
  await db('inbound_mails').where({ fate: 'received' }).update({ next_attempt_at: db.fn.now() });
}

async function ensureMailbox(db: Database) {
  const known = await db('mailboxes').where({ address: ADDRESS }).first('id');
  if (!known) await db('mailboxes').insert({ name: 'Drill', address: ADDRESS, kind: 'push' });
}

const idOf = (token: string) => `<${token}@sender.example>`;
const rawOf = (token: string) =>
  [
    `From: Person ${token} <p${token}@sender.example>`,
    `To: ${ADDRESS}`,
    `Subject: Drill ${token}`,
    'Date: Mon, 02 Mar 2026 09:00:00 +0000',
    `Message-ID: ${idOf(token)}`,
    '',
    `Words of ${token}.`,
  ].join('\r\n');

const isHere = async (db: Database, token: string) =>
  Boolean(
    await db('inbound_mails')
      .where({ message_id: idOf(token) })
      .first('id'),
  );

async function killAfterDot(program: Program, port: number, token: string, moment: number): Promise<boolean> {
  const line = await SmtpLine.open(port);
  await line.offer(token);
  const answer = line.end();
  await new Promise(resolve => setTimeout(resolve, moment));
  program.signal('SIGKILL');
  await program.end('SIGKILL');
  return (await answer)?.startsWith('250') ?? false;
}

const median = (times: readonly number[]) => [...times].sort((a, b) => a - b)[times.length >> 1] ?? 10;

/** How long its answer took, in milliseconds. */
async function sendUntilTaken(port: number, token: string, report: MailReport): Promise<number> {
  let dotAt = 0;
  await eventually(
    async () => {
      const line = await SmtpLine.open(port);
      await line.offer(token);
      dotAt = performance.now();
      const answer = await line.end();
      if (answer && /^5/.test(answer)) report.faults.push(`${token} was refused: ${answer}`);
      return answer?.startsWith('250') || /^5/.test(answer ?? '');
    },
    { within: 30_000, every: 50 },
  );
  return performance.now() - dotAt;
}

/** The other mail server, spoken by hand: a library would not stop at the dot. */
class SmtpLine {
  readonly #socket: Socket;
  #buffer = '';
  #wake = () => {};
  #isOver = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', data => {
      this.#buffer += data.toString();
      this.#wake();
    });
    for (const event of ['error', 'close'] as const)
      socket.on(event, () => {
        this.#isOver = true;
        this.#wake();
      });
  }

  static async open(port: number): Promise<SmtpLine> {
    const line = new SmtpLine(connect(port, '127.0.0.1'));
    await line.#answer();
    return line;
  }

  /** Everything up to the dot. */
  async offer(token: string) {
    const say = [
      ...['HELO sender.example', `MAIL FROM:<p${token}@sender.example>`, `RCPT TO:<${ADDRESS}>`, 'DATA'],
    ];
    for (const command of say) {
      this.#socket.write(`${command}\r\n`);
      await this.#answer();
    }
    this.#socket.write(`${rawOf(token)}\r\n`);
  }

  /** The dot; its answer, or nothing if the line broke. */
  async end(): Promise<string | undefined> {
    this.#socket.write('.\r\n');
    const answer = await this.#answer();
    this.#socket.destroy();
    return answer;
  }

  async #answer(): Promise<string | undefined> {
    for (;;) {
      const found = /^(\d{3} .*)\r\n/m.exec(this.#buffer);
      if (found) {
        this.#buffer = '';
        return found[1];
      }
      if (this.#isOver) return undefined;
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }
}

async function count(db: Database, tokens: readonly string[], report: MailReport) {
  await eventually(async () => !(await db('inbound_mails').where({ fate: 'received' }).first('id')), {
    within: 900_000,
    every: 100,
  });
  for (const token of tokens) {
    const rows: { duplicate_of: number | null; fate: string }[] = await db('inbound_mails')
      .where({ message_id: idOf(token) })
      .select('duplicate_of', 'fate');
    const firsts = rows.filter(row => row.duplicate_of === null);
    report.duplicates += rows.length - firsts.length;
    if (firsts.length !== 1) report.faults.push(`${token} is here ${firsts.length} times`);
    const [{ tickets }] = await db('tickets')
      .where({ subject: `Drill ${token}` })
      .select(db.raw('count(*)::int as tickets'));
    const wanted = firsts[0]?.fate === 'ticket' ? 1 : 0;
    if (tickets !== wanted) report.faults.push(`${token} (${firsts[0]?.fate}) has ${tickets} tickets`);
  }
  if (report.duplicates > report.kills)
    report.faults.push(`${report.duplicates} duplicates, more than ${report.kills} kills`);
}
