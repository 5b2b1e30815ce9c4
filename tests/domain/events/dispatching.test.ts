import { expect, test } from 'vitest';
import { systemActor } from '../../../src/domain/access/actor.ts';
import { dispatchEvents, type Listener, MAX_ATTEMPTS } from '../../../src/domain/events/dispatching.ts';
import { failedWork, retryFailed } from '../../../src/domain/events/failed.ts';
import { recordEvent } from '../../../src/domain/events/recording.ts';
import { createServices } from '../../../src/services.ts';
import { testDatabase } from '../../support/db.ts';

const { db, config } = await testDatabase();
const woken: string[] = [];
const services = await createServices(config, { db, world: { wake: job => woken.push(job) } });
const ctx = await services.contextFor(systemActor('test'));

const record = (type: string, label = '') =>
  ctx.transaction(tx => recordEvent(tx, type, { objectType: 'settings', label }));
const waiting = () => db('event_queue').orderBy('event_id').pluck('event_id');
const due = () => db('event_queue').update({ next_attempt_at: db.fn.now() });

test('a listener gets the events it names, in order, and they leave the outbox', async () => {
  const seen: string[] = [];
  const listener: Listener = async (_tx, events) => {
    seen.push(...events.map(event => event.type));
  };
  await record('a.done');
  await record('b.done');
  await record('nobody.listens');
  await record('a.done');
  const result = await dispatchEvents(ctx, { 'a.done': [listener], 'b.done': [listener] });
  expect(result).toEqual({ taken: 4, failed: 0 });
  expect(seen).toEqual(['a.done', 'b.done', 'a.done']);
  expect(await waiting()).toEqual([]);
  expect(woken).toContain('dispatch-events');
});

test('two dispatchers at once share the work and do nothing twice', async () => {
  const seen: number[] = [];
  const slow: Listener = async (tx, events) => {
    await tx.db.raw('select pg_sleep(0.02)');
    seen.push(...events.map(event => event.id));
  };
  const ids = await Promise.all(Array.from({ length: 40 }, () => record('x.done')));
  const work = async () => {
    while ((await dispatchEvents(ctx, { 'x.done': [slow] }, 5)).taken > 0);
  };
  await Promise.all([work(), work(), work()]);
  expect(seen.sort((a, b) => a - b)).toEqual(ids.sort((a, b) => a - b));
});

test('a poison event waits and the others of its batch go through, with all it wrote undone', async () => {
  const good: string[] = [];
  const listener: Listener = async (tx, events) => {
    for (const event of events) {
      await tx.db('settings').insert({ key: `event-${event.id}`, value: '1' });
      if (event.data.poison) throw new Error('This event is poison');
      good.push(event.type);
    }
  };
  const first = await record('p.done');
  const poison = await ctx.transaction(tx =>
    recordEvent(tx, 'p.done', { objectType: 'settings', label: 'bad' }, { data: { poison: true } }),
  );
  const last = await record('p.done');
  expect(await dispatchEvents(ctx, { 'p.done': [listener] })).toEqual({ taken: 3, failed: 1 });
  expect(await waiting()).toEqual([poison]);
  expect(await db('settings').orderBy('key').pluck('key')).toEqual(
    [`event-${first}`, `event-${last}`].sort((a, b) => a.localeCompare(b)),
  );
  const row = await db('event_queue').where({ event_id: poison }).first();
  expect(row).toMatchObject({ attempts: 1, failed_at: null, last_error: 'This event is poison' });
  expect(row.next_attempt_at > new Date()).toBe(true);
  await db('event_queue').delete();
  await db('settings').delete();
});

test('an event that fails for good is shown to admins, who can let it run again', async () => {
  let broken = true;
  const listener: Listener = async () => {
    if (broken) throw new Error('Out of order');
  };
  const id = await record('q.done', 'A label');
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    await due();
    expect(await dispatchEvents(ctx, { 'q.done': [listener] })).toEqual({ taken: 1, failed: 1 });
  }
  await due();
  expect(await dispatchEvents(ctx, { 'q.done': [listener] })).toEqual({ taken: 0, failed: 0 });
  const { rows } = await failedWork(ctx);
  expect(rows).toMatchObject([
    { kind: 'event', id: String(id), name: 'q.done', about: 'A label', error: 'Out of order', attempts: 12 },
  ]);

  broken = false;
  await retryFailed(ctx, 'event', String(id));
  expect(await dispatchEvents(ctx, { 'q.done': [listener] })).toEqual({ taken: 1, failed: 0 });
  expect((await failedWork(ctx)).rows).toEqual([]);
  await expect(retryFailed(ctx, 'event', String(id))).rejects.toThrow('No such failed work');
});

test('failed work comes in pages, newest first, of all three kinds', async () => {
  const [user] = await db('users').insert({ email: 'gone@company.example' }).returning('id');
  for (let n = 0; n < 3; n += 1) {
    const id = await record('r.done');
    await db('event_queue').where({ event_id: id }).update({ failed_at: db.fn.now(), attempts: 12 });
    await db('deliveries').insert({
      ...{ event_id: id, recipient_id: user.id, channel: 'mail', template: 'ticket-reply', state: 'failed' },
    });
  }
  await db('jobs.agenda_jobs').insert({
    name: 'sweep',
    fail_count: 2,
    failed_at: db.fn.now(),
    fail_reason: 'x',
  });
  const seen: string[] = [];
  let after: string | undefined;
  for (;;) {
    const { rows, more } = await failedWork(ctx, { after, limit: 2 });
    seen.push(...rows.map(row => `${row.kind}${row.id}`));
    after = rows.at(-1)?.cursor;
    if (!more) break;
  }
  expect(new Set(seen).size).toBe(7);
  expect(seen).toHaveLength(7);
});

test('only admins may see and repeat failed work', async () => {
  const stranger = await services.contextFor({ kind: 'anonymous' });
  await expect(failedWork(stranger)).rejects.toThrow();
  await expect(retryFailed(stranger, 'event', '1')).rejects.toThrow();
});
