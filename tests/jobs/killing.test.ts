import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { expectInvariants } from '../support/invariants.ts';
import { smtpSink } from '../support/smtp.ts';
import { desk } from './desk.ts';

const ROUNDS = 4;

const sink = await smtpSink();
const { db, config, people, raise } = await desk({ settings: { SMTP_URL: sink.url } });
const root = path.resolve(import.meta.dirname, '../..');

let child: ChildProcess | undefined;
afterAll(() => child?.kill('SIGKILL'));

function startChild(): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', 'src/worker.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      NODE_ENV: 'development',
      DATABASE_URL: config.database.url,
      DATA_DIR: config.dataDir,
      SMTP_URL: sink.url,
      LOG_LEVEL: 'info',
    },
  });
}

const idOf = (raw: string) => /^message-id: (.+)$/im.exec(raw)?.[1]?.trim() ?? '';
const arrived = () => new Set(sink.mails.map(mail => idOf(mail.raw)));

test(`mails survive ${ROUNDS} kills of the worker: each arrives, and twice at most once a kill`, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let n = 0; n < 4; n += 1) await raise(n % 2 ? people.anna : people.ben);
    // A lease of the worker before is given back at once: the test need not wait a minute each round.
    await db('deliveries').where({ state: 'sending' }).update({ next_attempt_at: db.fn.now() });
    await db('jobs.agenda_jobs').update({ locked_at: null });
    const before = sink.mails.length;
    child = startChild();
    const ended = once(child, 'exit');
    await eventually(() => sink.mails.length > before + (round % 4), { within: 20_000, every: 1 });
    child.kill('SIGKILL');
    await ended;
  }
  await db('deliveries').where({ state: 'sending' }).update({ next_attempt_at: db.fn.now() });
  await db('jobs.agenda_jobs').update({ locked_at: null });
  child = startChild();
  const ended = once(child, 'exit');
  await eventually(async () => !(await db('event_queue').first()), { within: 30_000 });
  await eventually(async () => !(await db('deliveries').whereIn('state', ['pending', 'sending']).first()), {
    within: 30_000,
  });
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);

  const wanted = await db('deliveries').where({ channel: 'mail' }).select('message_id', 'state');
  expect(wanted).toHaveLength(ROUNDS * 4 * 3);
  expect(wanted.filter(row => row.state !== 'sent')).toEqual([]);
  expect(arrived()).toEqual(new Set(wanted.map(row => row.message_id)));
  expect(sink.mails.length - arrived().size).toBeLessThanOrEqual(ROUNDS);
  await expectInvariants(db);
}, 180_000);
