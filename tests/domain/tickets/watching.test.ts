import { expect, test } from 'vitest';
import { Forbidden, type Invalid, NotFound } from '../../../src/domain/errors.ts';
import { can } from '../../../src/domain/policies.ts';
import { findTicket } from '../../../src/domain/tickets/ticket.ts';
import {
  addWatcher,
  followTicket,
  removeWatcher,
  unfollowTicket,
  watchersOf,
} from '../../../src/domain/tickets/watching.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';

const world = await testWorld();
const { db, as, makeTicket, makeUser, eventsOf } = world;
const { it, employee, colleague, coordinator, stranger, admin } = await usualPeople(world);
const far = await makeUser({ role: 'admin' });
const names = async (ticket: Awaited<ReturnType<typeof makeTicket>>) =>
  (await watchersOf(await world.system(), ticket)).map(person => person.id).sort((a, b) => a - b);

test('the requester lets a colleague see the ticket; twice is once', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await expect(findTicket(await as(colleague), ticket.number)).rejects.toThrow(NotFound);
  const ctx = await as(employee);
  await addWatcher(ctx, ticket, colleague.email.toUpperCase());
  await addWatcher(ctx, ticket, ` ${colleague.email} `);
  expect(await findTicket(await as(colleague), ticket.number)).toMatchObject({ watching: true });
  expect(await names(ticket)).toEqual([colleague.id]);
  expect((await eventsOf(ticket)).filter(event => event.type === 'ticket.watched')).toHaveLength(1);
});

test('who works it adds people too; a watcher, a stranger and an absent account cannot be used for it', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await addWatcher(await as(coordinator), ticket, colleague.email);
  await expect(addWatcher(await as(colleague), ticket, admin.email)).rejects.toThrow(Forbidden);
  await expect(addWatcher(await as(stranger), ticket, colleague.email)).rejects.toThrow(Forbidden);
  const gone = await makeUser({ status: 'suspended' });
  const words = async (email: string) =>
    addWatcher(await as(employee), ticket, email).catch((error: Invalid) => error.errors);
  expect(await words(gone.email)).toEqual(await words('nobody@company.example'));
  expect(await words(gone.email)).toHaveProperty('email');
});

test('who works a ticket follows it and keeps its notes, of the team or not', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const untriaged = await makeTicket({ by: employee });
  for (const [who, which] of [
    [coordinator, ticket],
    [far, ticket],
    [stranger, untriaged],
  ] as const) {
    const ctx = await as(who);
    await followTicket(ctx, which);
    await followTicket(ctx, which);
    const followed = await findTicket(ctx, which.number);
    expect(followed).toMatchObject({ following: true, watching: false });
    expect(can(ctx.actor, 'ticket.note', followed)).toBe(true);
  }
  expect(await names(ticket)).toEqual([coordinator.id, far.id]);
  await unfollowTicket(await as(coordinator), ticket);
  await unfollowTicket(await as(coordinator), ticket);
  expect((await eventsOf(ticket)).map(event => event.type).filter(type => type.endsWith('watched'))).toEqual([
    'ticket.watched',
    'ticket.watched',
    'ticket.unwatched',
  ]);
  for (const who of [employee, stranger])
    await expect(followTicket(await as(who), ticket)).rejects.toThrow(Forbidden);
});

test('added by somebody else, who works the ticket follows it; who does not watches it, without the notes', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  for (const who of [far, coordinator, stranger]) await addWatcher(await as(employee), ticket, who.email);
  const seenBy = async (who: { id: number }) => findTicket(await as(who), ticket.number);
  expect(await seenBy(far)).toMatchObject({ following: true, watching: false });
  expect(await seenBy(coordinator)).toMatchObject({ following: true, watching: false });
  expect(await seenBy(stranger)).toMatchObject({ following: false, watching: true });
  expect(can((await as(stranger)).actor, 'ticket.note', await seenBy(stranger))).toBe(false);
  await removeWatcher(await as(employee), ticket, far.id);
  expect(await names(ticket)).toEqual([coordinator.id, stranger.id].sort((a, b) => a - b));
});

test('following gives no sight of a ticket: who leaves the team neither sees it nor hears of it', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const leaver = await makeUser({ role: 'coordinator', teams: [it] });
  await followTicket(await as(leaver), ticket);
  await world.follow();
  const told = async () => (await db('notifications').where({ user_id: leaver.id })).length;
  const before = await told();
  await db('team_members').where({ user_id: leaver.id }).delete();
  await expect(findTicket(await as(leaver), ticket.number)).rejects.toThrow(NotFound);
  await world.comment(employee, ticket);
  await world.comment(coordinator, ticket, { kind: 'note' });
  await world.follow();
  expect(await told()).toBe(before);
});

test('who stops following a ticket that is not theirs does not see it any more', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await addWatcher(await as(employee), ticket, colleague.email);
  const ctx = await as(colleague);
  await unfollowTicket(ctx, await findTicket(ctx, ticket.number));
  await expect(findTicket(ctx, ticket.number)).rejects.toThrow(NotFound);
  expect(await db('ticket_watchers').where({ ticket_id: ticket.id })).toEqual([]);
});

test('the requester and the desk take a colleague off again; a watcher cannot, and nobody shares with the requester', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  for (const who of [employee, coordinator]) {
    await addWatcher(await as(employee), ticket, colleague.email);
    await expect(removeWatcher(await as(colleague), ticket, colleague.id)).rejects.toThrow(Forbidden);
    await removeWatcher(await as(who), ticket, colleague.id);
    await removeWatcher(await as(who), ticket, colleague.id);
    await expect(findTicket(await as(colleague), ticket.number)).rejects.toThrow(NotFound);
  }
  const removals = (await eventsOf(ticket)).filter(event => event.type === 'ticket.unwatched');
  expect(removals.map(event => event.actor_id)).toEqual([employee.id, coordinator.id]);
  expect(removals[0]!.data).toMatchObject({ userId: colleague.id });
  const own = addWatcher(await as(employee), ticket, employee.email);
  expect(await own.catch((error: Invalid) => error.errors)).toHaveProperty('email');
  expect(await names(ticket)).toEqual([]);
});
