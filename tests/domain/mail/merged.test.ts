import { beforeAll, expect, test } from 'vitest';
import { closeTicket } from '../../../src/domain/tickets/closing.ts';
import { mergeTickets } from '../../../src/domain/tickets/merging.ts';
import { findTicket } from '../../../src/domain/tickets/ticket.ts';
import { undoMerge } from '../../../src/domain/tickets/unmerging.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { type PostOffice, postOffice } from './post-office.ts';

const world = await testWorld();
const { db, as, makeTicket } = world;
const people = await usualPeople(world);
let office: PostOffice;

beforeAll(async () => {
  office = await postOffice(world);
});

const ticketOf = (row: { ticket_id: number }) => db('tickets').where({ id: row.ticket_id }).first();
const find = async ({ number }: { number: number }) => findTicket(await as(people.coordinator), number);
const raised = (by = people.employee) => makeTicket({ by, team: people.it });
/** Each into the next. */
const merge = async (...tickets: { number: number }[]) => {
  for (const [index, into] of tickets.slice(1).entries())
    await mergeTickets(await as(people.coordinator), await find(tickets[index]!), await find(into), {
      acrossRequesters: true,
    });
};
/** Answers a mail of ours about the ticket: by its reply address, its Message-ID, the thread's. */
const answers = async (ticket: Parameters<typeof world.comment>[1], by = people.employee) => {
  await world.comment(people.coordinator, ticket, { body: 'Is it plugged in?' });
  await world.follow();
  const ours = await db('deliveries as d')
    .join('events as e', 'e.id', 'd.event_id')
    .where({ 'e.ticket_id': ticket.id, 'd.recipient_id': by.id, 'd.channel': 'mail' })
    .first('d.id');
  return [
    { from: by.email, to: await office.replyTo(ticket, by) },
    { from: by.email, headers: [`In-Reply-To: ${office.idOf(ours.id)}`] },
    { from: by.email, headers: [`References: ${await office.threadOf(ticket)}`] },
  ];
};

test('an answer to a ticket that was merged twice over goes to the end, whatever it answers', async () => {
  const [a, b, c] = [await raised(), await raised(), await raised()];
  const letters = await answers(a);
  await merge(a, b);
  await merge(b, c);
  for (const letter of letters)
    expect(await office.send(letter)).toMatchObject({ fate: 'appended', ticket_id: c.id });
  // Undone again, it goes as far as the merges lead now.
  await undoMerge(await as(people.coordinator), await find(b));
  expect(await office.send(letters[1])).toMatchObject({ fate: 'appended', ticket_id: b.id });
  await undoMerge(await as(people.coordinator), await find(a));
  expect(await office.send(letters[2])).toMatchObject({ fate: 'appended', ticket_id: a.id });
});

test('it becomes a ticket that follows the end where that is closed', async () => {
  const [a, b, c] = [await raised(), await raised(), await raised()];
  const [letter] = await answers(a);
  await merge(a, b, c);
  await closeTicket(await as(people.coordinator), await find(c));
  const row = await office.send(letter);
  expect(row).toMatchObject({ fate: 'ticket', rule: 'follow-up-of-closed' });
  expect(await ticketOf(row)).toMatchObject({ follow_up_of: c.id });
});

test('it passes over one in the middle that its sender does not know, and stops before an end of others', async () => {
  const foreign = await raised(people.colleague);
  const [a, c] = [await raised(), await raised()];
  const [letter] = await answers(a);
  await merge(a, foreign, c);
  expect(await office.send(letter)).toMatchObject({ fate: 'appended', ticket_id: c.id });
  const [d, e, others] = [await raised(), await raised(), await raised(people.colleague)];
  const [next] = await answers(d);
  await merge(d, e, others);
  const row = await office.send(next);
  expect(row).toMatchObject({ fate: 'ticket', rule: 'follow-up-of-closed' });
  expect(await ticketOf(row)).toMatchObject({ follow_up_of: e.id });
});

test('a ring, should one ever stand in the table, ends', async () => {
  const [a, b, c] = [await raised(), await raised(), await raised()];
  const [letter] = await answers(a);
  await merge(a, b, c);
  await closeTicket(await as(people.coordinator), await find(c));
  await db('tickets').where({ id: c.id }).update({ merged_into: a.id });
  expect(await office.send(letter)).toMatchObject({ fate: 'ticket', rule: 'follow-up-of-closed' });
});
