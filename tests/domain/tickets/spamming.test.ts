import { expect, test } from 'vitest';
import { Forbidden } from '../../../src/domain/errors.ts';
import { searchTickets } from '../../../src/domain/search/searching.ts';
import { queueCounts } from '../../../src/domain/tickets/counting.ts';
import { myTickets } from '../../../src/domain/tickets/mine.ts';
import { queuePage, queueViews } from '../../../src/domain/tickets/queue.ts';
import { markSpam } from '../../../src/domain/tickets/spamming.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, makeTicket, reload, eventsOf, follow } = world;
const { it, employee, coordinator, stranger } = await usualPeople(world);

test('spam is in no list of the desk, no count and no search; taken back, it is where it was', async () => {
  const ticket = await makeTicket({
    by: employee,
    team: it,
    subject: 'Cheap flamingo watches',
    impact: 'stopped',
  });
  await follow();
  const ctx = await as(coordinator);
  const listed = async () => {
    const pages = await Promise.all(queueViews.map(view => queuePage(ctx, { view })));
    return queueViews.filter((_, i) => pages[i]?.rows.some(row => row.id === ticket.id));
  };
  const before = { views: await listed(), counts: await queueCounts(ctx) };
  expect(before.views).toEqual(['needs-reply', 'unassigned', 'due-soon', 'all']);
  expect(before.counts).toMatchObject({ needsReply: 1, unassigned: 1, dueSoon: 1 });

  await markSpam(ctx, ticket, true);
  await markSpam(ctx, ticket, true);
  expect(await listed()).toEqual([]);
  expect(await queueCounts(ctx)).toMatchObject({ needsReply: 0, unassigned: 0, dueSoon: 0 });
  expect((await searchTickets(ctx, 'flamingo')).rows).toEqual([]);
  expect(await reload(ticket)).toMatchObject({ status: 'new', spamAt: expect.any(Date) });

  await markSpam(ctx, ticket, false);
  expect({ views: await listed(), counts: await queueCounts(ctx) }).toEqual(before);
  expect((await searchTickets(ctx, 'flamingo')).rows).toHaveLength(1);
  const events = await eventsOf(ticket);
  expect(events.slice(1)).toMatchObject([
    { type: 'ticket.spam', internal: true },
    { type: 'ticket.not-spam', internal: true },
  ]);
  await expectInvariants(db);
});

test('the requester is not told: their own list stays as it was', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await markSpam(await as(coordinator), ticket, true);
  const { rows } = await myTickets(await as(employee), { show: 'open' });
  expect(rows.map(row => row.id)).toContain(ticket.id);
});

test('only who works it says what spam is', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  for (const who of [employee, stranger])
    await expect(markSpam(await as(who), ticket, true)).rejects.toThrow(Forbidden);
});
