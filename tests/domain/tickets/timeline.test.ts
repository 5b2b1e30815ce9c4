import { expect, test } from 'vitest';
import { changeTicket } from '../../../src/domain/tickets/changing.ts';
import { markSpam } from '../../../src/domain/tickets/spamming.ts';
import { findTicket } from '../../../src/domain/tickets/ticket.ts';
import { RECENT_COMMENTS, timelineOf } from '../../../src/domain/tickets/timeline.ts';
import { type Made, testWorld, usualPeople } from '../../support/factories.ts';

const world = await testWorld();
const { db, as, clock, comment, makeTicket, makeUser } = world;
const { it, employee, colleague, coordinator, stranger, admin } = await usualPeople(world);

async function seenBy(who: Made, number: number, options?: { all: boolean }) {
  const ctx = await as(who);
  return timelineOf(ctx, await findTicket(ctx, number), options);
}
const words = (entry: Awaited<ReturnType<typeof seenBy>>['entries'][number]) =>
  entry.is === 'comment' ? entry.body : `${entry.type}: ${Object.keys(entry.changes).join()}`;

async function story() {
  const department = await world.makeDepartment(await makeUser());
  const asker = await makeUser({ department });
  const ticket = await makeTicket({ by: asker, team: it, body: 'Help' });
  clock.advance({ minutes: 1 });
  await comment(coordinator, ticket, { kind: 'note', body: 'Secret note' });
  clock.advance({ minutes: 1 });
  await comment(coordinator, ticket, { body: 'Done?', then: 'waiting' });
  clock.advance({ minutes: 1 });
  await changeTicket(await as(coordinator), ticket, { priority: 'urgent' });
  await markSpam(await as(coordinator), ticket, true);
  await markSpam(await as(coordinator), ticket, false);
  await db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: colleague.id });
  const manager = await db('departments').where({ id: department.id }).first('manager_id');
  return { ticket, asker, manager: { id: manager.manager_id as number } };
}

test('who works the ticket reads everything in its order; a reply comes before the status it set', async () => {
  const { ticket } = await story();
  const { entries } = await seenBy(coordinator, ticket.number);
  expect(entries.map(words)).toEqual([
    'Help',
    'Secret note',
    'Done?',
    'ticket.changed: status,waitingOn,assigneeId',
    'ticket.changed: priority',
    'ticket.spam: ',
    'ticket.not-spam: ',
  ]);
});

test('requester, watcher and manager read the answers and what they need to know, never a note or the desk’s own', async () => {
  const { ticket, asker, manager } = await story();
  for (const who of [asker, colleague, manager]) {
    const { entries } = await seenBy(who, ticket.number);
    expect(entries.map(words)).toEqual(['Help', 'Done?', 'ticket.changed: status,waitingOn,assigneeId']);
    expect(JSON.stringify(entries)).not.toMatch(/Secret|spam|urgent/);
  }
});

test('a coordinator or admin who asked another team reads as an employee does', async () => {
  const far = await makeUser({ role: 'admin' });
  for (const who of [stranger, far]) {
    const ticket = await makeTicket({ by: who, team: it });
    await comment(coordinator, ticket, { kind: 'note', body: 'Secret note' });
    expect((await seenBy(who, ticket.number)).entries.map(words)).toEqual(['It does not work.']);
    expect((await seenBy(admin, ticket.number)).entries.map(words)).toContain('Secret note');
  }
});

test('a long thread shows its end, and all of it on request', async () => {
  const ticket = await makeTicket({ by: employee, team: it, body: 'First' });
  for (let i = 0; i < RECENT_COMMENTS; i += 1) {
    clock.advance({ minutes: 1 });
    await comment(employee, ticket, { body: `Line ${i}` });
  }
  const short = await seenBy(employee, ticket.number);
  expect(short.earlier).toBe(true);
  expect(short.entries.filter(entry => entry.is === 'comment')).toHaveLength(RECENT_COMMENTS);
  expect(words(short.entries.at(-1)!)).toBe(`Line ${RECENT_COMMENTS - 1}`);
  const long = await seenBy(employee, ticket.number, { all: true });
  expect(long.earlier).toBe(false);
  expect(words(long.entries[0]!)).toBe('First');
});
