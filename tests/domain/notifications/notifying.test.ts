import { beforeEach, expect, test } from 'vitest';
import {
  listNotifications,
  markAllRead,
  markRead,
  markTicketRead,
} from '../../../src/domain/notifications/reading.ts';
import { changeTicket } from '../../../src/domain/tickets/changing.ts';
import { reopenTicket, resolveTicket } from '../../../src/domain/tickets/closing.ts';
import { markSpam } from '../../../src/domain/tickets/spamming.ts';
import { findTicket } from '../../../src/domain/tickets/ticket.ts';
import { addWatcher } from '../../../src/domain/tickets/watching.ts';
import { desk } from '../../jobs/desk.ts';
import { expectInvariants } from '../../support/invariants.ts';

const { db, people, teams, as, raise, say, dispatch, queued, unread, sendAll, settle } = await desk();
beforeEach(settle);

const change = async (userId: number, number: number, changes: Parameters<typeof changeTicket>[2]) => {
  const ctx = await as(userId);
  return changeTicket(ctx, await findTicket(ctx, number), changes);
};

test('a new ticket: a receipt for the requester, and news for the team while nobody owns it', async () => {
  await raise();
  await dispatch();
  expect(await queued()).toEqual(['Anna ticket-received', 'Marek ticket-new', 'Nadia ticket-new']);
  expect(await unread()).toEqual({ Marek: 1, Nadia: 1 });
  await expectInvariants(db);
});

test('a ticket without a team is news for all coordinators', async () => {
  await raise(people.anna, { categoryId: null });
  await dispatch();
  expect(await queued()).toEqual([
    'Anna ticket-received',
    'Marek ticket-new',
    'Nadia ticket-new',
    'Olga ticket-new',
  ]);
});

test('a ticket raised for somebody shows on their page too, and its author hears nothing', async () => {
  await raise(people.marek, { requesterId: people.ben });
  await dispatch();
  expect(await queued()).toEqual(['Ben ticket-received', 'Nadia ticket-new']);
  expect(await unread()).toEqual({ Ben: 1, Nadia: 1 });
});

test('the answer of the desk goes to requester and watchers, and with it the new status', async () => {
  const { number } = await raise();
  await addWatcher(
    await as(people.anna),
    await findTicket(await as(people.anna), number),
    'ben@company.example',
  );
  await settle();
  await say(people.marek, number, { body: 'Unplug it', then: 'waiting' });
  await dispatch();
  expect(await queued()).toEqual(['Anna ticket-reply', 'Ben ticket-reply']);
  expect(await unread()).toEqual({ Anna: 1, Ben: 1 });
});

test('the answer of the requester goes to the owner, or to the team while there is none', async () => {
  const { number } = await raise();
  await settle();
  await say(people.anna, number, { body: 'It burns' });
  await dispatch();
  expect(await queued()).toEqual(['Marek ticket-reply', 'Nadia ticket-reply']);
  await change(people.marek, number, { assigneeId: people.marek });
  await settle();
  await say(people.anna, number, { body: 'It is out' });
  await dispatch();
  expect(await queued()).toEqual(['Marek ticket-reply']);
});

test('a note goes to the owner and to watchers who work the ticket, never to an employee', async () => {
  const { id, number } = await raise();
  await change(people.marek, number, { assigneeId: people.marek });
  await db('ticket_watchers').insert(
    [people.ben, people.nadia, people.olga].map(user_id => ({ ticket_id: id, user_id })),
  );
  await settle();
  await say(people.marek, number, { kind: 'note', body: 'Anna spilt coffee again' });
  await dispatch();
  // Olga follows a ticket of another team: she reads what an employee reads.
  expect(await queued()).toEqual(['Nadia ticket-note']);
  expect(await unread()).toEqual({ Nadia: 1 });
  await expectInvariants(db);
});

test('quick changes of the status become one mail that tells how it ended', async () => {
  const { number } = await raise();
  await settle();
  await change(people.marek, number, { status: 'on-hold', waitingOn: 'other' });
  await dispatch();
  await change(people.marek, number, { waitingOn: 'requester' });
  await change(people.marek, number, { priority: 'high' });
  await dispatch();
  expect(await queued()).toEqual(['Anna ticket-status']);
  const [held] = await db('deliveries').where({ state: 'pending' }).select('*');
  expect(held.next_attempt_at > new Date()).toBe(true);
  const mails = await sendAll();
  expect(mails.map(mail => mail.text).join()).toContain('Your ticket waits for you');
  expect(mails).toHaveLength(1);
});

test('a change and its undoing within the wait tell nothing', async () => {
  const { number } = await raise();
  await change(people.marek, number, { status: 'open' });
  await settle();
  await change(people.marek, number, { status: 'rejected' });
  await dispatch();
  await change(people.marek, number, { status: 'open' });
  await dispatch();
  expect(await sendAll()).toEqual([]);
});

test('an answer takes the place of a held mail about the status', async () => {
  const { number } = await raise();
  await settle();
  await change(people.marek, number, { status: 'on-hold', waitingOn: 'other' });
  await say(people.marek, number, { body: 'We wait for a part' });
  await dispatch();
  expect(await queued()).toEqual(['Anna ticket-reply']);
});

test('what the requester would not read differently is not mailed', async () => {
  const { number } = await raise();
  await change(people.marek, number, { status: 'open' });
  await settle();
  await change(people.marek, number, { status: 'in-progress', priority: 'urgent' });
  await dispatch();
  expect(await queued()).toEqual([]);
});

test('a new owner hears of it unless they took it themselves', async () => {
  const { number } = await raise();
  await change(people.marek, number, { status: 'open' });
  await settle();
  await change(people.marek, number, { assigneeId: people.nadia });
  await dispatch();
  expect(await queued()).toEqual(['Nadia ticket-assigned']);
  await settle();
  await change(people.marek, number, { assigneeId: people.marek });
  await dispatch();
  expect(await queued()).toEqual([]);
});

test('another team hears of a ticket that was moved to it', async () => {
  const { number } = await raise();
  await settle();
  await change(people.marek, number, { teamId: teams.hr });
  await dispatch();
  expect(await queued()).toEqual(['Olga ticket-new']);
});

test('solved tells the requester, and reopening tells the desk', async () => {
  const { number } = await raise();
  await settle();
  await resolveTicket(await as(people.marek), await findTicket(await as(people.marek), number));
  await dispatch();
  expect(await queued()).toEqual(['Anna ticket-status']);
  await settle();
  await reopenTicket(await as(people.anna), await findTicket(await as(people.anna), number));
  await dispatch();
  expect(await queued()).toEqual(['Marek ticket-status', 'Nadia ticket-status']);
});

test('spam tells nobody', async () => {
  const ticket = await raise(people.ben);
  await markSpam(await as(people.marek), ticket, true);
  await dispatch();
  expect(await queued()).toEqual([]);
});

test('notices are counted, listed and read; another person’s are left alone', async () => {
  const one = await raise();
  const two = await raise();
  await dispatch();
  expect(await unread()).toEqual({ Marek: 2, Nadia: 2 });
  const marek = await as(people.marek);
  const { rows } = await listNotifications(marek, { limit: 2 });
  expect(rows).toMatchObject([
    { kind: 'new', isNew: true, ticket: { number: two.number }, actor: { firstName: 'Anna' } },
    { kind: 'new', isNew: true, ticket: { number: one.number } },
  ]);
  await markTicketRead(marek, one.id);
  expect(await unread()).toEqual({ Marek: 1, Nadia: 2 });
  expect(await markRead(await as(people.nadia), rows[0]?.id ?? 0)).toBe(0);
  await markRead(marek, rows[0]?.id ?? 0);
  await markAllRead(await as(people.nadia));
  expect(await unread()).toEqual({});
  await expectInvariants(db);
});

test('a notice of a ticket that went out of sight is not listed', async () => {
  const ticket = await raise();
  await dispatch();
  await db('tickets').where({ id: ticket.id }).update({ team_id: teams.hr });
  const { rows } = await listNotifications(await as(people.marek), { limit: 100 });
  expect(rows.map(row => row.ticket.number)).not.toContain(ticket.number);
});
