import { expect, test } from 'vitest';
import { foldLexicon } from '../../../src/domain/search/lexicon.ts';
import { searchTickets } from '../../../src/domain/search/searching.ts';
import { changeTicket } from '../../../src/domain/tickets/changing.ts';
import { type Made, testWorld, usualPeople } from '../../support/factories.ts';

const world = await testWorld();
const { as, db, comment, makeTicket, follow } = world;
const { it, hr, employee, colleague, coordinator, stranger, admin } = await usualPeople(world);

const own = await makeTicket({
  by: employee,
  team: it,
  subject: 'Printer smokes',
  body: 'The toner leaks on paper.',
});
await comment(coordinator, own, { kind: 'note', body: 'zebrafish budget' });
const foreign = await makeTicket({
  by: colleague,
  team: hr,
  subject: 'Quokka salary',
  body: 'The quokka wants more.',
});
await follow();
await foldLexicon(await as(admin));

const search = async (who: Made, text: string) => searchTickets(await as(who), text);
const numbers = async (who: Made, text: string) => (await search(who, text)).rows.map(row => row.number);

test('a typing error leads to the likest word that leads somewhere', async () => {
  const found = await search(employee, 'prnter');
  expect(found.corrections).toEqual([{ from: 'prnter', to: 'printer' }]);
  expect(found.rows.map(row => row.number)).toEqual([own.number]);
  expect((await search(employee, 'prnter tonr ')).corrections).toHaveLength(2);
  expect((await search(employee, 'printer')).corrections).toEqual([]);
});

test('no suggestion tells a word that stands only where the person may not look', async () => {
  for (const text of ['zebrafsh', 'quoka', 'salry', 'budgt']) {
    const found = await search(employee, text);
    expect({ rows: found.rows, corrections: found.corrections }, text).toEqual({ rows: [], corrections: [] });
  }
  expect((await search(coordinator, 'zebrafsh')).corrections).toEqual([
    { from: 'zebrafsh', to: 'zebrafish' },
  ]);
  expect((await search(coordinator, 'quoka')).corrections).toEqual([]);
  expect((await search(stranger, 'quoka')).rows.map(row => row.number)).toEqual([foreign.number]);
});

test('a note is quoted only to who works the ticket', async () => {
  const [row] = (await search(coordinator, 'zebrafish')).rows;
  expect(row?.snippet.filter(piece => piece.hit).map(piece => piece.text)).toEqual(['zebrafish']);
  expect(JSON.stringify(await search(employee, 'printer zebrafish'))).not.toContain('budget');
});

test('operators of the desk say nothing of a ticket that the person does not work', async () => {
  await changeTicket(await as(coordinator), own, { priority: 'urgent', assigneeId: coordinator.id });
  await db('tickets')
    .where({ id: own.id })
    .update({ tags: ['vip'] });
  const team = await db('teams').where({ id: it.id }).first();
  expect(await numbers(coordinator, `team:"${team.name}" printer`)).toEqual([own.number]);
  const secret = [
    'priority:urgent',
    'tag:vip',
    'assignee:none',
    `team:"${team.name}"`,
    'is:unassigned',
    '-tag:other',
    '-priority:low',
  ];
  for (const text of [...secret, `assignee:"${coordinator.email}"`])
    expect(await numbers(employee, text), text).toEqual([]);
  expect(await numbers(coordinator, 'priority:urgent tag:vip assignee:me')).toEqual([own.number]);
  expect(await numbers(stranger, 'tag:vip')).toEqual([]);
  expect(await numbers(employee, 'is:open')).toEqual([own.number]);
  expect(await numbers(employee, 'requester:me created:today printer')).toEqual([own.number]);
  expect(await numbers(employee, 'is:closed')).toEqual([]);
  expect(await numbers(colleague, 'requester:me')).toEqual([foreign.number]);
});

test('the best match comes first, or the newest', async () => {
  const older = await makeTicket({
    by: employee,
    team: it,
    subject: 'Scanner and wagon wheels',
    body: 'wagon wagon wagon',
  });
  const newer = await makeTicket({
    by: employee,
    team: it,
    subject: 'Something else',
    body: 'A wagon passed by once.',
  });
  await follow();
  expect(await numbers(employee, 'wagon')).toEqual([older.number, newer.number]);
  const found = await searchTickets(await as(employee), 'wagon', { order: 'newest' });
  expect(found.rows.map(row => row.number)).toEqual([newer.number, older.number]);
});

test('where no ticket has all the words, those with some are shown and named so', async () => {
  const found = await search(employee, 'printer xylophone ');
  expect(found).toMatchObject({ some: true, rows: [{ number: own.number }] });
});

test('the lexicon follows what is written and forgets what is gone', async () => {
  const count = async (word: string) => (await db('lexicon').where({ word }).first())?.documents ?? 0;
  const ticket = await makeTicket({
    by: employee,
    team: it,
    subject: 'Ocelot',
    body: 'An ocelot sits here.',
  });
  await follow();
  await foldLexicon(await as(admin));
  expect(await count('ocelot')).toBe(1);
  await db('comments').where({ ticket_id: ticket.id }).update({ redacted_at: new Date(), body: '' });
  await db('tickets').where({ id: ticket.id }).update({ subject: 'Nothing' });
  await comment(employee, ticket, { body: 'More' });
  await follow();
  await foldLexicon(await as(admin));
  expect(await count('ocelot')).toBe(0);
});
