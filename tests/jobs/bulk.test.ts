import { expect, test } from 'vitest';
import { planRun, startRun } from '../../src/domain/bulk/planning.ts';
import { findRun } from '../../src/domain/bulk/run.ts';
import { createServices } from '../../src/services.ts';
import { startWorker } from '../../src/worker.ts';
import { eventually } from '../support/eventually.ts';
import { desk } from './desk.ts';

const { db, config, people, as, raise } = await desk();

test('two workers do a large run together, each ticket once', async () => {
  const ids: number[] = [];
  for (let i = 0; i < 30; i += 1) ids.push((await raise()).id);
  const ctx = await as(people.marek);
  const run = await planRun(ctx, {
    act: 'note',
    parameters: { body: 'Once' },
    ids,
    source: { kind: 'ids', back: '/queue/all' },
  });
  await startRun(ctx, run);
  const services = await Promise.all([createServices(config, { db }), createServices(config, { db })]);
  const workers = await Promise.all(services.map(each => startWorker(each)));
  services[0].world.wake('run-bulk');
  await eventually(async () => (await findRun(ctx, run.id)).state === 'done', { within: 20_000 });
  expect((await findRun(ctx, run.id)).counts).toMatchObject({ changed: 30, waiting: 0 });
  expect(await db('comments').where({ kind: 'note', body: 'Once' })).toHaveLength(30);
  for (const worker of workers) await worker.stop();
  for (const each of services) await each.close();
}, 60_000);
