import { expect, test } from 'vitest';
import { systemActor } from '../../../src/domain/access/actor.ts';
import { sealEvents, verifyChain } from '../../../src/domain/audit/sealing.ts';
import { recordEvent } from '../../../src/domain/events/recording.ts';
import { createServices } from '../../../src/services.ts';
import { testDatabase } from '../../support/db.ts';

const { db, config } = await testDatabase();
const services = await createServices(config, { db, world: { wake: () => {} } });
const ctx = await services.contextFor(systemActor('test'));

const record = (n: number) =>
  ctx.transaction(tx =>
    recordEvent(tx, 'x.done', { objectType: 'settings', label: 'A person' }, { data: { n }, silent: true }),
  );

/** As somebody with the database's own rights could. */
const tamper = (sql: string) =>
  db.transaction(async trx => {
    await trx.raw(`set local smartsupport.retention = 'on'`);
    await trx.raw(sql);
  });

test('events are sealed in a chain that fits', async () => {
  expect(await sealEvents(ctx)).toBe(0);
  for (let n = 0; n < 5; n += 1) await record(n);
  expect(await sealEvents(ctx)).toBe(5);
  await record(6);
  await record(7);
  expect(await sealEvents(ctx)).toBe(2);
  expect(await sealEvents(ctx)).toBe(0);
  expect(await verifyChain(ctx)).toEqual({ seals: 2, events: 7, brokenSealId: null });
});

test('two sealers at once make one chain', async () => {
  for (let n = 0; n < 10; n += 1) await record(n);
  const counts = await Promise.all([sealEvents(ctx), sealEvents(ctx), sealEvents(ctx)]);
  expect(counts.reduce((sum, n) => sum + n, 0)).toBe(10);
  expect((await verifyChain(ctx)).brokenSealId).toBeNull();
});

test('it waits for an event that is written but not committed, and then seals it', async () => {
  const late = await db.transaction();
  await late.raw(`insert into events (type, object_type) values ('late.done', 'settings')`);
  await record(20);
  expect(await sealEvents(ctx)).toBe(0);
  await late.commit();
  expect(await sealEvents(ctx)).toBe(2);
  expect((await verifyChain(ctx)).brokenSealId).toBeNull();
});

test('a name may be taken away, but no changed, removed or added event goes unseen', async () => {
  await tamper(`update events set object_label = '' where object_label = 'A person'`);
  expect((await verifyChain(ctx)).brokenSealId).toBeNull();

  await tamper(`update events set data = '{"n": 99}' where data = '{"n": 7}' and id < 10`);
  expect((await verifyChain(ctx)).brokenSealId).toBe(2);
  await tamper(`update events set data = '{"n": 7}' where data = '{"n": 99}'`);
  expect((await verifyChain(ctx)).brokenSealId).toBeNull();

  await tamper('delete from events where id = (select min(id) from events)');
  expect((await verifyChain(ctx)).brokenSealId).toBe(1);
});
