import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Services } from '../../src/services.ts';
import { createServices } from '../../src/services.ts';
import { startWorker } from '../../src/worker.ts';
import { eventually } from '../support/eventually.ts';
import { expectInvariants } from '../support/invariants.ts';
import { smtpSink } from '../support/smtp.ts';
import { desk } from './desk.ts';

const sink = await smtpSink();
const { db, config, raise } = await desk({ settings: { SMTP_URL: sink.url } });

let services: Services;
const workers: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  services = await createServices(config, { db });
  workers.push(await startWorker(services), await startWorker(services));
});
afterAll(async () => {
  await Promise.all(workers.map(worker => worker.stop()));
  await services.close();
});

const mailsAbout = (number: number) => sink.mails.filter(mail => mail.raw.includes(`#${number}`));

test('two workers have each job of the schedule once', async () => {
  const names = await db('jobs.agenda_jobs').where({ type: 'single' }).orderBy('name').pluck('name');
  expect(names).toEqual([
    'assign-tickets',
    'close-resolved',
    'deliver-mail',
    'deliver-push',
    'dispatch-events',
    'fold-counts',
    'fold-lexicon',
    'make-thumbnails',
    'receive-mail',
    'release-replies',
    'run-bulk',
    'seal-audit',
    'send-digests',
    'stamp-due',
    'sweep',
  ]);
});

test('a ticket is mailed within moments of its wake-up, and once', async () => {
  const { number, id } = await raise();
  services.world.wake('dispatch-events');
  await eventually(() => mailsAbout(number).length === 3);
  await eventually(() => db('ticket_documents').where({ ticket_id: id }).first());
  expect(mailsAbout(number)).toHaveLength(3);
});

test('without any wake-up the next tick does it', async () => {
  const { number } = await raise();
  await eventually(() => mailsAbout(number).length === 3, { within: 20_000 });
}, 30_000);

test('the worker outlives the loss of all its connections', async () => {
  for (let round = 0; round < 3; round += 1) {
    await db.raw(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'smartsupport-jobs'`,
    );
    await new Promise(resolve => setTimeout(resolve, 300));
  }
  const { number } = await raise();
  services.world.wake('dispatch-events');
  await eventually(() => mailsAbout(number).length === 3, { within: 20_000 });
  // Wake-ups are heard again, not only ticks.
  await eventually(async () => {
    const { rows } = await db.raw(
      `select 1 from pg_stat_activity where datname = current_database() and query like 'LISTEN%'`,
    );
    return rows.length >= 2;
  });
  await expectInvariants(db);
}, 40_000);

test('a worker that stops leaves no lock behind', async () => {
  const extra = await startWorker(services);
  await extra.stop();
  const gone = await db('jobs.agenda_jobs').whereNotNull('locked_at').where('name', 'sweep');
  expect(gone).toEqual([]);
});
