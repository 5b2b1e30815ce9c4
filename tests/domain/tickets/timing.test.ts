import { beforeEach, expect, test } from 'vitest';
import { Forbidden, Invalid, NotFound } from '../../../src/domain/errors.ts';
import {
  addTime,
  changeTime,
  discardTimer,
  removeTime,
  startTimer,
  stopTimer,
  timeSpentOn,
} from '../../../src/domain/tickets/timing.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';

const world = await testWorld();
const { db, as, clock, makeTicket } = world;
const { it, employee, coordinator, admin, stranger } = await usualPeople(world);
const today = () => clock.now().toISOString().slice(0, 10);
const entry = (minutes: number) => ({ minutes, note: 'Looked', spentOn: today() });
const one = () => makeTicket({ by: employee, team: it });

beforeEach(() => db('time_entries').delete());

test('a timer runs in the database, and its minutes are kept when it stops', async () => {
  const [ticket, ctx] = [await one(), await as(coordinator)];
  await startTimer(ctx, ticket, today());
  await startTimer(ctx, ticket, today());
  expect((await timeSpentOn(ctx, ticket)).running).toMatchObject({ ticketNumber: ticket.number });
  expect((await timeSpentOn(await as(admin), ticket)).running).toBeUndefined();
  clock.advance({ minutes: 25 });
  expect(await stopTimer(await as(coordinator), 'Called')).toEqual({ number: ticket.number, minutes: 25 });
  const time = await timeSpentOn(ctx, ticket);
  expect(time).toMatchObject({ minutes: 25, entryCount: 1, running: undefined });
  expect(time.entries[0]).toMatchObject({ minutes: 25, note: 'Called', person: { id: coordinator.id } });
  expect(await stopTimer(ctx)).toBeUndefined();
});

test('one timer a person: starting another keeps the time of the first', async () => {
  const [first, second, ctx] = [await one(), await one(), await as(coordinator)];
  await startTimer(ctx, first, today());
  clock.advance({ minutes: 10 });
  expect(await startTimer(ctx, second, today())).toEqual({ stopped: { number: first.number, minutes: 10 } });
  await Promise.all([startTimer(ctx, first, today()), startTimer(ctx, second, today())]);
  expect(await db('time_entries').whereNull('minutes')).toHaveLength(1);
});

test('a press too short for a minute counts as one, a night as a day', async () => {
  const [ticket, ctx] = [await one(), await as(coordinator)];
  await startTimer(ctx, ticket, today());
  expect((await stopTimer(ctx))?.minutes).toBe(1);
  await startTimer(ctx, ticket, today());
  clock.advance({ hours: 60 });
  expect((await stopTimer(await as(coordinator)))?.minutes).toBe(1_440);
});

test('a timer that is discarded leaves nothing', async () => {
  const [ticket, ctx] = [await one(), await as(coordinator)];
  await startTimer(ctx, ticket, today());
  await discardTimer(ctx);
  await discardTimer(ctx);
  expect(await timeSpentOn(ctx, ticket)).toMatchObject({ minutes: 0, entryCount: 0, running: undefined });
});

test('time is added by hand, corrected and removed by who spent it alone', async () => {
  const [ticket, ctx] = [await one(), await as(coordinator)];
  await addTime(ctx, ticket, entry(45));
  const { id } = (await timeSpentOn(ctx, ticket)).entries[0]!;
  await expect(changeTime(await as(admin), ticket, id, entry(1))).rejects.toThrow(NotFound);
  await expect(removeTime(await as(admin), ticket, id)).rejects.toThrow(NotFound);
  await changeTime(ctx, ticket, id, entry(50));
  expect((await timeSpentOn(ctx, ticket)).minutes).toBe(50);
  await removeTime(ctx, ticket, id);
  expect((await timeSpentOn(ctx, ticket)).minutes).toBe(0);
});

test('a day that is none, or in the future, is refused', async () => {
  const [ticket, ctx] = [await one(), await as(coordinator)];
  for (const spentOn of ['2026-02-30', 'yesterday', '2999-01-01', '1999-12-31', ''])
    await expect(addTime(ctx, ticket, { ...entry(5), spentOn })).rejects.toThrow(Invalid);
});

test('who does not work the ticket neither spends nor sees time', async () => {
  const ticket = await one();
  for (const who of [employee, stranger]) {
    const ctx = await as(who);
    await expect(addTime(ctx, ticket, entry(5))).rejects.toThrow(Forbidden);
    await expect(startTimer(ctx, ticket, today())).rejects.toThrow(Forbidden);
    await expect(timeSpentOn(ctx, ticket)).rejects.toThrow(Forbidden);
  }
});
