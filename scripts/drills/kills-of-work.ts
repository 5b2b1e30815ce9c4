import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Services } from '../../src/services.ts';
import { brokenInvariants } from '../../tests/support/broken-invariants.ts';
import { eventually } from '../../tests/support/eventually.ts';
import type { SmtpSink } from '../../tests/support/mail-server.ts';
import { type Program, startProgram } from './program.ts';
import { type Desk, giveWork, makeDesk, type PushSink, type Work } from './work.ts';

type Options = {
  services: Services;
  /** Settings of `src/worker.ts`. */
  settings: Record<string, string>;
  sink: SmtpSink;
  pushes: PushSink;
  rounds: number;
  /** Tickets of a bulk run. */
  size: number;
  say: (line: string) => void;
};

export type WorkReport = { works: number; mailsTwice: number; pushesTwice: number; faults: string[] };

/** Tags of one ticket are limited, so it is put aside in time. */
const ROUNDS_OF_A_DESK = 30;
const PRELOAD = pathToFileURL(
  path.resolve(import.meta.dirname, '../../tests/support/preloads/push-here.js'),
).href;

/** kill -9 of a worker in the middle of bulk runs, held replies, digests and push messages; then all is counted. */
export async function drillKillsOfWork(options: Options): Promise<WorkReport> {
  const { services, rounds, say } = options;
  const works: Work[] = [];
  let desk: Desk | undefined;
  let worker: Program | undefined;
  try {
    for (let round = 1; round <= rounds; round += 1) {
      if (!desk || round % ROUNDS_OF_A_DESK === 0) desk = await newDesk(options);
      await giveBack(services);
      worker = await start(options);
      const work = await giveWork(desk, round);
      works.push(work);
      await STAGES[round % STAGES.length]!(services, work, options.pushes);
      await worker.end('SIGKILL');
      if (round % 10 === 0) say(`${round} kills`);
    }
    await giveBack(services);
    worker = await start(options);
    for (const job of ['run-bulk', 'release-replies', 'send-digests', 'deliver-push', 'deliver-mail'])
      services.world.wake(job);
    await settled(services);
    const { code } = await worker.end('SIGTERM');
    const report = await count(options, works);
    if (code !== 0) report.faults.push(`The last worker ended with ${code}`);
    return report;
  } finally {
    worker?.signal('SIGKILL');
  }
}

const start = ({ settings, pushes }: Options) =>
  startProgram('worker', { ...settings, PUSH_HERE: pushes.url }, { preload: [PRELOAD] });

/** Its tickets are old: nobody is told of them any more. */
async function newDesk({ services, size }: Options): Promise<Desk> {
  const desk = await makeDesk(services, size);
  await services.db('event_queue').delete();
  return desk;
}

/** Leases and locks of the killed, which the database's clock would give back within minutes. */
async function giveBack({ db }: Services) {
  await db('deliveries').where({ state: 'sending' }).update({ next_attempt_at: db.fn.now() });
  await db('jobs.agenda_jobs').update({ locked_at: null });
}

/** The moments to kill at: just when a part of the work has begun. */
const STAGES: ((services: Services, work: Work, pushes: PushSink) => Promise<unknown>)[] = [
  ({ db }, { runId, tickets }) => {
    const most = Math.floor(Math.random() * (tickets.length - 5));
    return until(async () => {
      const { rows } = await db.raw<{ rows: { n: number }[] }>(
        `select count(*)::int as n from bulk_items where run_id = ? and state <> 'waiting'`,
        [runId],
      );
      return (rows[0]?.n ?? 0) > most;
    });
  },
  ({ db }, { token }) =>
    until(() =>
      db('comments')
        .where({ body: `Reply ${token}` })
        .first('id'),
    ),
  ({ db }, { readers }) =>
    until(() =>
      db('digests')
        .whereIn(
          'user_id',
          readers.map(({ id }) => id),
        )
        .first('id'),
    ),
  (_services, { readers }, { told }) => until(async () => readers.some(reader => told.has(reader.path))),
];

const until = (probe: () => Promise<unknown>) => eventually(probe, { within: 30_000, every: 1 });

async function settled({ db }: Services) {
  const nothing = async (table: string, where: object) => !(await db(table).where(where).first());
  await eventually(
    async () =>
      (await nothing('bulk_runs', { state: 'running' })) &&
      (await nothing('held_replies', {})) &&
      (await nothing('digest_items', { digest_id: null })) &&
      (await nothing('event_queue', {})) &&
      !(await db('deliveries').whereIn('state', ['pending', 'sending']).first('id')),
    { within: 120_000, every: 100 },
  );
}

async function count(options: Options, works: Work[]): Promise<WorkReport> {
  const { services, rounds, sink, pushes } = options;
  const arrived = sink.mails.map(({ raw }) => /^message-id:\s*(\S+)/im.exec(raw)?.[1] ?? '');
  const mailsTwice = arrived.length - new Set(arrived).size;
  const readers = works.flatMap(work => work.readers);
  const told = readers.reduce((sum, { path }) => sum + (pushes.told.get(path) ?? 0), 0);
  const pushesTwice = told - readers.reduce((sum, reader) => sum + reader.pushes, 0);
  const faults: string[] = [];
  for (const work of works) {
    faults.push(...(await bulkFaults(services, work)), ...(await replyFaults(services, work)));
    faults.push(...(await readerFaults(services, work, new Set(arrived), pushes)));
  }
  if (mailsTwice > rounds) faults.push(`${mailsTwice} mails came twice, more than there were kills`);
  if (pushesTwice > rounds) faults.push(`${pushesTwice} push messages came twice, more than kills`);
  for (const { invariant, rows } of await brokenInvariants(services.db))
    faults.push(`${invariant}: ${JSON.stringify(rows)}`);
  return { works: works.length, mailsTwice, pushesTwice, faults };
}

/** Each ticket has one event of the run, and the run has come to its end. */
async function bulkFaults({ db }: Services, { runId, tickets }: Work): Promise<string[]> {
  const run = await db('bulk_runs').where({ id: runId }).first('state', 'act');
  const changed = await db('bulk_items').where({ run_id: runId, state: 'changed' }).pluck('ticket_id');
  const { rows } = await db.raw<{ rows: { n: number }[] }>(
    'select count(*)::int as n from events where request_id = ? and ticket_id is not null group by ticket_id',
    [`bulk-${runId}`],
  );
  const once = rows.filter(({ n }) => n === 1).length;
  if (
    run.state === 'done' &&
    changed.length === tickets.length &&
    once === tickets.length &&
    rows.length === once
  )
    return [];
  return [
    `The run ${runId} (${run.act}) is ${run.state}: ${changed.length} of ${tickets.length} changed, ${once} with one event of ${rows.length}`,
  ];
}

async function replyFaults({ db }: Services, { token, held }: Work): Promise<string[]> {
  const posted: number[] = await db('comments')
    .where({ body: `Reply ${token}` })
    .orderBy('ticket_id')
    .pluck('ticket_id');
  return `${posted}` === `${held}` ? [] : [`The replies to ${held} were posted to ${posted}`];
}

async function readerFaults({ db }: Services, { readers }: Work, arrived: Set<string>, pushes: PushSink) {
  const faults: string[] = [];
  for (const { id, path: browser, pushes: wanted } of readers) {
    const days = await db('digests').where({ user_id: id }).pluck('day');
    const mails = await db('deliveries').where({ recipient_id: id, template: 'digest' });
    const [mail] = mails;
    if (days.length !== 1 || mails.length !== 1 || mail.state !== 'sent' || !arrived.has(mail.message_id))
      faults.push(
        `${id} has ${days.length} digests, ${mails.length} mails of it: ${mail?.state} ${mail?.last_error}`,
      );
    const sent = await db('deliveries').where({ recipient_id: id, channel: 'push' });
    const told = pushes.told.get(browser) ?? 0;
    if (told < wanted || sent.some(row => row.state !== 'sent' || row.attempts > 5))
      faults.push(`${id} was told ${told} of ${wanted}: ${sent.map(row => `${row.state} ${row.attempts}`)}`);
  }
  return faults;
}
