import { expect, test } from 'vitest';
import { Unauthenticated } from '../../../src/domain/errors.ts';
import { closeTicket, resolveTicket } from '../../../src/domain/tickets/closing.ts';
import { type MineShow, myTickets, waitingForMe } from '../../../src/domain/tickets/mine.ts';
import { type Made, testWorld, usualPeople } from '../../support/factories.ts';

const world = await testWorld();
const { db, as, clock, comment, makeTicket, makeUser, makeDepartment } = world;
const { it, employee, colleague, coordinator } = await usualPeople(world);
const numbers = async (who: Made, show: MineShow) =>
  (await myTickets(await as(who), { show })).rows.map(row => row.number);

test('open, solved and shared are what they say, newest change first', async () => {
  const desk = await as(coordinator);
  const [one, two, three] = [
    await makeTicket({ by: employee, team: it }),
    await makeTicket({ by: employee, team: it }),
    await makeTicket({ by: employee, team: it }),
  ];
  clock.advance({ minutes: 1 });
  await comment(employee, one);
  clock.advance({ minutes: 1 });
  await resolveTicket(desk, two);
  clock.advance({ minutes: 1 });
  await closeTicket(desk, three);
  expect(await numbers(employee, 'open')).toEqual([one.number]);
  expect(await numbers(employee, 'solved')).toEqual([three.number, two.number]);
  expect(await numbers(employee, 'shared')).toEqual([]);
  await db('ticket_watchers').insert({ ticket_id: three.id, user_id: colleague.id });
  expect(await numbers(colleague, 'shared')).toEqual([three.number]);
  expect(await numbers(colleague, 'open')).toEqual([]);
});

test('who manages a department sees what its people ask while it is open, and not what others ask', async () => {
  const manager = await makeUser();
  const department = await makeDepartment(manager);
  const worker = await makeUser({ department });
  const ticket = await makeTicket({ by: worker });
  expect(await numbers(manager, 'shared')).toEqual([ticket.number]);
  expect(await numbers(manager, 'open')).toEqual([]);
});

test('every page forwards visits each ticket once, also when they share a moment', async () => {
  const someone = await makeUser();
  const made = [];
  for (let i = 0; i < 11; i += 1) made.push(await makeTicket({ by: someone }));
  const ctx = await as(someone);
  const seen: number[] = [];
  let after: string | undefined;
  do {
    const page = await myTickets(ctx, { show: 'open', limit: 4, ...(after && { after }) });
    seen.push(...page.rows.map(row => row.number));
    after = page.next ?? undefined;
  } while (after);
  expect(seen).toEqual(made.map(ticket => ticket.number).reverse());
});

test.each([
  'nonsense',
  '2026-99-01 00:00:00+00|1',
  '2026-02-30 00:00:00+00|1',
  '2026-01-01 00:00:00+00|x',
  '|',
])('a cursor that was tampered with (%s) is the beginning', async after => {
  const ctx = await as(employee);
  expect(await myTickets(ctx, { show: 'solved', after })).toEqual(await myTickets(ctx, { show: 'solved' }));
});

test('what the desk waits for is on the first page, with its last words and never a note', async () => {
  const someone = await makeUser();
  const ticket = await makeTicket({ by: someone, team: it });
  await comment(coordinator, ticket, { body: 'Which room?', then: 'waiting' });
  await comment(coordinator, ticket, { kind: 'note', body: 'he never answers' });
  const held = await makeTicket({ by: someone, team: it });
  await comment(coordinator, held, { body: 'A part is on its way', then: 'hold' });
  expect(await waitingForMe(await as(someone))).toEqual([
    {
      number: ticket.number,
      subject: ticket.subject,
      excerpt: 'Which room?',
      from: expect.objectContaining({ id: coordinator.id }),
    },
  ]);
  expect(await waitingForMe(await as(coordinator))).toEqual([]);
});

test('who is not signed in has no tickets', async () => {
  await expect(myTickets(await world.stranger(), { show: 'open' })).rejects.toThrow(Unauthenticated);
});
