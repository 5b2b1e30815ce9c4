import { describe, expect, test } from 'vitest';
import { Forbidden } from '../../../src/domain/errors.ts';
import { matchingIds } from '../../../src/domain/search/matching.ts';
import { pickUpTicket } from '../../../src/domain/tickets/assigning.ts';
import { changeTicket } from '../../../src/domain/tickets/changing.ts';
import { stampDueTickets } from '../../../src/domain/tickets/due.ts';
import type { QueueFilter } from '../../../src/domain/tickets/filtering.ts';
import {
  neighbours,
  type QueueRow,
  type QueueSort,
  type QueueView,
  queuePage,
  queueSorts,
  queueViews,
} from '../../../src/domain/tickets/queue.ts';
import { markSpam } from '../../../src/domain/tickets/spamming.ts';
import { priorities } from '../../../src/domain/tickets/ticket.ts';
import { testClock } from '../../support/clock.ts';
import { type Made, testWorld, usualPeople } from '../../support/factories.ts';

const world = await testWorld({ clock: testClock(new Date()) });
const { db, as, clock, comment, makeTicket, makeUser, makeCategory, follow } = world;
const { it, hr, employee, colleague, coordinator, stranger, admin } = await usualPeople(world);
const both = await makeUser({ role: 'coordinator', teams: [it, hr] });
const category = await makeCategory({ team: it });
const leaf = await makeCategory({ parent: category });

/** A desk in all states; several share a moment, so that only the key tells them apart. */
async function fillDesk() {
  const owners = [null, coordinator, null, admin];
  const after = ['keep', 'waiting', 'none', 'solved', 'none', 'hold'] as const;
  for (let i = 0; i < 30; i += 1) {
    if (i % 3 === 0) clock.advance({ minutes: 1, milliseconds: 7 });
    const by = i % 4 === 0 ? colleague : employee;
    const team = [it, it, hr, null][i % 4];
    const ticket = await makeTicket({
      by,
      ...(i % 5 === 0 ? { category: leaf } : { team }),
      impact: (['a-little', 'a-lot', 'stopped'] as const)[i % 3],
      body: i % 7 === 0 ? 'A walrus sits on it.' : 'Broken.',
    });
    const desk = ticket.teamId === hr.id ? stranger : coordinator;
    const owner = ticket.teamId === hr.id ? stranger : owners[i % 4];
    if (owner) await pickUpTicket(await as(owner), ticket);
    const then = after[i % 6]!;
    if (then !== 'none') await comment(desk, ticket, { then });
    if (i === 10) await markSpam(await as(desk), ticket, true);
    if (i === 13) await changeTicket(await as(desk), ticket, { status: 'closed' });
  }
  // Some became due long ago, some are due soon.
  await db.raw(`update tickets set due_at = now() - interval '1 hour' where needs_reply and id % 5 = 0`);
  await db.raw(`update tickets set due_at = now() + interval '1 hour' where needs_reply and id % 5 = 1`);
  await stampDueTickets(await world.system());
  await follow();
}
await fillDesk();

type Row = {
  id: number;
  number: number;
  status: string;
  status_kind: string;
  priority: (typeof priorities)[number];
  team_id: number | null;
  assignee_id: number | null;
  requester_id: number;
  category_id: number | null;
  needs_reply: boolean;
  due_state: string;
  due_at: Date | null;
  created_at: Date;
  updated_at: Date;
  spam_at: Date | null;
};
const all: Row[] = await db('tickets').orderBy('id');
const active = (row: Row) => ['new', 'open', 'waiting'].includes(row.status_kind) && !row.spam_at;

/** The views once more, in other words than the queries. */
const VIEWS: Record<QueueView, (row: Row, me: number) => boolean> = {
  'needs-reply': row => active(row) && row.needs_reply,
  mine: (row, me) => active(row) && row.assignee_id === me,
  unassigned: row => active(row) && row.assignee_id === null,
  'due-soon': row => active(row) && row.due_state === 'soon',
  overdue: row => active(row) && row.due_state === 'overdue',
  waiting: row => row.status_kind === 'waiting' && !row.spam_at,
  all: row => !row.spam_at,
};
const due = (row: Row) => row.due_at?.getTime() ?? Number.POSITIVE_INFINITY;
const compare = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);
const ORDERS: Record<QueueSort, (a: Row, b: Row) => number> = {
  'time-left': (a, b) => compare(due(a), due(b)) || a.id - b.id,
  newest: (a, b) => b.created_at.getTime() - a.created_at.getTime() || b.id - a.id,
  oldest: (a, b) => a.created_at.getTime() - b.created_at.getTime() || a.id - b.id,
  priority: (a, b) =>
    priorities.indexOf(b.priority) - priorities.indexOf(a.priority) ||
    a.created_at.getTime() - b.created_at.getTime() ||
    a.id - b.id,
  updated: (a, b) => b.updated_at.getTime() - a.updated_at.getTime() || b.id - a.id,
};
const works: [string, Made, (row: Row) => boolean][] = [
  ['a coordinator of one team', coordinator, row => row.team_id === it.id || row.team_id === null],
  ['a coordinator of two teams', both, () => true],
  ['an admin', admin, () => true],
];
const numbers = (rows: readonly (Row | QueueRow)[]) => rows.map(row => row.number);

describe.each(works)('%s', (_name, who, whose) => {
  describe.each(queueViews)('view %s', view => {
    test.each(queueSorts)(
      'by %s: every page forwards and back visits each ticket once, in order',
      async sort => {
        const ctx = await as(who);
        const wanted = numbers(all.filter(row => whose(row) && VIEWS[view](row, who.id)).sort(ORDERS[sort]));
        const forwards: number[][] = [];
        let page = await queuePage(ctx, { view, sort, limit: 4 });
        expect(page.previous).toBeNull();
        forwards.push(numbers(page.rows));
        while (page.next) {
          page = await queuePage(ctx, { view, sort, limit: 4, after: page.next });
          forwards.push(numbers(page.rows));
        }
        expect(forwards.flat()).toEqual(wanted);
        const backwards = [numbers(page.rows)];
        while (page.previous) {
          page = await queuePage(ctx, { view, sort, limit: 4, before: page.previous });
          backwards.unshift(numbers(page.rows));
        }
        expect(backwards.flat()).toEqual(wanted);
      },
    );
  });
});

const FILTERS: [string, QueueFilter, (row: Row) => boolean][] = [
  ['status', { status: 'on-hold' }, row => row.status === 'on-hold'],
  ['priority', { priority: 'urgent' }, row => row.priority === 'urgent'],
  ['team', { teamId: hr.id }, row => row.team_id === hr.id],
  ['owner', { assigneeId: coordinator.id }, row => row.assignee_id === coordinator.id],
  ['nobody as owner', { assigneeId: 0 }, row => row.assignee_id === null],
  ['requester', { requesterId: colleague.id }, row => row.requester_id === colleague.id],
  ['category with those inside it', { categoryId: category.id }, row => row.category_id === leaf.id],
  [
    'two at once',
    { status: 'new', priority: 'high' },
    row => row.status === 'new' && row.priority === 'high',
  ],
  ['a status that is not there', { status: 'nonsense' }, () => false],
];
test.each(FILTERS)('a filter by %s shows those and no others', async (_name, filter, fits) => {
  const { rows } = await queuePage(await as(admin), { view: 'all', filter, limit: 100 });
  expect(numbers(rows).sort()).toEqual(numbers(all.filter(row => !row.spam_at && fits(row))).sort());
});

test('what a search found filters a view, and brings nothing the person may not work', async () => {
  const { rows } = await db.raw<{ rows: { id: number; number: number }[] }>(
    `select distinct t.id, t.number from tickets t join comments c on c.ticket_id = t.id
     where c.body like '%walrus%' and t.spam_at is null and coalesce(t.team_id, ?) = ?`,
    [it.id, it.id],
  );
  const ctx = await as(coordinator);
  const ids = await matchingIds(ctx, 'walrus');
  const page = await queuePage(ctx, { view: 'all', filter: { ids }, limit: 100 });
  expect(new Set(numbers(page.rows))).toEqual(new Set(rows.map(row => row.number)));
  const everything = all.map(row => row.id);
  const all100 = await queuePage(ctx, { view: 'all', filter: { ids: everything }, limit: 100 });
  expect(all100.rows.every(row => all.find(one => one.id === row.id)?.team_id !== hr.id)).toBe(true);
  const none = await queuePage(ctx, { view: 'all', filter: { ids: await matchingIds(ctx, 'nowhere') } });
  expect(none).toEqual({ rows: [], next: null, previous: null });
});

test.each([
  'nonsense',
  '_',
  '1770112800000000',
  '1770112800000000_',
  '1770112800000000_1_1',
  '-1770112800000000_1',
  '17701128000000001_1',
  'i_one',
  "1770112800000000'; drop table tickets; --_1",
  '1770112800000000_1234567890123456',
  Buffer.from('["2026-01-01 00:00:00+00","1"]').toString('base64url'),
])('a cursor that was tampered with (%s) is the beginning of the list, both ways', async cursor => {
  const ctx = await as(admin);
  const first = await queuePage(ctx, { view: 'all', limit: 5 });
  expect(await queuePage(ctx, { view: 'all', limit: 5, after: cursor })).toEqual(first);
  expect((await queuePage(ctx, { view: 'all', limit: 5, before: cursor })).rows).toHaveLength(5);
});

test('a cursor of another order is no cursor, and one beyond the end is an empty page that leads back', async () => {
  const ctx = await as(admin);
  const byPriority = await queuePage(ctx, { view: 'all', sort: 'priority', limit: 5 });
  const first = await queuePage(ctx, { view: 'all', limit: 5 });
  expect((await queuePage(ctx, { view: 'all', limit: 5, after: byPriority.next! })).rows).toEqual(first.rows);
  const end = '0_1';
  expect(await queuePage(ctx, { view: 'all', after: end })).toMatchObject({ rows: [], next: null });
});

test('the neighbours of a ticket are those beside it in its list', async () => {
  const ctx = await as(coordinator);
  const { rows } = await queuePage(ctx, { view: 'needs-reply', limit: 100 });
  const list = numbers(rows);
  const around = async (number: number, more = {}) => {
    const found = await neighbours(ctx, { view: 'needs-reply' }, { number, counted: true, ...more });
    return [found.previous?.number ?? null, found.next?.number ?? null, found.position];
  };
  for (const [i, number] of list.entries()) {
    expect(await around(number)).toEqual([list[i - 1] ?? null, list[i + 1] ?? null, i + 1]);
    expect(await around(number, { at: rows[i]!.cursor })).toEqual(await around(number));
  }
  expect(await around(999_999)).toEqual([null, null, 1]);
  expect(await around(list[2]!, { at: 'nonsense' })).toEqual(await around(list[2]!));
  expect((await neighbours(ctx, { view: 'all' }, { number: list[0]! })).position).toBeNull();
});

test('a ticket that left its list keeps the place it had there', async () => {
  const ctx = await as(coordinator);
  const { rows } = await queuePage(ctx, { view: 'needs-reply', limit: 3 });
  const [first, second, third] = rows;
  await comment(coordinator, await world.reload(second!), { then: 'waiting' });
  const found = await neighbours(
    ctx,
    { view: 'needs-reply' },
    { number: second!.number, at: second!.cursor },
  );
  expect([found.previous?.number, found.next?.number]).toEqual([first!.number, third!.number]);
});

test('what a coordinator asked for themselves without a team is not theirs to work', async () => {
  const own = await makeTicket({ by: coordinator });
  const listed = async (who: Made) =>
    numbers((await queuePage(await as(who), { view: 'all', limit: 100 })).rows).includes(own.number);
  expect(await listed(coordinator)).toBe(false);
  expect(await listed(both)).toBe(true);
});

test('an employee has no queue', async () => {
  await expect(queuePage(await as(employee), { view: 'all' })).rejects.toThrow(Forbidden);
});
