import { describe, expect, test } from 'vitest';
import { pickUpTicket } from '../../../src/domain/tickets/assigning.ts';
import { changeTicket, type TicketChanges } from '../../../src/domain/tickets/changing.ts';
import { foldTicketCounts, type QueueCounts, queueCounts } from '../../../src/domain/tickets/counting.ts';
import { type QueueView, queuePage } from '../../../src/domain/tickets/queue.ts';
import { markSpam } from '../../../src/domain/tickets/spamming.ts';
import { type Made, testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, comment, makeTicket, reload } = world;
const { it, hr, employee, coordinator, stranger, admin } = await usualPeople(world);
const views: Record<keyof QueueCounts, QueueView> = {
  needsReply: 'needs-reply',
  mine: 'mine',
  unassigned: 'unassigned',
  dueSoon: 'due-soon',
  overdue: 'overdue',
  waiting: 'waiting',
};

/** By listing them all. */
async function listed(who: Made): Promise<QueueCounts> {
  const ctx = await as(who);
  const counts = await Promise.all(
    Object.entries(views).map(async ([name, view]) => {
      const { rows } = await queuePage(ctx, { view, limit: 500 });
      return [name, rows.length];
    }),
  );
  return Object.fromEntries(counts);
}
const counted = async (who: Made) => queueCounts(await as(who));
async function expectTrueCounts() {
  for (const who of [coordinator, stranger, admin]) expect(await counted(who)).toEqual(await listed(who));
}

// The same edits in each run: a failure can be looked at again.
let seed = 20_260_302;
const random = (below: number) => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((seed / 2_147_483_648) * below);
};
const one = <T>(list: readonly T[]): T => list[random(list.length)]!;

async function randomEdit(number: number) {
  const ticket = await reload(number);
  const ctx = await as(admin);
  const changes: TicketChanges[] = [
    { priority: one(['low', 'medium', 'high', 'urgent'] as const) },
    { teamId: one([it.id, hr.id, null]) },
    { status: one(['open', 'in-progress', 'on-hold', 'resolved', 'closed', 'rejected']) },
    { assigneeId: one([null, admin.id]) },
  ];
  const edits = [
    () => changeTicket(ctx, ticket, Object.assign({}, one(changes), one(changes))),
    () => comment(employee, ticket),
    () => comment(admin, ticket, { then: one(['waiting', 'hold', 'solved', 'open'] as const) }),
    () => markSpam(ctx, ticket, random(2) === 0),
    () => pickUpTicket(ctx, ticket),
  ];
  // A closed ticket takes no reply; that is no edit then.
  await one(edits)().catch((error: Error) => {
    if (error.name !== 'Forbidden') throw error;
  });
}

describe('the counts of the sidebar are those of the lists', () => {
  test('after a hundred edits of every kind, before and after they are folded', async () => {
    const tickets = [];
    for (let i = 0; i < 12; i += 1)
      tickets.push(
        await makeTicket({ by: employee, team: one([it, hr, null]), impact: one(['a-little', 'stopped']) }),
      );
    for (let i = 0; i < 100; i += 1) {
      await randomEdit(one(tickets).number);
      if (i % 25 === 24) await expectTrueCounts();
    }
    const ctx = await world.system();
    await foldTicketCounts(ctx);
    await expectTrueCounts();
    await foldTicketCounts(ctx);
    await expectTrueCounts();
    for (const [table, whose] of [
      ['ticket_counts', 'assignee_id'],
      ['team_ticket_counts', 'unassigned'],
    ]) {
      const { rows } = await db.raw(
        `select count(*) as n from ${table} group by team_id, ${whose}, status_kind, needs_reply, due_state`,
      );
      expect(rows.every((row: { n: number }) => row.n === 1)).toBe(true);
    }
    await expectInvariants(db);
  });

  test('also when many edit at once while counts are being folded', async () => {
    const ctx = await world.system();
    const tickets = await Promise.all(
      Array.from({ length: 8 }, () => makeTicket({ by: employee, team: it })),
    );
    await Promise.all([
      ...tickets.map(async ticket => {
        await pickUpTicket(await as(coordinator), ticket);
        await comment(coordinator, ticket, { then: 'waiting' });
        await comment(employee, ticket);
      }),
      ...[1, 2, 3].map(() => foldTicketCounts(ctx)),
    ]);
    await expectTrueCounts();
    await expectInvariants(db);
  });
});

test('an employee has no counts', async () => {
  expect(Object.values(await counted(employee)).every(n => n === 0)).toBe(true);
});

test('what somebody of the desk asked another team, or nobody yet, is not counted as theirs to work', async () => {
  await makeTicket({ by: coordinator });
  await makeTicket({ by: admin, team: hr });
  const watched = await makeTicket({ by: employee });
  await db('ticket_watchers').insert({ ticket_id: watched.id, user_id: stranger.id });
  await expectTrueCounts();
});
