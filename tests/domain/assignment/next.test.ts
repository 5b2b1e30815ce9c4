import { expect, test } from 'vitest';
import { isPerson } from '../../../src/domain/access/actor.ts';
import { takeNextTicket, waitingTickets } from '../../../src/domain/assignment/next.ts';
import { changeTeamRule } from '../../../src/domain/assignment/team-rules.ts';
import { Forbidden } from '../../../src/domain/errors.ts';
import { pickUpTicket } from '../../../src/domain/tickets/assigning.ts';
import { changeTicket } from '../../../src/domain/tickets/changing.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, clock, makeCategory, makeTeam, makeTicket, makeUser, reload, eventsOf } = world;
const { hr, employee, admin } = await usualPeople(world);

async function desk(size = 1) {
  const team = await makeTeam();
  const people = [];
  for (let n = 0; n < size; n += 1) people.push(await makeUser({ role: 'coordinator', teams: [team] }));
  return { team, people, first: people[0]! };
}

test('the most urgent ticket that nobody has becomes the person’s, opened, with the reason', async () => {
  const { team, first } = await desk();
  const calm = await makeTicket({ by: employee, team });
  const pressing = await makeTicket({ by: employee, team, impact: 'stopped' });
  await makeTicket({ by: employee, team: hr, impact: 'stopped' });
  const ctx = await as(first);
  expect(await takeNextTicket(ctx)).toMatchObject({
    number: pressing.number,
    reason: { because: 'due', minutes: 30, skill: null, open: 0 },
  });
  expect(await reload(pressing)).toMatchObject({ assigneeId: first.id, status: 'open', version: 2 });
  expect((await eventsOf(pressing)).at(-1)).toMatchObject({
    actor_id: first.id,
    data: { verb: 'picked-up', reason: 'next', next: { because: 'due', minutes: 30 } },
  });
  expect(await takeNextTicket(ctx)).toMatchObject({ number: calm.number, reason: { open: 1 } });
  expect(await takeNextTicket(ctx)).toEqual({ number: null, full: null });
});

test('coordinators who press at once never get the same, and nobody goes without while there is one', async () => {
  const { team, people } = await desk(5);
  const tickets = [];
  for (let n = 0; n < 5; n += 1) tickets.push(await makeTicket({ by: employee, team }));
  const got = await Promise.all(people.map(async who => takeNextTicket(await as(who))));
  expect(new Set(got.map(({ number }) => number))).toEqual(new Set(tickets.map(({ number }) => number)));
});

test('own tickets, those on hold, solved, spam or of an owner are not offered', async () => {
  const { team, first } = await desk();
  await makeTicket({ by: first, team });
  const held = await makeTicket({ by: employee, team });
  await changeTicket(await as(first), held, { status: 'on-hold', waitingOn: 'other' });
  const spam = await makeTicket({ by: employee, team });
  await db('tickets').where({ id: spam.id }).update({ spam_at: new Date() });
  await pickUpTicket(await as(admin), await makeTicket({ by: employee, team }));
  expect(await takeNextTicket(await as(first))).toEqual({ number: null, full: null });
});

test('a matter one has worked before comes first among equals, and is named', async () => {
  const { team, first } = await desk();
  const scanners = await makeCategory({ team, name: 'Scanners' });
  const ctx = await as(first);
  await pickUpTicket(ctx, await makeTicket({ by: employee, category: scanners }));
  await makeTicket({ by: employee, team });
  clock.advance({ minutes: 5 });
  const known = await makeTicket({ by: employee, category: scanners });
  expect(await takeNextTicket(ctx)).toMatchObject({
    number: known.number,
    reason: { because: 'age', minutes: 0, skill: 'Scanners', open: 1 },
  });
});

test('a team’s maximum holds here too, and is said', async () => {
  const { team, first } = await desk();
  const rule = { method: 'off' as const, stickyDays: null, maxOpen: 1, awayHours: null, version: 0 };
  await changeTeamRule(await as(admin), team.id, rule);
  for (let n = 0; n < 2; n += 1) await makeTicket({ by: employee, team });
  const ctx = await as(first);
  expect((await takeNextTicket(ctx)).number).not.toBeNull();
  const { name } = await db('teams').where({ id: team.id }).first();
  expect(await takeNextTicket(ctx)).toEqual({ number: null, full: name });
});

test('an employee has no queue to take from; an admin takes from every team', async () => {
  await expect(takeNextTicket(await as(employee))).rejects.toThrow(Forbidden);
  const { team } = await desk();
  const urgent = await makeTicket({ by: employee, team, impact: 'stopped' });
  const ctx = await as(admin);
  for (let n = 0; n < 30; n += 1) {
    const { number } = await takeNextTicket(ctx);
    if (number === urgent.number) return;
  }
  throw new Error('never offered');
});

test('what is read to choose from is bounded, however many wait: sixty of a team, each by an index', async () => {
  const { team, first } = await desk();
  await makeTicket({ by: employee, team });
  await db.raw(
    `insert into tickets (subject, requester_id, team_id, priority, created_at)
     select 'Bulk ' || n, ?, ?, 'low', now() - n * interval '1 minute' from generate_series(1, 20000) as n`,
    [employee.id, team.id],
  );
  await db.raw('analyze tickets');
  const plans: string[] = [];
  const listen = async ({ sql, bindings }: { sql: string; bindings: readonly unknown[] }) => {
    if (!/\bhead join\b/.test(sql) || sql.startsWith('explain')) return;
    const text = sql.replace(/\$\d+/g, '?');
    const { rows } = await db.raw(`explain ${text}`, bindings as never);
    plans.push(rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n'));
  };
  const seen: { sql: string; bindings: readonly unknown[] }[] = [];
  db.on('query', (asked: { sql: string; bindings: readonly unknown[] }) => seen.push(asked));
  for (const who of [first, admin]) {
    const ctx = await as(who);
    if (!isPerson(ctx.actor)) throw new Error('a person');
    expect((await waitingTickets(ctx, ctx.actor, [])).length).toBeLessThanOrEqual(60);
  }
  for (const asked of [...seen]) await listen(asked);
  expect(plans).toHaveLength(2);
  for (const plan of plans) expect(plan).not.toMatch(/Seq Scan on tickets/);
  await db('tickets').where('subject', 'like', 'Bulk %').delete();
});

test('what holds always, still holds', async () => {
  await world.follow();
  await db('tickets').whereNotNull('spam_at').update({ spam_at: null });
  await expectInvariants(db);
});
