import { expect, test } from 'vitest';
import { Forbidden, NotFound } from '../../../src/domain/errors.ts';
import { dispatchEvents } from '../../../src/domain/events/dispatching.ts';
import { listNotifications } from '../../../src/domain/notifications/reading.ts';
import { subscribers } from '../../../src/domain/subscribers.ts';
import { editNote, findNote, noteVersions } from '../../../src/domain/tickets/editing-notes.ts';
import { mentionable, mentionsIn } from '../../../src/domain/tickets/mentioning.ts';
import { redactComment } from '../../../src/domain/tickets/redacting.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, makeTicket, makeUser, comment, eventsOf, clock, system } = world;
const { it, employee, coordinator, stranger, admin } = await usualPeople(world);
const priya = await makeUser({
  role: 'coordinator',
  teams: [it],
  firstName: 'Priya',
  email: 'p.raman@company.example',
});
const full = (who: { firstName: string; lastName: string }) => `${who.firstName} ${who.lastName}`;
const raise = () => makeTicket({ by: employee, team: it });

test('only who may work the ticket can be named, by name, handle or first name', async () => {
  const ticket = await raise();
  const marek = await as(coordinator);
  const ids = (await mentionable(marek, ticket)).map(each => each.id);
  expect(ids).toEqual(expect.arrayContaining([coordinator.id, priya.id, admin.id]));
  expect(ids).not.toContain(stranger.id);
  expect(ids).not.toContain(employee.id);
  const text = `@${full(priya)} and @Kwame, also @p.raman; not @${full(stranger)}, a@Priya or @Priyanka`;
  expect(await mentionsIn(marek, ticket, text)).toEqual([
    { id: priya.id, as: full(priya) },
    { id: admin.id, as: 'Kwame' },
  ]);
  // A requester's words that a placeholder put in are escaped: nobody is called by a subject.
  expect(await mentionsIn(marek, ticket, 'About \\@Kwame')).toEqual([]);
  expect(await mentionsIn(marek, ticket, '@p.raman look')).toEqual([{ id: priya.id, as: 'p.raman' }]);
});

test('who is named is told first of all, by page and mail, and follows nothing by it', async () => {
  const ticket = await raise();
  await comment(coordinator, ticket, {
    kind: 'note',
    body: `@${full(priya)} please look, @${full(stranger)} not`,
  });
  await dispatchEvents(await system(), subscribers);
  const [notice] = (await listNotifications(await as(priya))).rows;
  expect(notice).toMatchObject({ kind: 'mention', ticket: { number: ticket.number } });
  expect(await db('deliveries').where({ recipient_id: priya.id, template: 'ticket-mention' })).toHaveLength(
    1,
  );
  expect((await listNotifications(await as(stranger))).rows).toEqual([]);
  expect(await db('ticket_watchers').where({ ticket_id: ticket.id })).toEqual([]);
  await db('team_members').where({ user_id: priya.id }).delete();
  await db('users').where({ id: priya.id }).update({ role: 'employee' });
  expect((await listNotifications(await as(priya))).rows).toEqual([]);
  await db('users').where({ id: priya.id }).update({ role: 'coordinator' });
  await db('team_members').insert({ team_id: it.id, user_id: priya.id });
});

test('what a requester writes names nobody', async () => {
  const ticket = await raise();
  const { commentId } = await comment(employee, ticket, { body: `@${full(priya)} hello` });
  expect((await db('comments').where({ id: commentId }).first()).mentions).toBeNull();
});

test('a note is edited by its author for a quarter of an hour, and says what it said before', async () => {
  const ticket = await raise();
  const { commentId } = await comment(coordinator, ticket, { kind: 'note', body: 'Password is 4711' });
  const marek = await as(coordinator);
  await expect(editNote(await as(admin), ticket, commentId, 'x')).rejects.toThrow(Forbidden);
  await expect(findNote(await as(employee), ticket, commentId)).rejects.toThrow(Forbidden);
  await editNote(marek, ticket, commentId, `Ask @${full(priya)}`);
  expect((await noteVersions(await as(admin), ticket, commentId)).map(each => each.body)).toEqual([
    'Password is 4711',
  ]);
  const edited = (await eventsOf(ticket)).find(each => each.type === 'note.edited');
  expect(edited).toMatchObject({ internal: true, data: { mentions: [priya.id] } });
  clock.advance({ minutes: 16 });
  await expect(editNote(marek, ticket, commentId, 'Too late')).rejects.toThrow(Forbidden);
  await redactComment(await as(admin), ticket, commentId);
  expect(await noteVersions(await as(admin), ticket, commentId)).toEqual([]);
  await expectInvariants(db);
});

test('a reply is not edited', async () => {
  const ticket = await raise();
  const { commentId } = await comment(coordinator, ticket, { body: 'Sent' });
  await expect(editNote(await as(coordinator), ticket, commentId, 'x')).rejects.toThrow(NotFound);
});
