import { expect, test } from 'vitest';
import { saveDraft } from '../../../src/domain/drafting.ts';
import { Forbidden, Invalid } from '../../../src/domain/errors.ts';
import { changeTicket } from '../../../src/domain/tickets/changing.ts';
import { closeTicket, resolveTicket } from '../../../src/domain/tickets/closing.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, clock, comment, makeTicket, reload, eventsOf, upload } = world;
const { it, employee, colleague, coordinator, stranger, admin } = await usualPeople(world);
const minutesFromNow = (n: number) => new Date(clock.now().getTime() + n * 60_000);
const types = async (ticket: { id: number }) => (await eventsOf(ticket)).map(event => event.type);

test('the first answer of the desk stops the clock, is the first response and opens the ticket', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  clock.advance({ minutes: 7 });
  const { ticket: answered } = await comment(coordinator, ticket);
  expect(answered).toMatchObject({
    status: 'open',
    needsReply: false,
    dueAt: null,
    dueState: 'none',
    firstResponseAt: clock.now(),
    version: 2,
  });
  expect(await types(ticket)).toEqual(['ticket.created', 'reply.added', 'ticket.changed']);
  clock.advance({ minutes: 5 });
  const { ticket: again } = await comment(admin, answered);
  expect(again.firstResponseAt).toEqual(answered.firstResponseAt);
  expect(again.version).toBe(2);
});

test('who answers a ticket that nobody has takes it on, as one change, unless they are of another team', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const { ticket: noted } = await comment(coordinator, ticket, { kind: 'note', body: 'Looking.' });
  expect(noted.assigneeId).toBeNull();
  const { ticket: taken } = await comment(coordinator, ticket, { then: 'solved' });
  expect(taken).toMatchObject({ assigneeId: coordinator.id, status: 'resolved', version: 2 });
  expect((await comment(admin, taken)).ticket.assigneeId).toBe(coordinator.id);
  const helped = await makeTicket({ by: employee, team: it });
  const outsider = await world.makeUser({ role: 'admin' });
  expect((await comment(outsider, helped)).ticket.assigneeId).toBeNull();
  const many = await makeTicket({ by: employee, team: it });
  expect((await comment(coordinator, many, { takes: false })).ticket.assigneeId).toBeNull();
});

test('a reply of the requester starts the clock, and further ones do not move it', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await comment(coordinator, ticket);
  clock.advance({ hours: 1 });
  const { ticket: asked } = await comment(employee, ticket, { body: 'And *now* it smokes.' });
  expect(asked).toMatchObject({ needsReply: true, dueAt: minutesFromNow(1_440) });
  const due = asked.dueAt;
  clock.advance({ hours: 2 });
  const { ticket: still } = await comment(employee, ticket, { body: 'Hello?' });
  expect(still.dueAt).toEqual(due);
  expect((await db('tickets').where({ id: ticket.id }).first()).excerpt).toBe('Hello?');
});

test.each(['waiting', 'hold', 'solved'] as const)(
  'after “%s” an answer of the requester opens the ticket again and the desk owes a reply',
  async then => {
    const ticket = await makeTicket({ by: employee, team: it });
    const { ticket: sent } = await comment(coordinator, ticket, { then });
    expect(sent).toMatchObject(
      then === 'solved'
        ? { status: 'resolved', waitingOn: null, resolvedAt: clock.now() }
        : { status: 'on-hold', waitingOn: then === 'waiting' ? 'requester' : 'other' },
    );
    expect(sent).toMatchObject({ needsReply: false, dueAt: null });
    clock.advance({ minutes: 30 });
    const { ticket: back } = await comment(employee, sent, { then: 'solved' });
    expect(back).toMatchObject({
      status: 'open',
      waitingOn: null,
      resolvedAt: null,
      needsReply: true,
      dueAt: minutesFromNow(1_440),
    });
  },
);

test('“Send, keep open” leaves a ticket in progress as it is', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const working = await changeTicket(await as(coordinator), ticket, { status: 'in-progress' });
  const { ticket: sent } = await comment(coordinator, working, { then: 'open' });
  expect(sent.status).toBe('in-progress');
});

test('a watcher answers as the requester does', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: colleague.id });
  await comment(coordinator, ticket, { then: 'waiting' });
  const { ticket: back } = await comment(colleague, ticket, { then: 'solved' });
  expect(back).toMatchObject({ status: 'open', needsReply: true, firstResponseAt: expect.any(Date) });
});

test('a note never touches status, clock, first response, excerpt or version', async () => {
  const ticket = await makeTicket({ by: employee, team: it, body: 'Hello.' });
  clock.advance({ minutes: 3 });
  const { ticket: noted } = await comment(coordinator, ticket, {
    kind: 'note',
    body: 'Looks like the fuse.',
    then: 'solved',
  });
  const { status, needsReply, dueAt, firstResponseAt, version } = ticket;
  expect(noted).toMatchObject({ status, needsReply, dueAt, firstResponseAt, version });
  expect(await reload(ticket)).toMatchObject({ status, needsReply, dueAt, firstResponseAt, version });
  expect((await db('tickets').where({ id: ticket.id }).first()).excerpt).toBe('Hello.');
  const event = (await eventsOf(ticket)).at(-1);
  expect(event).toMatchObject({ type: 'note.added', internal: true });
});

test('a closed ticket takes no reply from anybody, and notes from the desk only', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const closed = await closeTicket(await as(coordinator), ticket);
  await expect(comment(employee, closed)).rejects.toThrow(Forbidden);
  await expect(comment(coordinator, closed)).rejects.toThrow(Forbidden);
  await comment(coordinator, closed, { kind: 'note' });
  expect((await reload(ticket)).status).toBe('closed');
});

test('a ticket that closed while somebody wrote refuses what they send', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await closeTicket(await as(coordinator), ticket);
  const { addComment } = await import('../../../src/domain/tickets/commenting.ts');
  await expect(addComment(await as(employee), ticket, { kind: 'reply', body: 'Late' })).rejects.toThrow(
    Forbidden,
  );
});

test('only who works the ticket writes notes; strangers cannot write at all', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await expect(comment(employee, ticket, { kind: 'note' })).rejects.toThrow(Forbidden);
  await expect(comment(colleague, ticket)).rejects.toThrow(Forbidden);
  await expect(comment(stranger, ticket)).rejects.toThrow(Forbidden);
  const own = await makeTicket({ by: stranger, team: it });
  await comment(stranger, own);
  await expect(comment(stranger, own, { kind: 'note' })).rejects.toThrow(Forbidden);
});

test('files belong to the message; a foreign one takes the whole message back', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const own = await upload(employee, 'log.txt', 'line');
  const { commentId } = await comment(employee, ticket, { uploadIds: [own.id] });
  expect((await db('attachments').where({ id: own.id }).first()).comment_id).toBe(commentId);
  const foreign = await upload(colleague, 'x.txt', 'x');
  await expect(comment(employee, ticket, { uploadIds: [foreign.id] })).rejects.toThrow(Invalid);
  expect(await db('comments').where({ ticket_id: ticket.id })).toHaveLength(2);
});

test('sending takes the draft away, of this person and this ticket only', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const scope = `ticket:${ticket.id}`;
  await saveDraft(await as(employee), scope, { body: 'half' });
  await saveDraft(await as(coordinator), scope, { body: 'half' });
  await saveDraft(await as(employee), 'ticket:0', { body: 'other' });
  await comment(employee, ticket);
  expect(await db('drafts').where({ user_id: employee.id }).pluck('scope')).toEqual(['ticket:0']);
  expect(await db('drafts').where({ user_id: coordinator.id })).toHaveLength(1);
});

test('an answer and a resolution at the same moment end in one of the two orders, never in between', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await comment(coordinator, ticket);
  const open = await reload(ticket);
  await Promise.all([comment(employee, open), resolveTicket(await as(coordinator), open)]);
  const now = await reload(ticket);
  expect(['open', 'resolved']).toContain(now.status);
  expect(now.needsReply).toBe(now.status === 'open');
});

test('everything that must hold does', async () => {
  await expectInvariants(db);
});
