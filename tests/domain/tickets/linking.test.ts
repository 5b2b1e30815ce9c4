import { describe, expect, test } from 'vitest';
import { Forbidden, Invalid, NotFound } from '../../../src/domain/errors.ts';
import type { Relation } from '../../../src/domain/tickets/link.ts';
import {
  linksOf,
  linkTickets,
  openChildren,
  resolveChildren,
  unlinkTickets,
} from '../../../src/domain/tickets/linking.ts';
import { surroundingsOf } from '../../../src/domain/tickets/surroundings.ts';
import { findTicket, type Ticket } from '../../../src/domain/tickets/ticket.ts';
import { type Made, testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, makeTicket, makeUser, reload, eventsOf, follow } = world;
const { it, hr, employee, coordinator, stranger } = await usualPeople(world);
const both = await makeUser({ role: 'coordinator', teams: [it, hr] });
const raise = (team: Made | null = it) => makeTicket({ by: employee, team });
const link = async (ticket: Ticket, other: Ticket, relation: Relation, who: Made = coordinator) =>
  linkTickets(await as(who), ticket, other, relation);
const seen = async (ticket: Ticket, who: Made = coordinator) =>
  (await linksOf(await as(who), ticket)).map(one => [one.relation, one.number]);
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test('each relation reads the other way round from the other side, and is said once', async () => {
  for (const [relation, inverse] of [
    ['related', 'related'],
    ['blocks', 'blocked-by'],
    ['blocked-by', 'blocks'],
    ['duplicate-of', 'has-duplicate'],
    ['has-duplicate', 'duplicate-of'],
    ['parent', 'child'],
    ['child', 'parent'],
  ] as const) {
    const [a, b] = [await raise(), await raise()];
    await link(a, b, relation);
    await link(b, a, inverse);
    expect(await seen(a)).toEqual([[relation, b.number]]);
    expect(await seen(b)).toEqual([[inverse, a.number]]);
    const told = (await eventsOf(b)).filter(event => event.type === 'ticket.linked');
    expect(told.map(event => [event.internal, event.data])).toEqual([
      [true, { number: a.number, relation: inverse }],
    ]);
    expect((await reload(a)).version).toBe(1);
  }
});

test('a circle, a second parent and a ticket of itself are refused', async () => {
  const [a, b, c] = [await raise(), await raise(), await raise()];
  await link(a, b, 'child');
  await link(b, c, 'child');
  expect(await refusal(link(c, a, 'child'))).toBeInstanceOf(Invalid);
  const d = await raise();
  expect(await refusal(link(d, c, 'child'))).toBeInstanceOf(Invalid);
  expect(await refusal(link(a, a, 'related'))).toBeInstanceOf(Invalid);
  await link(a, b, 'blocks');
  expect(await refusal(link(b, a, 'blocks'))).toBeInstanceOf(Invalid);
});

test('a linked ticket that the reader does not work is not mentioned, nor can its link be touched', async () => {
  const [ours, theirs] = [await raise(), await raise(hr)];
  await link(ours, theirs, 'related', both);
  expect(await seen(ours)).toEqual([]);
  expect(await seen(theirs, stranger)).toEqual([]);
  const { linkId } = (await linksOf(await as(both), ours))[0]!;
  expect(await refusal(as(coordinator).then(ctx => unlinkTickets(ctx, ours, linkId)))).toBeInstanceOf(
    NotFound,
  );
  expect(await refusal(link(ours, theirs, 'blocks'))).toBeInstanceOf(Forbidden);
  expect(await refusal(link(ours, await raise(), 'blocks', employee))).toBeInstanceOf(Forbidden);
  expect(await seen(ours, employee)).toEqual([]);
});

test('a link is removed from either side, once', async () => {
  const [a, b] = [await raise(), await raise()];
  await link(a, b, 'blocks');
  const ctx = await as(coordinator);
  const { linkId } = (await linksOf(ctx, b))[0]!;
  await unlinkTickets(ctx, b, linkId);
  expect(await refusal(unlinkTickets(ctx, a, linkId))).toBeInstanceOf(NotFound);
  expect(await seen(a)).toEqual([]);
});

test('open children are solved along with their parent, each as a change of its own', async () => {
  const parent = await raise();
  const children = [await raise(), await raise(), await raise(hr)];
  for (const child of children) await link(parent, child, 'child', both);
  const ctx = await as(coordinator);
  expect(await openChildren(ctx, parent)).toHaveLength(2);
  expect(await resolveChildren(ctx, parent)).toBe(2);
  expect(await resolveChildren(ctx, parent)).toBe(0);
  expect((await reload(children[0]!)).status).toBe('resolved');
  expect((await reload(children[2]!)).status).toBe('new');
});

test('the panel knows links, followers and the requester’s other tickets, as far as the reader works them', async () => {
  const asker = await makeUser();
  const own = async (team: Made) => makeTicket({ by: asker, team });
  const [first, second, elsewhere] = [await own(it), await own(it), await own(hr)];
  await link(first, second, 'related');
  const around = async (who: Made) => {
    const ctx = await as(who);
    return (await surroundingsOf(ctx, await findTicket(ctx, first.number))).relations;
  };
  expect(await around(coordinator)).toMatchObject({
    followers: [],
    links: [{ relation: 'related', number: second.number }],
    history: { total: 2, thisYear: 2, more: false, recent: [{ number: second.number }] },
  });
  const wide = await around(both);
  expect(wide?.history.recent.map(one => one.number)).toEqual([elsewhere.number, second.number]);
  expect(await around(asker)).toBeUndefined();
});

test('everything stays true', async () => {
  await follow();
  await expectInvariants(db);
});

describe('links made at the same moment close no circle', () => {
  const kinds = ['child', 'blocks', 'duplicate-of'] as const;

  test.each(kinds)('by three people at once: %s', async relation => {
    for (let round = 0; round < 5; round += 1) {
      const [a, b, c] = [await raise(), await raise(), await raise()];
      const results = await Promise.all([
        refusal(link(a, b, relation)),
        refusal(link(b, c, relation)),
        refusal(link(c, a, relation)),
      ]);
      const refused = results.filter(Boolean);
      expect(refused).toHaveLength(1);
      expect(refused[0]).toBeInstanceOf(Invalid);
    }
  });

  test.each(kinds)('by two people whose tickets are four: %s', async relation => {
    for (let round = 0; round < 5; round += 1) {
      const [a, b, c, d] = [await raise(), await raise(), await raise(), await raise()];
      await link(a, b, relation);
      await link(c, d, relation);
      const results = await Promise.all([refusal(link(b, c, relation)), refusal(link(d, a, relation))]);
      expect(results.filter(Boolean)).toHaveLength(1);
    }
  });
});
