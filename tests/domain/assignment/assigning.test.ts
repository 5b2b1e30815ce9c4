import { beforeEach, expect, test } from 'vitest';
import { assignWaiting } from '../../../src/domain/assignment/assigning.ts';
import type { Rule } from '../../../src/domain/assignment/choosing.ts';
import { continueHandOvers, handOver } from '../../../src/domain/assignment/handing-over.ts';
import { releaseForAbsent } from '../../../src/domain/assignment/releasing.ts';
import { changeTeamRule, findTeamRule } from '../../../src/domain/assignment/team-rules.ts';
import {
  changeWorkingTimes,
  findWorkingTimes,
  setAvailability,
} from '../../../src/domain/assignment/working-times.ts';
import { Conflict, Forbidden, Invalid } from '../../../src/domain/errors.ts';
import { pickUpTicket } from '../../../src/domain/tickets/assigning.ts';
import { changeTicket } from '../../../src/domain/tickets/changing.ts';
import { resolveTicket } from '../../../src/domain/tickets/closing.ts';
import { changeTeam, changeUser, suspendUser } from '../../../src/domain/tickets/leaving.ts';
import { type Made, testWorld } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

// A Monday at nine, in the company's hours.
const world = await testWorld();
const { db, as, clock, follow, makeTicket, makeTeam, makeUser, reload, eventsOf, system } = world;
const employee = await makeUser();
const admin = await makeUser({ role: 'admin' });

beforeEach(() => clock.set('2026-03-02T09:00:00Z'));

const RULE: Rule = { method: 'round-robin', stickyDays: null, maxOpen: null, awayHours: null };

async function teamOf(size: number, rule: Partial<Rule> = {}) {
  const team = await makeTeam();
  const people = [];
  for (let n = 0; n < size; n += 1) people.push(await makeUser({ role: 'coordinator', teams: [team] }));
  await changeTeamRule(await as(admin), team.id, { ...RULE, ...rule, version: 0 });
  return { team, people };
}

async function raise(team: Made, count: number, by: Made = employee) {
  const tickets = [];
  for (let n = 0; n < count; n += 1) tickets.push(await makeTicket({ by, team }));
  return tickets;
}

const assign = async () => {
  await follow();
  return assignWaiting(await system());
};

const loads = async (people: readonly Made[]) => {
  const rows = await db('tickets')
    .whereIn(
      'assignee_id',
      people.map(({ id }) => id),
    )
    .select('assignee_id');
  return people.map(({ id }) => rows.filter(row => row.assignee_id === id).length);
};
const away = async (who: Made) => setAvailability(await as(who), false);

test('round robin gives 100 tickets to four people evenly, with four dispatchers at once, each ticket once', async () => {
  const { team, people } = await teamOf(4);
  const tickets = await raise(team, 100);
  await follow();
  const ctx = await system();
  const given = await Promise.all([1, 2, 3, 4].map(() => assignWaiting(ctx)));
  expect(given.reduce((sum, n) => sum + n, 0)).toBe(100);
  expect(await loads(people)).toEqual([25, 25, 25, 25]);
  const assigned = await db('events')
    .whereIn(
      'ticket_id',
      tickets.map(({ id }) => id),
    )
    .where({ type: 'ticket.changed' });
  expect(assigned).toHaveLength(100);
  expect(await db('assignment_queue').where({ team_id: team.id })).toEqual([]);
}, 60_000);

test('the history says who gave it and why; the ticket stays new, since nobody has begun', async () => {
  const { team, people } = await teamOf(1);
  const [ticket] = await raise(team, 1);
  expect(await assign()).toBe(1);
  expect(await reload(ticket!)).toMatchObject({ assigneeId: people[0]!.id, status: 'new', version: 2 });
  const { name } = await db('teams').where({ id: team.id }).first();
  expect((await eventsOf(ticket!)).at(-1)).toMatchObject({
    actor_kind: 'system',
    data: { verb: 'assigned', reason: 'round-robin', team: name },
  });
  await follow();
  expect(await db('notifications').where({ user_id: people[0]!.id, kind: 'assigned' })).toHaveLength(1);
});

test('following the same events twice, or running with nothing to do, changes nothing', async () => {
  const { team } = await teamOf(2);
  const [ticket] = await raise(team, 1);
  expect(await assign()).toBe(1);
  expect(await assign()).toBe(0);
  expect((await reload(ticket!)).version).toBe(2);
});

test('least loaded evens out what people had before', async () => {
  const { team, people } = await teamOf(3, { method: 'off' });
  const [first] = people;
  for (const ticket of await raise(team, 4)) await pickUpTicket(await as(first!), ticket);
  await changeTeamRule(await as(admin), team.id, { ...RULE, method: 'least-loaded', version: 0 });
  await raise(team, 8);
  expect(await assign()).toBe(8);
  expect(await loads(people)).toEqual([4, 4, 4]);
});

test('sticky: the requester keeps the coordinator they know, for so many days, while that one is there', async () => {
  const { team, people } = await teamOf(3, { stickyDays: 14 });
  const [, , known] = people;
  const requester = await makeUser();
  const [before] = await raise(team, 1, requester);
  await resolveTicket(await as(known!), await pickUpTicket(await as(known!), before!));
  await raise(team, 3, requester);
  await assign();
  expect(await loads(people)).toEqual([0, 0, 4]);
  await away(known!);
  const [other] = await raise(team, 1, requester);
  await assign();
  expect((await reload(other!)).assigneeId).not.toBe(known!.id);
  expect((await eventsOf(other!)).at(-1).data.reason).toBe('round-robin');
  await setAvailability(await as(known!), true);
  await db('tickets').where({ requester_id: requester.id }).update({ updated_at: '2026-01-01' });
  const [late] = await raise(team, 1, requester);
  await assign();
  expect((await eventsOf(late!)).at(-1).data.reason).toBe('round-robin');
});

test('whoever is away, absent or outside their hours gets nothing; once somebody comes, what waits is given', async () => {
  const { team, people } = await teamOf(3);
  const [gone, holiday, tokyo] = people;
  await away(gone!);
  await changeWorkingTimes(await as(holiday!), holiday!.id, {
    ...{ days: null, starts: null, ends: null, absentFrom: '2026-03-01', absentUntil: null, version: 0 },
  });
  await db('users').where({ id: tokyo!.id }).update({ time_zone: 'Asia/Tokyo' });
  const tickets = await raise(team, 3);
  expect(await assign()).toBe(0);
  expect(await db('assignment_queue').where({ team_id: team.id })).toHaveLength(3);
  clock.set('2026-03-03T00:30:00Z'); // half past nine in Tokyo
  expect(await assign()).toBe(3);
  expect(await loads(people)).toEqual([0, 0, 3]);
  expect(tickets).toHaveLength(3);
});

test('the maximum holds, also for somebody in two teams that are served at once', async () => {
  const { team, people } = await teamOf(1, { maxOpen: 5 });
  const other = await makeTeam();
  await world.join(people[0]!, [other]);
  await changeTeamRule(await as(admin), other.id, { ...RULE, maxOpen: 5, version: 0 });
  await raise(team, 4);
  await raise(other, 4);
  await follow();
  const ctx = await system();
  await Promise.all([assignWaiting(ctx), assignWaiting(ctx), assignWaiting(ctx)]);
  expect(await loads(people)).toEqual([5]);
  const [done] = await db('tickets').where({ assignee_id: people[0]!.id }).limit(1);
  await resolveTicket(await as(people[0]!), await reload(done));
  expect(await assign()).toBe(1);
});

test('a ticket is never given to who asked for it, nor one that was taken, solved or moved meanwhile', async () => {
  const { team, people } = await teamOf(1);
  const [only] = people;
  const [own] = await raise(team, 1, only!);
  const [taken, solved, moved] = await raise(team, 3);
  await follow();
  const elsewhere = await makeTeam();
  const ctx = await as(admin);
  await pickUpTicket(ctx, taken!);
  await resolveTicket(ctx, solved!);
  await changeTicket(ctx, moved!, { teamId: elsewhere.id });
  expect(await assign()).toBe(0);
  expect((await reload(taken!)).assigneeId).toBe(admin.id);
  for (const ticket of [own, solved, moved]) expect((await reload(ticket!)).assigneeId).toBeNull();
  expect(await db('assignment_queue').where({ team_id: team.id }).pluck('ticket_id')).toEqual([own!.id]);
  await db('assignment_queue').delete();
});

test('a ticket that comes from another team is given, one that a person puts back by hand is not', async () => {
  const { team, people } = await teamOf(1);
  const from = await makeTeam();
  const [ticket] = await raise(from, 1);
  await changeTicket(await as(admin), ticket!, { teamId: team.id });
  expect(await assign()).toBe(1);
  await changeTicket(await as(people[0]!), await reload(ticket!), { assigneeId: null });
  expect(await assign()).toBe(0);
});

test('who is suspended, or taken out of the team, loses the tickets to the others', async () => {
  const { team, people } = await teamOf(3);
  const [suspended, removed, stays] = people;
  await raise(team, 6);
  await assign();
  expect(await suspendUser(await as(admin), { userId: suspended!.id })).toMatchObject({ released: 2 });
  await assign();
  const row = await db('teams').where({ id: team.id }).first();
  const kept = { name: row.name, description: '', memberIds: [stays!.id] };
  const changed = await changeTeam(await as(admin), { id: team.id, version: row.version, ...kept });
  expect(changed.released).toBe(3);
  await assign();
  expect(await loads(people)).toEqual([0, 0, 6]);
  expect(removed).toBeDefined();
});

test('the same by the page of the person', async () => {
  const { team, people } = await teamOf(2);
  const [leaver] = people;
  await raise(team, 4);
  await assign();
  const user = await db('users').where({ id: leaver!.id }).first();
  const input = {
    userId: leaver!.id,
    version: user.version,
    firstName: user.first_name,
    lastName: user.last_name,
  };
  const rest = {
    email: user.email,
    companyId: '',
    departmentId: null,
    role: 'coordinator' as const,
    teamIds: [],
  };
  expect(await changeUser(await as(admin), { ...input, ...rest })).toMatchObject({ released: 2 });
  await assign();
  expect(await loads(people)).toEqual([0, 4]);
});

test('a requester who waits for somebody away gets another owner after the hours of the team, the others stay', async () => {
  const { team, people } = await teamOf(2, { awayHours: 4 });
  const [gone, there] = people;
  await away(there!);
  const [waits, answered] = await raise(team, 2);
  await assign();
  await world.comment(gone!, await reload(answered!));
  await away(gone!);
  await setAvailability(await as(there!), true);
  clock.advance({ hours: 3 });
  expect(await releaseForAbsent(await system())).toBe(0);
  clock.advance({ hours: 1 });
  expect(await releaseForAbsent(await system())).toBe(1);
  expect(await assign()).toBe(1);
  expect((await reload(waits!)).assigneeId).toBe(there!.id);
  expect((await reload(answered!)).assigneeId).toBe(gone!.id);
});

test('an admin hands all open tickets over: some at once, the rest in the background, what may not be owned stays', async () => {
  const { team, people } = await teamOf(2, { method: 'off' });
  const [from, to] = people;
  const other = await makeTeam();
  await world.join(from!, [other]);
  const many = [...(await raise(team, 27)), ...(await raise(other, 1))];
  for (const ticket of many) await pickUpTicket(await as(from!), ticket);
  const ctx = await as(admin);
  expect(await handOver(ctx, { fromId: from!.id, toId: to!.id })).toEqual({
    moved: 25,
    kept: 0,
    isDone: false,
  });
  await continueHandOvers(await system());
  expect(await loads([from!, to!])).toEqual([1, 27]);
  await expect(handOver(ctx, { fromId: from!.id, toId: employee.id })).rejects.toThrow(Invalid);
  await expect(handOver(await as(to!), { fromId: from!.id, toId: to!.id })).rejects.toThrow(Forbidden);
});

test('what an admin hands back to the team goes to somebody else of it', async () => {
  const { team, people } = await teamOf(2);
  const [from, other] = people;
  await raise(team, 4);
  await assign();
  await handOver(await as(admin), { fromId: from!.id, toId: null });
  expect(await assign()).toBe(2);
  expect(await loads([from!, other!])).toEqual([0, 4]);
});

test('a rule and times that changed meanwhile are a conflict; only admins change those of others', async () => {
  const { team, people } = await teamOf(2);
  const [one, two] = people;
  const ctx = await as(admin);
  const { rule } = await findTeamRule(ctx, team.id);
  await changeTeamRule(ctx, team.id, { ...rule, maxOpen: 8 });
  await expect(changeTeamRule(ctx, team.id, { ...rule, maxOpen: 9 })).rejects.toThrow(Conflict);
  await expect(changeTeamRule(await as(one!), team.id, rule)).rejects.toThrow(Forbidden);
  const hours = { days: [1, 2], starts: '08:00', ends: '12:00', absentFrom: null, absentUntil: null };
  await changeWorkingTimes(await as(one!), one!.id, { ...hours, version: 0 });
  await expect(changeWorkingTimes(ctx, one!.id, { ...hours, ends: '13:00', version: 0 })).rejects.toThrow(
    Conflict,
  );
  await expect(changeWorkingTimes(await as(two!), one!.id, { ...hours, version: 1 })).rejects.toThrow(
    Forbidden,
  );
  expect(await findWorkingTimes(ctx, one!.id)).toMatchObject({ ...hours, version: 1, awaySince: null });
  const types = await db('events')
    .whereIn('type', ['user.times-changed', 'team.assignment-changed'])
    .pluck('type');
  expect(new Set(types).size).toBe(2);
});

test('what holds always, still holds', async () => {
  await follow();
  await expectInvariants(db);
});
