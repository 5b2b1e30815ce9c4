import { expect, test } from 'vitest';
import { Forbidden } from '../../../src/domain/errors.ts';
import {
  closeResolvedTickets,
  closeTicket,
  confirmTicket,
  reopenTicket,
  resolveTicket,
  withdrawTicket,
} from '../../../src/domain/tickets/closing.ts';
import { markSpam } from '../../../src/domain/tickets/spamming.ts';
import type { Ticket } from '../../../src/domain/tickets/ticket.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, clock, comment, makeTicket, reload, eventsOf } = world;
const { it, employee, colleague, coordinator, stranger } = await usualPeople(world);
const verbs = async (ticket: { id: number }) =>
  (await eventsOf(ticket)).filter(event => event.type === 'ticket.changed').map(event => event.data.verb);

async function solved(): Promise<Ticket> {
  const ticket = await makeTicket({ by: employee, team: it });
  return resolveTicket(await as(coordinator), ticket);
}

test('solved is the desk’s word; the requester confirms and the ticket is closed', async () => {
  const ticket = await solved();
  expect(ticket).toMatchObject({ status: 'resolved', needsReply: false, resolvedAt: clock.now() });
  clock.advance({ minutes: 20 });
  const closed = await confirmTicket(await as(employee), ticket);
  expect(closed).toMatchObject({ status: 'closed', closedAt: clock.now(), resolvedAt: ticket.resolvedAt });
  expect(await verbs(ticket)).toEqual(['resolved', 'confirmed']);
});

test('the requester reopens what is not solved, and is owed a reply from then on', async () => {
  const ticket = await solved();
  clock.advance({ hours: 5 });
  const open = await reopenTicket(await as(employee), ticket);
  expect(open).toMatchObject({ status: 'open', needsReply: true, resolvedAt: null });
  expect(open.dueAt).toEqual(new Date(clock.now().getTime() + 1_440 * 60_000));
  await expectInvariants(db);
});

test('the desk reopens what is solved or closed, and owes nothing by that', async () => {
  const ctx = await as(coordinator);
  const open = await reopenTicket(ctx, await solved());
  expect(open).toMatchObject({ status: 'open', needsReply: false, dueAt: null });
  const again = await reopenTicket(ctx, await closeTicket(ctx, open));
  expect(again).toMatchObject({ status: 'open', closedAt: null });
});

test('the requester withdraws while it is not solved', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  expect(await withdrawTicket(await as(employee), ticket)).toMatchObject({
    status: 'withdrawn',
    statusKind: 'closed',
    needsReply: false,
  });
  await expect(withdrawTicket(await as(employee), await solved())).rejects.toThrow(Forbidden);
});

test('each is done once, however often it is asked for', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const [desk, she] = [await as(coordinator), await as(employee)];
  for (const [verb, ctx] of [
    [resolveTicket, desk],
    [reopenTicket, she],
    [closeTicket, desk],
  ] as const) {
    const seen = await reload(ticket);
    const all = await Promise.all([verb(ctx, seen), verb(ctx, seen), verb(ctx, seen)]);
    expect(new Set(all.map(each => each.version)).size).toBe(1);
    expect((await verb(ctx, await reload(ticket))).version).toBe(all[0].version);
  }
  expect(await verbs(ticket)).toEqual(['resolved', 'reopened', 'closed']);
});

test('nobody does what is another one’s to do', async () => {
  const ticket = await solved();
  for (const who of [colleague, stranger, coordinator])
    await expect(confirmTicket(await as(who), ticket)).rejects.toThrow(Forbidden);
  for (const who of [colleague, stranger]) {
    await expect(reopenTicket(await as(who), ticket)).rejects.toThrow(Forbidden);
    await expect(closeTicket(await as(who), ticket)).rejects.toThrow(Forbidden);
  }
  await expect(closeTicket(await as(employee), ticket)).rejects.toThrow(Forbidden);
  const closed = await closeTicket(await as(coordinator), ticket);
  await expect(reopenTicket(await as(employee), closed)).rejects.toThrow(Forbidden);
  await expect(resolveTicket(await as(coordinator), closed)).rejects.toThrow(Forbidden);
});

test('what nobody objects to closes by itself after the days of the settings, once', async () => {
  const [old, fresh, reopened] = [await solved(), await solved(), await solved()];
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
  await db('tickets')
    .where({ status_kind: 'resolved' })
    .update({ resolved_at: daysAgo(1) });
  await db('tickets')
    .whereIn('id', [old.id, reopened.id])
    .update({ resolved_at: daysAgo(3.1) });
  await comment(employee, reopened);
  const ctx = await world.system();
  const closed = await Promise.all([closeResolvedTickets(ctx), closeResolvedTickets(ctx)]);
  expect(Math.max(...closed)).toBe(1);
  expect(await closeResolvedTickets(ctx)).toBe(0);
  expect(await verbs(old)).toEqual(['resolved', 'auto-closed']);
  expect((await eventsOf(old)).at(-1)).toMatchObject({ actor_kind: 'system', actor_id: null });
  expect((await reload(old)).status).toBe('closed');
  expect((await reload(fresh)).status).toBe('resolved');
  expect((await reload(reopened)).status).toBe('open');
});

test('spam that was solved closes too, and nobody is told', async () => {
  const ticket = await solved();
  await markSpam(await as(coordinator), ticket, true);
  await db('tickets')
    .where({ id: ticket.id })
    .update({ resolved_at: new Date(0) });
  await db('event_queue').delete();
  await closeResolvedTickets(await world.system());
  await world.follow();
  expect((await reload(ticket)).status).toBe('closed');
  expect(await db('notifications').where({ ticket_id: ticket.id })).toEqual([]);
});
