import { describe, expect, test } from 'vitest';
import { searchTickets } from '../../../src/domain/search/searching.ts';
import { changeTicket } from '../../../src/domain/tickets/changing.ts';
import { addWatcher } from '../../../src/domain/tickets/watching.ts';
import { type Made, testWorld, usualPeople } from '../../support/factories.ts';

const world = await testWorld();
const { as, comment, makeTicket, makeUser, follow } = world;
const { it, hr, employee, colleague, coordinator, stranger, admin } = await usualPeople(world);
const raise = (subject: string, body = 'Please help.', by: Made = employee, team: Made | null = it) =>
  makeTicket({ by, team, subject, body });

const cafe = await raise(
  'Café machine',
  'The naïve Müller from Kraków pressed Straße and the coffee machine broke.',
);
const machine = await raise('Coffee grinder', 'The machine makes coffee dust.');
const tokyo = await raise('東京都のプリンター', '한국어 설명서가 없습니다');
const noted = await raise('Plain request', 'Nothing special here.');
await comment(coordinator, noted, { kind: 'note', body: 'zebrafish smells of budget cuts' });
const asked = await raise('Plain request of the desk', 'Nothing special either.', stranger);
await comment(coordinator, asked, { kind: 'note', body: 'zebrafish again' });
await follow();

const ascending = (a: number, b: number) => a - b;
const found = async (who: Made, text: string) =>
  (await searchTickets(await as(who), text)).rows.map(row => row.number).sort(ascending);
const numbers = (...tickets: { number: number }[]) => tickets.map(ticket => ticket.number).sort(ascending);

describe('words', () => {
  test.each([
    ['cafe', [cafe]],
    ['CAFÉ', [cafe]],
    ['naive', [cafe]],
    ['muller', [cafe]],
    ['krakow', [cafe]],
    ['strasse', [cafe]],
    ['coffee machine', [cafe, machine]],
    ['"coffee machine"', [cafe]],
    ['coffee -dust', [cafe]],
    ['coffee -"coffee machine"', [machine]],
    ['grin', [machine]],
    ['grin ', []],
    ['nowhere neither', []],
    ['-coffee', []],
    ["' | !* & <-> :* \\", []],
    ['東京', [tokyo]],
    ['京都', [tokyo]],
    ['プリンター', [tokyo]],
    ['설명서', [tokyo]],
    ['大阪', []],
  ] as const)('%s', async (text, tickets) => {
    expect(await found(employee, text)).toEqual(numbers(...tickets));
  });

  test('nothing but spaces and signs finds nothing', async () => {
    for (const text of ['', '   ', '!!!', '"', '\u0000', '🦓']) expect(await found(admin, text)).toEqual([]);
  });
});

test('a number leads to its ticket, with or without its sign, if it may be seen', async () => {
  for (const text of [`#${cafe.number}`, String(cafe.number)])
    expect(await searchTickets(await as(employee), text)).toMatchObject({ exact: cafe.number });
  expect(await searchTickets(await as(colleague), `#${cafe.number}`)).toMatchObject({
    rows: [],
    more: false,
  });
  expect(await searchTickets(await as(employee), '#999999')).toMatchObject({ rows: [], more: false });
});

test('a word of a note is found by who works the ticket, and by nobody else', async () => {
  expect(await found(coordinator, 'zebrafish')).toEqual(numbers(noted, asked));
  expect(await found(admin, 'zebrafish')).toEqual(numbers(noted, asked));
  for (const who of [employee, colleague, stranger]) expect(await found(who, 'zebrafish')).toEqual([]);
});

test('nor can anybody tell a word of a note by what a search leaves out', async () => {
  expect(await found(employee, 'special -zebrafish')).toEqual(numbers(noted));
  expect(await found(stranger, 'special -zebrafish')).toEqual(numbers(asked));
  expect(await found(coordinator, 'special -zebrafish')).toEqual([]);
});

test('only what may be seen is found, and rights that changed count at once', async () => {
  const ticket = await raise('Quokka', 'A quokka sits here.');
  await follow();
  expect(await found(employee, 'quokka')).toEqual([ticket.number]);
  expect(await found(colleague, 'quokka')).toEqual([]);
  expect(await found(stranger, 'quokka')).toEqual([]);
  await addWatcher(await as(employee), ticket, colleague.email);
  await changeTicket(await as(coordinator), ticket, { teamId: hr.id });
  await follow();
  expect(await found(colleague, 'quokka')).toEqual([ticket.number]);
  expect(await found(stranger, 'quokka')).toEqual([ticket.number]);
  expect(await found(coordinator, 'quokka')).toEqual([]);
});

test('a ticket that moved away is not found by its old team, even before the index has heard of it', async () => {
  const ticket = await raise('Axolotl', 'An axolotl sits here.');
  await follow();
  await changeTicket(await as(coordinator), ticket, { teamId: hr.id });
  expect(await found(coordinator, 'axolotl')).toEqual([]);
});

test('a manager finds what the department asks', async () => {
  const manager = await makeUser();
  const worker = await makeUser({ department: await world.makeDepartment(manager) });
  const ticket = await raise('Wombat', 'A wombat sits here.', worker);
  await follow();
  expect(await found(manager, 'wombat')).toEqual([ticket.number]);
});
