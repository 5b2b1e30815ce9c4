import { describe, expect, test } from 'vitest';
import { Forbidden, Invalid, NotFound } from '../../../src/domain/errors.ts';
import { searchTickets } from '../../../src/domain/search/searching.ts';
import { reopenTicket } from '../../../src/domain/tickets/closing.ts';
import { findAttachment } from '../../../src/domain/tickets/downloading.ts';
import { type MergeOptions, mergeTickets } from '../../../src/domain/tickets/merging.ts';
import { findTicket, type Ticket } from '../../../src/domain/tickets/ticket.ts';
import { timelineOf } from '../../../src/domain/tickets/timeline.ts';
import { undoMerge } from '../../../src/domain/tickets/unmerging.ts';
import { addWatcher, followTicket, removeWatcher, watchersOf } from '../../../src/domain/tickets/watching.ts';
import { type Made, testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, clock, comment, makeTicket, makeUser, reload, eventsOf, follow } = world;
const { it, hr, employee, colleague, coordinator, stranger, admin } = await usualPeople(world);
const marek = () => as(coordinator);
const raise = (by: Made = employee, team: Made | null = it) => makeTicket({ by, team });

async function merge(source: Ticket, target: Ticket, options: MergeOptions = {}, who: Made = coordinator) {
  return mergeTickets(await as(who), source, target, options);
}
const bodies = async (who: Made, ticket: Ticket) => {
  const ctx = await as(who);
  const { entries } = await timelineOf(ctx, await findTicket(ctx, ticket.number));
  return entries.flatMap(entry => (entry.is === 'comment' ? [entry.body] : []));
};
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test('the source closes and points to the target, which shows both conversations in order', async () => {
  const target = await raise();
  const source = await raise();
  await comment(employee, target, { body: 'Later, on the target.' });
  await comment(employee, source, { body: 'Last, on the source.' });
  await comment(coordinator, source, { kind: 'note', body: 'A note of the source.' });
  await merge(source, target);
  expect(await reload(source)).toMatchObject({ status: 'closed', mergedInto: target.number });
  expect(await reload(target)).toMatchObject({ hasMerged: true, mergedInto: null });
  const wanted = ['It does not work.', 'It does not work.', 'Later, on the target.', 'Last, on the source.'];
  expect(await bodies(employee, target)).toEqual(wanted);
  expect(await bodies(coordinator, target)).toEqual([...wanted, 'A note of the source.']);
  expect(await bodies(employee, source)).toEqual(['It does not work.', 'Last, on the source.']);
});

test('the answer the source owes is owed by the target, by the earlier time, and what waited goes on', async () => {
  const target = await raise();
  await comment(coordinator, target, { then: 'waiting' });
  expect(await reload(target)).toMatchObject({ needsReply: false, statusKind: 'waiting' });
  const source = await raise();
  await merge(source, target);
  const after = await reload(target);
  expect(after).toMatchObject({ needsReply: true, statusKind: 'open' });
  expect(after.dueAt).toEqual(source.dueAt);
  await undoMerge(await marek(), await reload(source));
  expect(await reload(target)).toMatchObject({
    needsReply: false,
    statusKind: 'waiting',
    waitingOn: 'requester',
  });
  expect(await reload(source)).toMatchObject({ needsReply: true, statusKind: 'new', mergedInto: null });
  expect((await reload(source)).dueAt).toEqual(source.dueAt);
});

describe('what cannot be merged says why', () => {
  test('into itself, closed, merged already, or in a circle', async () => {
    const [a, b, c, closed] = [await raise(), await raise(), await raise(), await raise()];
    expect(await refusal(merge(a, a))).toBeInstanceOf(Invalid);
    await comment(coordinator, closed, { then: 'solved' });
    await merge(closed, c);
    expect(await refusal(merge(await reload(closed), b))).toBeInstanceOf(Invalid);
    expect(await refusal(merge(b, await reload(closed)))).toBeInstanceOf(Invalid);
    await merge(a, b);
    expect(await refusal(merge(b, await reload(a)))).toBeInstanceOf(Invalid);
    await merge(await reload(b), c);
    expect(await bodies(employee, c)).toHaveLength(5);
  });

  test('of two people, unless somebody confirmed who will see what', async () => {
    const target = await raise();
    const source = await raise(colleague);
    const error = await refusal(merge(source, target));
    expect((error as Invalid).errors).toHaveProperty('understood');
    await merge(source, target, { acrossRequesters: true });
    expect((await reload(source)).mergedInto).toBe(target.number);
  });
});

test('a merge shows nobody what they could not read before it', async () => {
  const target = await raise();
  const source = await raise(colleague);
  await comment(colleague, source, { body: 'My secret.' });
  await comment(coordinator, target, { body: 'For the target alone.' });
  await comment(coordinator, source, { kind: 'note', body: 'Desk only.' });
  await merge(source, target, { acrossRequesters: true });
  expect((await bodies(employee, target)).join()).not.toContain('secret');
  expect((await bodies(colleague, source)).join()).not.toContain('target alone');
  expect(await refusal(findTicket(await as(colleague), target.number))).toBeInstanceOf(NotFound);
  expect((await bodies(coordinator, target)).join()).toMatch(/secret.*Desk only/s);
});

test('the desk of another team reads of a merged ticket only what it may read there', async () => {
  const both = await makeUser({ role: 'coordinator', teams: [it, hr] });
  const target = await raise();
  const source = await raise(employee, hr);
  await comment(both, source, { kind: 'note', body: 'Of HR alone.' });
  await comment(employee, source, { body: 'Said to HR.' });
  await merge(source, target, {}, both);
  expect((await bodies(both, target)).join()).toMatch(/Of HR alone.*Said to HR/s);
  expect(await bodies(coordinator, target)).toEqual(['It does not work.']);
  expect((await bodies(employee, target)).join()).not.toContain('Of HR alone');
});

test('the people come along only where it was asked for, and leave with an undo', async () => {
  const target = await raise();
  const source = await raise(colleague);
  const friend = await makeUser();
  await addWatcher(await as(colleague), source, friend.email);
  await followTicket(await as(admin), await findTicket(await as(admin), source.number));
  await merge(source, target, { acrossRequesters: true, withWatchers: true, withRequester: true });
  const ids = async () =>
    (await watchersOf(await world.system(), target)).map(one => one.id).sort((a, b) => a - b);
  expect(await ids()).toEqual([colleague.id, admin.id, friend.id].sort((a, b) => a - b));
  expect((await findTicket(await as(admin), target.number)).following).toBe(true);
  expect(await findTicket(await as(colleague), target.number)).toMatchObject({ watching: true });
  await undoMerge(await marek(), await reload(source));
  expect(await ids()).toEqual([]);
  expect(await refusal(findTicket(await as(colleague), target.number))).toBeInstanceOf(NotFound);
});

test('whom somebody let in by hand since stays after an undo, taken out in between or not', async () => {
  const target = await raise();
  const source = await raise(colleague);
  const [friend, guest, other] = [await makeUser(), await makeUser(), await makeUser()];
  for (const who of [friend, guest, other]) await addWatcher(await as(colleague), source, who.email);
  await followTicket(await as(admin), await findTicket(await as(admin), source.number));
  await merge(source, target, { acrossRequesters: true, withWatchers: true });
  await removeWatcher(await marek(), await reload(target), friend.id);
  await addWatcher(await marek(), await reload(target), friend.email);
  await addWatcher(await as(employee), await findTicket(await as(employee), target.number), guest.email);
  await followTicket(await as(admin), await findTicket(await as(admin), target.number));
  const told = (await eventsOf(target)).filter(event => event.type === 'ticket.watched');
  expect(told.map(event => event.data.userId).sort((a, b) => a - b)).toEqual(
    [admin.id, friend.id, friend.id, guest.id, other.id].sort((a, b) => a - b),
  );
  await undoMerge(await marek(), await reload(source));
  const left = (await watchersOf(await world.system(), target)).map(one => one.id).sort((a, b) => a - b);
  expect(left).toEqual([admin.id, friend.id, guest.id].sort((a, b) => a - b));
});

test('files of the source open for who may read them there, and for nobody else', async () => {
  const target = await raise();
  const source = await raise(colleague);
  const file = await world.upload(colleague, 'a.txt', 'Some text of a file.');
  await comment(colleague, source, { uploadIds: [file.id] });
  await merge(source, target, { acrossRequesters: true });
  for (const who of [colleague, coordinator])
    expect(await findAttachment(await as(who), file.id)).toBeTruthy();
  expect(await refusal(findAttachment(await as(employee), file.id))).toBeInstanceOf(NotFound);
});

test('who asked for the source alone gets no mail, notice, file or word of the target, and the other way', async () => {
  const target = await raise();
  const source = await raise(colleague);
  const friend = await makeUser();
  await addWatcher(await as(colleague), source, friend.email);
  await follow();
  await merge(source, target, { acrossRequesters: true });
  await follow();
  const since = Number((await db('events').max('id').first())?.max);
  const shown = await world.upload(coordinator, 'shown.txt', 'Shown to the requester.');
  await comment(coordinator, await reload(target), { body: 'For the target.', uploadIds: [shown.id] });
  const kept = await world.upload(coordinator, 'kept.txt', 'Of a note.');
  await comment(coordinator, await reload(target), { kind: 'note', body: 'Desk.', uploadIds: [kept.id] });
  await follow();
  const reached = async (who: Made) => [
    ...(await db('deliveries').where({ recipient_id: who.id }).where('event_id', '>', since)),
    ...(await db('notifications').where({ user_id: who.id }).where('event_id', '>', since)),
  ];
  for (const who of [colleague, friend]) {
    expect(await reached(who)).toEqual([]);
    for (const file of [shown, kept])
      expect(await refusal(findAttachment(await as(who), file.id))).toBeInstanceOf(NotFound);
  }
  expect(await reached(employee)).not.toEqual([]);
  expect(await findAttachment(await as(employee), shown.id)).toBeTruthy();
  expect(await refusal(findAttachment(await as(employee), kept.id))).toBeInstanceOf(NotFound);
  // Let in with the merge, they get what is said from then on, and never a note.
  const more = await raise(colleague);
  await merge(more, target, { acrossRequesters: true, withRequester: true });
  await follow();
  const later = Number((await db('events').max('id').first())?.max);
  await comment(coordinator, await reload(target), { body: 'To both.' });
  await comment(coordinator, await reload(target), { kind: 'note', body: 'To nobody of them.' });
  await follow();
  const events = await db('deliveries')
    .join('events', 'events.id', 'deliveries.event_id')
    .where({ recipient_id: colleague.id })
    .where('event_id', '>', later)
    .select('type', 'internal');
  expect(events).toEqual([{ type: 'reply.added', internal: false }]);
  expect(await findAttachment(await as(colleague), shown.id)).toBeTruthy();
  expect(await refusal(findAttachment(await as(colleague), kept.id))).toBeInstanceOf(NotFound);
});

test('only who works both may merge them or take it back', async () => {
  const target = await raise();
  const source = await raise(employee, hr);
  for (const who of [coordinator, stranger, employee])
    expect(await refusal(merge(source, target, {}, who))).toBeInstanceOf(Forbidden);
  const own = await raise();
  await merge(own, target);
  for (const who of [employee, stranger])
    expect(await refusal(undoMerge(await as(who), await reload(own)))).toBeInstanceOf(Forbidden);
});

test('an undo is for a day; reopening parts them at any time, and a second undo says so', async () => {
  const [target, source, other] = [await raise(), await raise(), await raise()];
  await merge(source, target);
  await merge(other, target);
  await undoMerge(await marek(), await reload(other));
  expect(await refusal(undoMerge(await marek(), await reload(other)))).toBeInstanceOf(Invalid);
  clock.advance({ hours: 25 });
  expect(await refusal(undoMerge(await marek(), await reload(source)))).toBeInstanceOf(Invalid);
  await reopenTicket(await marek(), await reload(source));
  expect(await reload(source)).toMatchObject({ statusKind: 'open', mergedInto: null });
  expect(await bodies(employee, target)).toEqual(['It does not work.']);
  const told = (await eventsOf(target)).map(event => event.type).filter(type => type.includes('merged'));
  expect(told).toEqual(['ticket.merged', 'ticket.merged', 'ticket.unmerged', 'ticket.unmerged']);
});

test('what changed on the target since is kept by an undo', async () => {
  const [target, source] = [await raise(), await raise()];
  await comment(coordinator, target, { then: 'waiting' });
  await merge(source, target);
  await comment(coordinator, await reload(target), { then: 'solved' });
  await undoMerge(await marek(), await reload(source));
  expect(await reload(target)).toMatchObject({ status: 'resolved', needsReply: false });
});

test('two merges at once, each into the other, leave one', async () => {
  const [a, b] = [await raise(), await raise()];
  const results = await Promise.all([refusal(merge(a, b)), refusal(merge(b, a))]);
  expect(results.filter(Boolean)).toHaveLength(1);
  expect(results.find(Boolean)).toBeInstanceOf(Invalid);
});

test('a merged ticket is still found by its own words, by those who found it before', async () => {
  const target = await raise();
  const source = await makeTicket({ by: colleague, team: it, subject: 'Wobbling zeppelin' });
  await merge(source, target, { acrossRequesters: true });
  await follow();
  const found = async (who: Made) =>
    (await searchTickets(await as(who), 'zeppelin')).rows.map(row => row.number);
  expect(await found(coordinator)).toEqual([source.number]);
  expect(await found(colleague)).toEqual([source.number]);
  expect(await found(employee)).toEqual([]);
});

test('history, counters and documents stay true', async () => {
  await follow();
  await expectInvariants(db);
  const wrong = await db('tickets').whereNotNull('merged_into').whereNot('status_kind', 'closed');
  expect(wrong).toEqual([]);
});
