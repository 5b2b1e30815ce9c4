import type { Database } from '../../src/db/knex.ts';
import { brokenInvariants } from '../../tests/support/broken-invariants.ts';
import { eventually } from '../../tests/support/eventually.ts';
import type { SmtpSink } from '../../tests/support/mail-server.ts';
import { Ledger, ticketsOf } from './ledger.ts';
import { type Program, startProgram } from './program.ts';

export type KillPlace = {
  /** Settings of `src/start.ts`: database or data folder, port, mail server. */
  settings: Record<string, string>;
  /** Asked once the program runs. */
  database: () => Promise<Database>;
  account: { email: string; password: string };
  sink: SmtpSink;
};

type Options = {
  rounds: number;
  /** How many raise tickets at the same time, and how many tickets a round are acknowledged before the kill. */
  people: number;
  calm: number;
  /** Gives leases and locks of the killed back at once; else the database's clock does, within a minute. */
  hurry: boolean;
  say: (line: string) => void;
};

export type KillReport = {
  raised: number;
  acknowledged: number;
  unknown: number;
  /** Not acknowledged, and there all the same. */
  unknownButThere: number;
  mails: number;
  duplicates: number;
  faults: string[];
};

/** kill -9 of the whole process in the middle of creates, again and again; then everything is counted. */
export async function drillKills(place: KillPlace, options: Options): Promise<KillReport> {
  const report: KillReport = {
    ...{ raised: 0, acknowledged: 0, unknown: 0, unknownButThere: 0, mails: 0, duplicates: 0 },
    faults: [],
  };
  let program = await startProgram('start', place.settings);
  try {
    const db = await place.database();
    // At any hour of the day: what quiet hours hold until the morning would never settle.
    await db('notification_times').update({ quiet_from: null, quiet_to: null });
    const ledger = await Ledger.open(program.url, place.account);
    for (let round = 1; round <= options.rounds; round += 1) {
      await killAmid(program, ledger, options);
      report.unknown += ledger.unknown.length;
      program = await startProgram('start', place.settings);
      await retry(db, ledger, report);
      if (options.hurry) await hurry(db);
      if (round % 10 === 0) options.say(`${round} kills, ${ledger.entries.length} tickets`);
    }
    await settled(db);
    // Before the process stops, since a built-in database stops with it.
    await count(db, ledger, place, options, report);
    const { code } = await program.end('SIGTERM');
    if (code !== 0) report.faults.push(`The last process ended with ${code}`);
    return report;
  } finally {
    program.signal('SIGKILL');
  }
}

/** Several people raise tickets one after the other; once enough are acknowledged, the process has 0 to 50 ms to live. */
async function killAmid(program: Program, ledger: Ledger, { people, calm }: Options) {
  const before = ledger.acknowledged.length;
  let dead = false;
  const raising = Array.from({ length: people }, async () => {
    while (!dead) await ledger.raise();
  });
  await eventually(() => ledger.acknowledged.length >= before + calm, { within: 30_000, every: 1 });
  await new Promise(resolve => setTimeout(resolve, Math.random() * 50));
  program.signal('SIGKILL');
  dead = true;
  await Promise.all(raising);
  await program.end('SIGKILL');
}

/** What was not acknowledged is there once or not at all; sent again with the same key it is there once. */
async function retry(db: Database, ledger: Ledger, report: KillReport) {
  const open = ledger.unknown;
  const before = await ticketsOf(db, open);
  for (const entry of open) {
    const there = before.get(entry.token) ?? [];
    if (there.length > 1)
      report.faults.push(`${entry.token} was there ${there.length} times before the retry`);
    if (there.length === 1) report.unknownButThere += 1;
    await ledger.raise(entry);
    if (!entry.location) report.faults.push(`${entry.token} got no answer to the retry`);
    if (there[0] && entry.location !== `/tickets/${there[0]}`)
      report.faults.push(`The retry of ${entry.token} led to ${entry.location}, not to ${there[0]}`);
  }
}

async function hurry(db: Database) {
  await db('deliveries').where({ state: 'sending' }).update({ next_attempt_at: db.fn.now() });
  await db('jobs.agenda_jobs').update({ locked_at: null });
}

async function settled(db: Database) {
  await eventually(
    async () =>
      !(await db('event_queue').first('event_id')) &&
      !(await db('deliveries').whereIn('state', ['pending', 'sending']).first('id')),
    { within: 180_000, every: 100 },
  );
}

const messageIdOf = (raw: string) => /^message-id:\s*(\S+)/im.exec(raw)?.[1] ?? '';

async function count(db: Database, ledger: Ledger, place: KillPlace, options: Options, report: KillReport) {
  const { entries } = ledger;
  report.raised = entries.length;
  report.acknowledged = ledger.acknowledged.length;
  for (const [token, numbers] of await ticketsOf(db, entries))
    if (numbers.length !== 1) report.faults.push(`${token} is there ${numbers.length} times`);

  const arrived = place.sink.mails.map(({ raw }) => messageIdOf(raw));
  report.mails = new Set(arrived).size;
  report.duplicates = arrived.length - report.mails;
  if (report.duplicates > options.rounds)
    report.faults.push(`${report.duplicates} mails came twice, more than there were kills`);
  report.faults.push(...(await mailFaults(db, entries.length, new Set(arrived))));
  for (const { invariant, rows } of await brokenInvariants(db, { acknowledged: entries.map(e => e.token) }))
    report.faults.push(`${invariant}: ${JSON.stringify(rows)}`);
}

/** Each ticket's requester was told, under the Message-ID that the delivery has. */
async function mailFaults(db: Database, tickets: number, arrived: Set<string>): Promise<string[]> {
  const wanted = await db('deliveries as d')
    .join('events as e', 'e.id', 'd.event_id')
    .join('tickets as t', 't.id', 'e.ticket_id')
    .where('d.channel', 'mail')
    .where('t.subject', 'like', 'Drill tok-%')
    .select('t.number', 'd.template', 'd.state', 'd.message_id');
  const told = new Set(wanted.filter(row => row.template === 'ticket-received').map(row => row.number));
  const faults = wanted
    .filter(row => row.state !== 'sent' || !arrived.has(row.message_id))
    .map(row => `The mail ${row.template} of #${row.number} is ${row.state} and did not arrive`);
  if (told.size !== tickets) faults.push(`${told.size} of ${tickets} requesters were told`);
  return faults;
}
