import { expect, test } from 'vitest';
import { Forbidden, Invalid, NotFound } from '../../../src/domain/errors.ts';
import {
  addItems,
  checklistOf,
  moveItem,
  removeItem,
  renameItem,
  tickItem,
} from '../../../src/domain/tickets/checking.ts';
import { checklistLines } from '../../../src/domain/tickets/checklist.ts';
import { findTicket } from '../../../src/domain/tickets/ticket.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';

const world = await testWorld();
const { as, makeTicket, reload, eventsOf } = world;
const { it, employee, coordinator, stranger } = await usualPeople(world);

async function list(...texts: string[]) {
  const ticket = await makeTicket({ by: employee, team: it });
  const ctx = await as(coordinator);
  if (texts.length > 0) await addItems(ctx, ticket, texts);
  const items = await checklistOf(ctx, ticket);
  return {
    ticket,
    ctx,
    ids: items.map(item => item.id),
    texts: async () => (await checklistOf(ctx, ticket)).map(item => item.text),
  };
}

test('items keep their order and go to the end', async () => {
  const { ctx, ticket, texts } = await list('Laptop', 'Account');
  await addItems(ctx, ticket, ['Badge']);
  expect(await texts()).toEqual(['Laptop', 'Account', 'Badge']);
});

test('who ticked an item first, and when, stays; taking it back forgets both', async () => {
  const { ctx, ticket, ids } = await list('Laptop');
  await tickItem(ctx, ticket, ids[0]!, true);
  await tickItem(await as(coordinator), ticket, ids[0]!, true);
  const [item] = await checklistOf(ctx, ticket);
  expect(item).toMatchObject({ doneBy: { id: coordinator.id }, doneAt: world.clock.now() });
  await tickItem(ctx, ticket, ids[0]!, false);
  expect((await checklistOf(ctx, ticket))[0]).toMatchObject({ doneAt: null, doneBy: null });
  const types = (await eventsOf(ticket))
    .map(event => event.type)
    .filter(type => type.startsWith('checklist'));
  expect(types).toEqual(['checklist.added', 'checklist.ticked', 'checklist.unticked']);
});

test('is renamed, moved and taken off, and the version of the ticket stays', async () => {
  const { ctx, ticket, ids, texts } = await list('A', 'B', 'C');
  await renameItem(ctx, ticket, ids[0]!, 'A!');
  await moveItem(ctx, ticket, ids[0]!, 'down');
  expect(await texts()).toEqual(['B', 'A!', 'C']);
  await moveItem(ctx, ticket, ids[1]!, 'up');
  await removeItem(ctx, ticket, ids[2]!);
  await removeItem(ctx, ticket, ids[2]!);
  expect(await texts()).toEqual(['B', 'A!']);
  expect((await reload(ticket)).version).toBe(ticket.version);
});

test('no event holds the words of an item', async () => {
  const { ctx, ticket, ids } = await list('Canary words');
  await renameItem(ctx, ticket, ids[0]!, 'Canary other words');
  const events = (await eventsOf(ticket)).filter(event => event.type.startsWith('checklist'));
  expect(events.every(event => event.internal)).toBe(true);
  expect(JSON.stringify(events)).not.toContain('Canary');
});

test('who does not work the ticket changes nothing, and an item of another ticket is not there', async () => {
  const { ctx, ticket, ids } = await list('A');
  const other = await list('B');
  const asked = await findTicket(await as(employee), ticket.number);
  await expect(addItems(await as(employee), asked, ['X'])).rejects.toThrow(Forbidden);
  await expect(tickItem(await as(stranger), ticket, ids[0]!, true)).rejects.toThrow(Forbidden);
  await expect(checklistOf(await as(employee), asked)).rejects.toThrow(Forbidden);
  await expect(tickItem(ctx, ticket, other.ids[0]!, true)).rejects.toThrow(NotFound);
});

test('a list has an end, and an item a length', async () => {
  const { ctx, ticket } = await list();
  await expect(addItems(ctx, ticket, Array(101).fill('x'))).rejects.toThrow(Invalid);
  await expect(addItems(ctx, ticket, ['x'.repeat(201)])).rejects.toThrow(Invalid);
  await expect(addItems(ctx, ticket, [])).rejects.toThrow(Invalid);
});

test('lines that were pasted lose their bullets, boxes and numbers', () => {
  expect(
    checklistLines('- Laptop\n* Badge\n\n1. Account\n[ ] Phone\n- [x] Desk\n2024 report\n  Chair '),
  ).toEqual(['Laptop', 'Badge', 'Account', 'Phone', 'Desk', '2024 report', 'Chair']);
});
