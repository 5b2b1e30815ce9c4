import { expect, test } from 'vitest';
import { linkTickets } from '../../../src/domain/tickets/linking.ts';
import { mergeTickets } from '../../../src/domain/tickets/merging.ts';
import { startTimer } from '../../../src/domain/tickets/timing.ts';
import { undoMerge } from '../../../src/domain/tickets/unmerging.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, makeTicket, comment, reload } = world;
const { it, employee, coordinator, admin } = await usualPeople(world);
const raise = () => makeTicket({ by: employee, team: it });
const won = (results: PromiseSettledResult<unknown>[]) => results.filter(one => one.status === 'fulfilled');

test('of two merges that go both ways, one happens; pressed by twenty, one undo', async () => {
  for (let round = 0; round < 4; round += 1) {
    const [a, b] = [await raise(), await raise()];
    const [one, other] = [await as(coordinator), await as(admin)];
    const merges = await Promise.allSettled([
      mergeTickets(one, a, b),
      mergeTickets(other, b, a),
      comment(employee, a, { body: 'meanwhile' }),
      mergeTickets(one, a, b),
    ]);
    const [ab, ba] = [await reload(a), await reload(b)];
    expect([ab.mergedInto, ba.mergedInto].filter(Boolean), JSON.stringify(merges)).toHaveLength(1);
    const source = ab.mergedInto ? ab : ba;
    const undone = await Promise.allSettled(Array.from({ length: 20 }, () => undoMerge(one, source)));
    expect(won(undone)).toHaveLength(1);
    expect((await reload(source)).mergedInto).toBeNull();
    await expectInvariants(db);
  }
});

test('a clock that is started twenty times at once, on two tickets, runs once', async () => {
  const both = [await raise(), await raise()];
  const ctx = await as(coordinator);
  await Promise.allSettled(Array.from({ length: 20 }, (_, i) => startTimer(ctx, both[i % 2]!, '2026-03-02')));
  expect(await db('time_entries').where({ person_id: coordinator.id, minutes: null })).toHaveLength(1);
});

test('a link that is made twenty times at once, from both ends, is one', async () => {
  const [a, b] = [await raise(), await raise()];
  const ctx = await as(coordinator);
  await Promise.all(
    Array.from({ length: 20 }, (_, i) => linkTickets(ctx, i % 2 ? a : b, i % 2 ? b : a, 'related')),
  );
  expect(await db('ticket_links').where({ kind: 'related' })).toHaveLength(1);
});
