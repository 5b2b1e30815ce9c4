import { expect, test } from 'vitest';
import { changeTicket } from '../../../src/domain/tickets/changing.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';

const world = await testWorld();
const { as, makeTicket, comment, reload } = world;
const { it, employee, coordinator } = await usualPeople(world);

test('a message put on hold without an answer is owed one when work goes on', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const held = await changeTicket(await as(coordinator), ticket, { status: 'on-hold', waitingOn: 'other' });
  expect(held).toMatchObject({ needsReply: false, dueAt: null });
  const again = await changeTicket(await as(coordinator), held, { status: 'open' });
  expect(again.needsReply).toBe(true);
  expect(again.dueAt).toBeInstanceOf(Date);
});

test('one that was answered before it was put on hold owes nothing when work goes on', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await comment(coordinator, ticket, { body: 'We wait for the supplier.', then: 'hold' });
  const again = await changeTicket(await as(coordinator), await reload(ticket), { status: 'open' });
  expect(again).toMatchObject({ needsReply: false, dueAt: null });
});
