import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { storeMail } from '../../src/domain/mail/storing.ts';
import { eventually } from '../support/eventually.ts';
import { expectInvariants } from '../support/invariants.ts';
import { smtpSink } from '../support/smtp.ts';
import { desk } from './desk.ts';

/** A hundred in the drill (ROUNDS=100). */
const ROUNDS = Number(process.env.ROUNDS ?? 2);
const MAILS_A_ROUND = 6;

/** Two mails of each of two domains may be on their way at once, so a kill may send as many again. */
const IN_FLIGHT = 4;

const sink = await smtpSink();
const { db, config, system } = await desk({ settings: { SMTP_URL: sink.url } });
const root = path.resolve(import.meta.dirname, '../..');

let child: ChildProcess | undefined;
afterAll(() => child?.kill('SIGKILL'));

const startChild = (): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', 'src/worker.ts'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      NODE_ENV: 'development',
      DATABASE_URL: config.database.url,
      DATA_DIR: config.dataDir,
      SMTP_URL: sink.url,
      LOG_LEVEL: 'error',
    },
  });

const mail = (n: number) =>
  Buffer.from(
    `From: Person ${n} <person${n}@elsewhere.example>\r\nTo: support@company.example\r\nSubject: Mail ${n}\r\n` +
      `Message-ID: <kill${n}@elsewhere.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nWords ${n}\r\n` +
      `--b\r\nContent-Type: text/plain; name=log.txt\r\nContent-Disposition: attachment; filename=log.txt\r\n\r\nlog ${n}\r\n--b--\r\n`,
  );
const handled = async () =>
  Number((await db('inbound_mails').whereNot({ fate: 'received' }).count('* as n').first())?.n);
const databaseTime = async (): Promise<Date> => (await db.raw('select clock_timestamp() as now')).rows[0].now;
/** What a killed worker held is given back at once: the test need not wait a minute each round. */
const giveBack = async () => {
  await db('inbound_mails').where({ fate: 'received' }).update({ next_attempt_at: db.fn.now(), attempts: 0 });
  await db('deliveries').where({ state: 'sending' }).update({ next_attempt_at: db.fn.now() });
  await db('jobs.agenda_jobs').update({ locked_at: null });
};

test(
  `mails survive ${ROUNDS} kills of the worker amid reading and committing: each has its one effect`,
  async () => {
    const [mailbox] = await db('mailboxes')
      .insert({ name: 'Support', address: 'support@company.example', kind: 'push' })
      .returning('id');
    let n = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      for (let each = 0; each < MAILS_A_ROUND; each += 1) {
        n += 1;
        await storeMail(system, { raw: mail(n), source: 'smtp', mailboxId: mailbox.id });
      }
      await giveBack();
      const before = await handled();
      const started = await databaseTime();
      child = startChild();
      const ended = once(child, 'exit');
      const isFar = async () => {
        // A lock that the killed worker was taking may come in after it was given back.
        await db('jobs.agenda_jobs').where('locked_at', '<', started).update({ locked_at: null });
        if ((await handled()) > before + (round % 4)) return true;
        // Says why, if it is so until the end.
        const stuck = await db('inbound_mails').whereNotNull('last_error').first('last_error');
        throw new Error(stuck?.last_error ?? 'No mail was handled');
      };
      await eventually(isFar, { within: 60_000, every: 2 });
      child.kill('SIGKILL');
      await ended;
    }
    await giveBack();
    child = startChild();
    const ended = once(child, 'exit');
    await eventually(async () => (await handled()) === n, { within: 60_000 });
    await eventually(async () => !(await db('event_queue').first()), { within: 60_000 });
    const onTheirWay = db('deliveries').whereIn('state', ['pending', 'sending']);
    await eventually(async () => !(await onTheirWay.clone().first()), { within: 120_000 });
    child.kill('SIGTERM');
    await ended;

    expect(await db('inbound_mails').whereNot({ fate: 'ticket' })).toEqual([]);
    const subjects = await db('tickets').where('subject', 'like', 'Mail %').pluck('subject');
    expect(subjects).toHaveLength(n);
    expect(new Set(subjects).size).toBe(n);
    const files = await db('attachments').whereNotNull('comment_id');
    expect(files).toHaveLength(n);
    // Each sender is told once that it arrived.
    const receipts = await db('deliveries').where({ template: 'ticket-received' });
    expect(receipts).toHaveLength(n);
    const mails = await db('deliveries').where({ channel: 'mail' }).select('message_id', 'state');
    expect(mails.filter(each => each.state !== 'sent')).toEqual([]);
    const arrived = sink.mails.map(({ raw }) => /^message-id: (.+)$/im.exec(raw)?.[1]?.trim());
    expect(new Set(arrived)).toEqual(new Set(mails.map(each => each.message_id)));
    expect(arrived.length - mails.length).toBeLessThanOrEqual((ROUNDS + 1) * IN_FLIGHT);
    await expectInvariants(db);
  },
  180_000 + ROUNDS * 40_000,
);
