import { expect, test } from 'vitest';
import { Conflict, Forbidden, Invalid } from '../../../src/domain/errors.ts';
import { pickUpTicket } from '../../../src/domain/tickets/assigning.ts';
import { changeTicket } from '../../../src/domain/tickets/changing.ts';
import { findTicket } from '../../../src/domain/tickets/ticket.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, clock, comment, makeTicket, makeUser, reload, eventsOf } = world;
const { it, hr, employee, coordinator, stranger, admin } = await usualPeople(world);
const second = await makeUser({ role: 'coordinator', teams: [it] });
const both = await makeUser({ role: 'coordinator', teams: [it, hr] });
const changesOf = async (ticket: { id: number }) =>
  (await eventsOf(ticket)).filter(event => event.type === 'ticket.changed').map(event => event.changes);
const conflictOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof Conflict ? error.conflicts : error),
  );

test('several fields at once are one version and one event', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const changed = await changeTicket(await as(coordinator), ticket, {
    subject: 'Better words',
    priority: 'high',
    assigneeId: second.id,
    status: 'in-progress',
  });
  expect(changed).toMatchObject({
    subject: 'Better words',
    priority: 'high',
    assigneeId: second.id,
    status: 'in-progress',
    version: 2,
  });
  expect(await changesOf(ticket)).toEqual([
    {
      status: ['new', 'in-progress'],
      assigneeId: [null, second.id],
      subject: [ticket.subject, 'Better words'],
      priority: ['medium', 'high'],
    },
  ]);
});

test('what is already so is written nowhere', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const same = await changeTicket(await as(coordinator), ticket, { priority: 'medium', assigneeId: null });
  expect(same.version).toBe(1);
  expect(await changesOf(ticket)).toEqual([]);
});

test('a conflict comes only for a field that somebody else changed meanwhile, with all three values', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const marek = await as(coordinator);
  await changeTicket(await as(second), ticket, { priority: 'urgent' });
  const conflicts = await conflictOf(
    changeTicket(
      marek,
      ticket,
      { priority: 'low', subject: 'New' },
      { priority: 'medium', subject: ticket.subject },
    ),
  );
  expect(conflicts).toEqual([{ field: 'priority', was: 'medium', theirs: 'urgent', yours: 'low' }]);
  expect(await reload(ticket)).toMatchObject({ priority: 'urgent', subject: ticket.subject, version: 2 });

  // Another field, though the version moved on; and the same wish twice.
  await changeTicket(marek, ticket, { subject: 'New' }, { subject: ticket.subject, priority: 'medium' });
  await changeTicket(marek, ticket, { priority: 'urgent' }, { priority: 'medium' });
  expect(await reload(ticket)).toMatchObject({ subject: 'New', priority: 'urgent', version: 3 });
});

test('of two who change the same field at the same moment, one is told', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const results = await Promise.all(
    (
      [
        [coordinator, 'low'],
        [second, 'urgent'],
      ] as const
    ).map(async ([who, priority]) =>
      conflictOf(changeTicket(await as(who), ticket, { priority }, { priority: 'medium' })),
    ),
  );
  expect(results.filter(Boolean)).toHaveLength(1);
  expect((await reload(ticket)).version).toBe(2);
});

test('moving to another team drops an owner who is not of it, and keeps one who is', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await pickUpTicket(await as(coordinator), ticket);
  const moved = await changeTicket(await as(coordinator), await reload(ticket), { teamId: hr.id });
  expect(moved.version).toBe(3);
  expect(await reload(ticket)).toMatchObject({ teamId: hr.id, assigneeId: null });
  await expect(findTicket(await as(coordinator), ticket.number)).rejects.toThrow('No ticket');

  const other = await makeTicket({ by: employee, team: it });
  await pickUpTicket(await as(both), other);
  await changeTicket(await as(both), await reload(other), { teamId: hr.id });
  expect(await reload(other)).toMatchObject({ teamId: hr.id, assigneeId: both.id });
  expect((await changesOf(other)).at(-1)).toEqual({ teamId: [it.id, hr.id] });
});

test('an owner must be an active coordinator of the team, or an admin', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const ctx = await as(coordinator);
  const gone = await makeUser({ role: 'coordinator', teams: [it], status: 'suspended' });
  for (const assigneeId of [employee.id, stranger.id, gone.id, 999_999])
    await expect(changeTicket(ctx, ticket, { assigneeId })).rejects.toThrow(Invalid);
  const far = await makeUser({ role: 'admin' });
  expect((await changeTicket(ctx, ticket, { assigneeId: far.id })).assigneeId).toBe(far.id);
  await world.set({ coordinatorsWorkAllTeams: true });
  const open = await changeTicket(await as(coordinator), await reload(ticket), { assigneeId: stranger.id });
  expect(open.assigneeId).toBe(stranger.id);
  await world.set({ coordinatorsWorkAllTeams: false });
});

test('status, team and category must be from the lists; archived ones are not', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const ctx = await as(coordinator);
  const old = await world.makeTeam();
  const category = await world.makeCategory();
  await db('teams').where({ id: old.id }).update({ archived_at: new Date() });
  await db('categories').where({ id: category.id }).update({ archived_at: new Date() });
  for (const wrong of [
    { status: 'nonsense' },
    { teamId: old.id },
    { categoryId: category.id },
    { teamId: 999_999 },
  ])
    await expect(changeTicket(ctx, ticket, wrong)).rejects.toThrow(Invalid);
  expect((await reload(ticket)).version).toBe(1);
});

test('a new ticket is open once somebody takes it, unless they choose another status', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  expect(await pickUpTicket(await as(coordinator), ticket)).toMatchObject({
    status: 'open',
    assigneeId: coordinator.id,
    version: 2,
  });
  const other = await makeTicket({ by: employee, team: it });
  expect(
    await changeTicket(await as(coordinator), other, { assigneeId: second.id, status: 'on-hold' }),
  ).toMatchObject({ status: 'on-hold', waitingOn: 'other' });
});

test('the due time moves with the priority, counted from the message that waits', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const since = clock.now().getTime();
  clock.advance({ hours: 3 });
  const high = await changeTicket(await as(coordinator), ticket, { priority: 'high' });
  expect(high).toMatchObject({ dueAt: new Date(since + 240 * 60_000), dueState: 'soon' });
  const urgent = await changeTicket(await as(coordinator), high, { priority: 'urgent' });
  expect(urgent).toMatchObject({ dueAt: new Date(since + 30 * 60_000), dueState: 'overdue' });
  const low = await changeTicket(await as(coordinator), urgent, { priority: 'low' });
  expect(low).toMatchObject({ dueAt: new Date(since + 4_320 * 60_000), dueState: 'none' });
});

test('a ticket on hold or solved owes no reply', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  for (const status of ['on-hold', 'resolved']) {
    await comment(employee, ticket).catch(() => undefined);
    const changed = await changeTicket(await as(coordinator), await reload(ticket), { status });
    expect(changed).toMatchObject({ needsReply: false, dueAt: null });
  }
});

test('closing keeps when it was solved; opening forgets both moments', async () => {
  const ctx = await as(coordinator);
  const ticket = await makeTicket({ by: employee, team: it });
  const solved = await changeTicket(ctx, ticket, { status: 'resolved' });
  clock.advance({ hours: 1 });
  const closed = await changeTicket(ctx, solved, { status: 'rejected' });
  expect(closed).toMatchObject({ resolvedAt: solved.resolvedAt, closedAt: clock.now() });
  expect(await changeTicket(ctx, closed, { status: 'open' })).toMatchObject({
    resolvedAt: null,
    closedAt: null,
  });
});

test('who does not work the ticket changes nothing', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  for (const who of [employee, stranger])
    await expect(changeTicket(await as(who), ticket, { priority: 'urgent' })).rejects.toThrow(Forbidden);
  const own = await makeTicket({ by: stranger, team: it });
  await expect(changeTicket(await as(stranger), own, { priority: 'urgent' })).rejects.toThrow(Forbidden);
  await changeTicket(await as(admin), own, { priority: 'urgent' });
});

test('rights are read again inside the change: a ticket that moved away meanwhile is refused', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const ctx = await as(coordinator);
  const seen = await findTicket(ctx, ticket.number);
  await changeTicket(await as(admin), ticket, { teamId: hr.id });
  await expect(changeTicket(ctx, seen, { priority: 'low' })).rejects.toThrow('The ticket is gone');
});

test('everything that must hold does', async () => {
  await expectInvariants(db);
});
