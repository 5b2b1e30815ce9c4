import { describe, expect, test } from 'vitest';
import { Forbidden, Invalid, NotFound, Unauthenticated } from '../../../src/domain/errors.ts';
import { closeTicket } from '../../../src/domain/tickets/closing.ts';
import { createTicket, firstPriority } from '../../../src/domain/tickets/creating.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, makeCategory, makeTicket, makeUser, upload, clock, eventsOf } = world;
const { it, employee, colleague, coordinator, stranger } = await usualPeople(world);

describe('the impact question raises the priority of the category and never lowers it', () => {
  test.each([
    ['low', null, 'low'],
    ['low', 'a-little', 'medium'],
    ['medium', 'a-little', 'medium'],
    ['medium', 'a-lot', 'high'],
    ['medium', 'stopped', 'urgent'],
    ['high', 'a-little', 'high'],
    ['urgent', 'a-lot', 'urgent'],
    ['urgent', null, 'urgent'],
  ] as const)('%s and %s make %s', (category, impact, priority) => {
    expect(firstPriority(category, impact)).toBe(priority);
  });
});

test('a new ticket has a number, its first comment, a running clock, a place in the outbox and version 1', async () => {
  const category = await makeCategory({ team: it, priority: 'medium' });
  const ticket = await makeTicket({
    by: employee,
    category,
    subject: 'The scanner is dark',
    body: '**Dark** since `9:00`.\nReally.',
    impact: 'a-lot',
  });
  expect(ticket).toMatchObject({
    subject: 'The scanner is dark',
    status: 'new',
    statusKind: 'new',
    priority: 'high',
    impact: 'a-lot',
    source: 'web',
    requesterId: employee.id,
    teamId: it.id,
    assigneeId: null,
    version: 1,
    needsReply: true,
    dueState: 'none',
    firstResponseAt: null,
  });
  expect(ticket.dueAt).toEqual(new Date(clock.now().getTime() + 240 * 60_000));
  expect(await db('comments').where({ ticket_id: ticket.id })).toMatchObject([
    { author_id: employee.id, kind: 'reply', body: '**Dark** since `9:00`.\nReally.' },
  ]);
  expect((await db('tickets').where({ id: ticket.id }).first()).excerpt).toBe('Dark since 9:00. Really.');
  const events = await eventsOf(ticket);
  expect(events).toMatchObject([
    { type: 'ticket.created', to_status: 'new', actor_id: employee.id, object_label: `#${ticket.number}` },
  ]);
  expect(await db('event_queue').where({ event_id: events[0].id })).toHaveLength(1);
  expect(await db('event_origins').where({ event_id: events[0].id }).first()).toMatchObject({
    address: '203.0.113.7',
  });
});

test('an urgent ticket is due within two hours, so it counts as due soon at once', async () => {
  const ticket = await makeTicket({ by: employee, impact: 'stopped' });
  expect(ticket).toMatchObject({ priority: 'urgent', dueState: 'soon' });
});

test('numbers rise and are never given twice, also when many are sent at once', async () => {
  const tickets = await Promise.all(Array.from({ length: 12 }, () => makeTicket({ by: employee })));
  expect(new Set(tickets.map(ticket => ticket.number)).size).toBe(12);
});

test('a subcategory without a team of its own goes to the team of its parent', async () => {
  const parent = await makeCategory({ team: it });
  const category = await makeCategory({ parent });
  expect(await makeTicket({ by: employee, category })).toMatchObject({
    teamId: it.id,
    categoryId: category.id,
  });
});

test('an archived team gets nothing new, and an archived category is refused', async () => {
  const old = await world.makeTeam();
  const category = await makeCategory({ team: old });
  await db('teams').where({ id: old.id }).update({ archived_at: new Date() });
  expect(await makeTicket({ by: employee, category })).toMatchObject({ teamId: null });
  await db('categories').where({ id: category.id }).update({ archived_at: new Date() });
  await expect(makeTicket({ by: employee, category })).rejects.toThrow(Invalid);
  await expect(makeTicket({ by: employee, category: { id: 999_999 } })).rejects.toThrow(Invalid);
});

test('a coordinator raises a ticket for somebody else, by phone; the other one is its requester', async () => {
  const ticket = await makeTicket({ by: coordinator, for: employee, team: it });
  expect(ticket).toMatchObject({ requesterId: employee.id, source: 'phone' });
  expect((await db('comments').where({ ticket_id: ticket.id }).first()).author_id).toBe(coordinator.id);
});

test('an employee cannot raise a ticket for somebody else, nor a coordinator for one who is suspended', async () => {
  await expect(makeTicket({ by: employee, for: colleague })).rejects.toThrow(Forbidden);
  const gone = await makeUser({ status: 'suspended' });
  await expect(makeTicket({ by: coordinator, for: gone })).rejects.toThrow(Invalid);
  await expect(makeTicket({ by: coordinator, for: { id: 999_999 } })).rejects.toThrow(Invalid);
});

test('who is not signed in cannot raise one', async () => {
  const input = { subject: 'A', body: 'B', categoryId: null };
  await expect(createTicket(await world.stranger(), input)).rejects.toThrow(Unauthenticated);
});

test('files go with it; another person’s, a used one or too many are refused and leave no ticket', async () => {
  const own = await upload(employee, 'notes.txt', 'first line');
  const ticket = await makeTicket({ by: employee, uploadIds: [own.id, own.id] });
  const [file] = await db('attachments').where({ id: own.id });
  expect(file).toMatchObject({ ticket_id: ticket.id, filename: 'notes.txt' });
  expect(file.comment_id).not.toBeNull();

  const before = (await db('tickets').count('* as n').first())?.n;
  const foreign = await upload(colleague, 'secret.txt', 'mine');
  const others = await Promise.all([1, 2, 3, 4, 5, 6].map(n => upload(employee, `${n}.txt`, 'x')));
  for (const uploadIds of [[foreign.id], [own.id], [999_999], others.map(each => each.id)])
    await expect(makeTicket({ by: employee, uploadIds })).rejects.toThrow(Invalid);
  expect((await db('tickets').count('* as n').first())?.n).toBe(before);
  expect((await db('attachments').where({ id: foreign.id }).first()).ticket_id).toBeNull();
});

test('a follow-up names a closed ticket of one’s own; another one is as if it were not there', async () => {
  const first = await makeTicket({ by: employee, team: it });
  await expect(makeTicket({ by: employee, followUpOf: first.id })).rejects.toThrow(Forbidden);
  await closeTicket(await as(coordinator), first);
  expect(await makeTicket({ by: employee, followUpOf: first.id })).toMatchObject({
    followUpOf: first.number,
  });
  await expect(makeTicket({ by: colleague, followUpOf: first.id })).rejects.toThrow(NotFound);
  await expect(makeTicket({ by: stranger, followUpOf: first.id })).rejects.toThrow(NotFound);
});

test('everything that must hold does', async () => {
  await expectInvariants(db, { filesDir: world.config.filesDir });
});
