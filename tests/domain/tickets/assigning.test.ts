import { expect, test } from 'vitest';
import { Forbidden } from '../../../src/domain/errors.ts';
import { pickUpTicket, releaseTicketsOf } from '../../../src/domain/tickets/assigning.ts';
import { resolveTicket } from '../../../src/domain/tickets/closing.ts';
import { changeUser, suspendUser } from '../../../src/domain/tickets/leaving.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, makeTicket, makeUser, reload, eventsOf } = world;
const { it, employee, coordinator, stranger, admin } = await usualPeople(world);

test('a coordinator takes a ticket of their team, or one without team; pressing twice changes nothing more', async () => {
  for (const team of [it, null]) {
    const ticket = await makeTicket({ by: employee, team });
    const ctx = await as(coordinator);
    const [first, second] = await Promise.all([pickUpTicket(ctx, ticket), pickUpTicket(ctx, ticket)]);
    expect(first).toMatchObject({ assigneeId: coordinator.id, status: 'open', version: 2 });
    expect(second.version).toBe(2);
    expect((await eventsOf(ticket)).at(-1)).toMatchObject({
      type: 'ticket.changed',
      data: { verb: 'picked-up', names: { assigneeId: [null, expect.stringContaining('Marek')] } },
    });
  }
});

test('another coordinator of the team may take it over; who does not work it may not', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await pickUpTicket(await as(coordinator), ticket);
  const taken = await pickUpTicket(await as(admin), await reload(ticket));
  expect(taken.assigneeId).toBe(admin.id);
  for (const who of [employee, stranger])
    await expect(pickUpTicket(await as(who), ticket)).rejects.toThrow(Forbidden);
});

test('the open tickets of somebody who is suspended go back to the queue, the ended ones stay as they are', async () => {
  const leaver = await makeUser({ role: 'coordinator', teams: [it] });
  const ctx = await as(leaver);
  const [open, done, other] = [
    await makeTicket({ by: employee, team: it }),
    await makeTicket({ by: employee, team: it }),
    await makeTicket({ by: employee, team: it }),
  ];
  await pickUpTicket(ctx, open);
  await resolveTicket(ctx, await pickUpTicket(ctx, done));
  await pickUpTicket(await as(coordinator), other);
  expect(await suspendUser(await as(admin), { userId: leaver.id })).toMatchObject({ released: 1 });
  expect(await reload(open)).toMatchObject({ assigneeId: null, teamId: it.id, status: 'open', version: 3 });
  expect((await reload(done)).assigneeId).toBe(leaver.id);
  expect((await reload(other)).assigneeId).toBe(coordinator.id);
  expect(await suspendUser(await as(admin), { userId: leaver.id })).toMatchObject({ released: 0 });
});

test('who becomes an employee owns no ticket any more', async () => {
  const leaver = await makeUser({ role: 'coordinator', teams: [it] });
  const ticket = await pickUpTicket(await as(leaver), await makeTicket({ by: employee, team: it }));
  const row = await db('users').where({ id: leaver.id }).first();
  await changeUser(await as(admin), {
    userId: leaver.id,
    version: row.version,
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
    companyId: '',
    departmentId: null,
    teamIds: [],
    role: 'employee',
  });
  expect((await reload(ticket)).assigneeId).toBeNull();
});

test('nothing is released twice, and all of it holds', async () => {
  const released = await (await world.system()).transaction(tx => releaseTicketsOf(tx, coordinator.id));
  expect(released).toBeGreaterThan(0);
  expect(await (await world.system()).transaction(tx => releaseTicketsOf(tx, coordinator.id))).toBe(0);
  await expectInvariants(db);
});
