import { expect, test } from 'vitest';
import { chooseMember, freeMembers } from '../../../src/domain/assignment/choosing.ts';
import { byUrgency, reasonFor, type Waiting } from '../../../src/domain/assignment/ranking.ts';

const now = new Date('2026-03-02T09:00:00Z');
const minutes = (n: number) => new Date(now.getTime() + n * 60_000);
let made = 0;
const ticket = (name: string, own: Partial<Waiting> = {}): Waiting & { name: string } => {
  made += 1;
  const rest = { dueAt: null, priorityRank: 2, createdAt: minutes(-60), skill: null };
  return { id: made, number: 1_000 + made, ...rest, ...own, name };
};
const order = (...tickets: ReturnType<typeof ticket>[]) =>
  byUrgency([...tickets].reverse(), now).map(each => (each as (typeof tickets)[number]).name);

test('overdue comes before due soon, and due soon before the most urgent that has time', () => {
  expect(
    order(
      ticket('overdue, low', { dueAt: minutes(-5), priorityRank: 1 }),
      ticket('due in 18', { dueAt: minutes(18) }),
      ticket('due in 119', { dueAt: minutes(119) }),
      ticket('urgent, due tomorrow', { dueAt: minutes(1_440), priorityRank: 4 }),
      ticket('high', { priorityRank: 3 }),
      ticket('old', { createdAt: minutes(-900) }),
      ticket('new'),
    ),
  ).toEqual(['overdue, low', 'due in 18', 'due in 119', 'urgent, due tomorrow', 'high', 'old', 'new']);
});

test('what one knows decides between neighbours, never against a reply that is much later', () => {
  expect(
    order(
      ticket('known', { dueAt: minutes(25), skill: 'Scanners' }),
      ticket('strange', { dueAt: minutes(15) }),
    ),
  ).toEqual(['known', 'strange']);
  expect(
    order(ticket('late', { dueAt: minutes(-40) }), ticket('known', { dueAt: minutes(5), skill: 'Scanners' })),
  ).toEqual(['late', 'known']);
  expect(
    order(ticket('known', { skill: 'Scanners' }), ticket('older', { createdAt: minutes(-900) })),
  ).toEqual(['known', 'older']);
  expect(order(ticket('high', { priorityRank: 3 }), ticket('known', { skill: 'Scanners' }))).toEqual([
    'high',
    'known',
  ]);
});

test('the reason names the fact that decided', () => {
  const why = (own: Partial<Waiting>) => reasonFor(ticket('x', own), now, 3);
  expect(why({ dueAt: minutes(-12) })).toMatchObject({ because: 'overdue', minutes: 12, open: 3 });
  expect(why({ dueAt: minutes(18), skill: 'Scanners' })).toMatchObject({
    because: 'due',
    minutes: 18,
    skill: 'Scanners',
  });
  expect(why({ dueAt: minutes(500), priorityRank: 3 })).toMatchObject({ because: 'priority', minutes: null });
  expect(why({ createdAt: minutes(-90) })).toMatchObject({ because: 'age', minutes: 90 });
});

const member = (id: number, own: object = {}) => ({
  id,
  presence: 'present' as const,
  open: 0,
  turn: 0,
  ...own,
});

test('free are those who are there and have less than the maximum', () => {
  const all = [
    member(1),
    member(2, { presence: 'away' }),
    member(3, { open: 5 }),
    member(4, { presence: 'off-hours' }),
  ];
  expect(freeMembers(all, { maxOpen: null }).map(({ id }) => id)).toEqual([1, 3]);
  expect(freeMembers(all, { maxOpen: 5 }).map(({ id }) => id)).toEqual([1]);
});

test.each([
  ['round robin: whose turn is longest ago', 'round-robin', undefined, 2, 'round-robin'],
  ['least loaded: who has the fewest open, then by turn', 'least-loaded', undefined, 3, 'least-loaded'],
  ['the person the requester knows comes before both', 'round-robin', 1, 1, 'sticky'],
  ['somebody the requester knows who is not there does not count', 'least-loaded', 9, 3, 'least-loaded'],
] as const)('%s', (_name, method, known, id, reason) => {
  const free = [
    member(1, { turn: 8, open: 1 }),
    member(2, { turn: 3, open: 4 }),
    member(3, { turn: 5, open: 1 }),
  ];
  expect(chooseMember(method, free, known)).toMatchObject({ member: { id }, reason });
});

test('nobody free, or no method: nobody is chosen', () => {
  expect(chooseMember('round-robin', [])).toBeUndefined();
  expect(chooseMember('off', [member(1)])).toBeUndefined();
});
