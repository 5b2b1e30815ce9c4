import { describe, expect, test } from 'vitest';
import { findDraft } from '../../../src/domain/drafting.ts';
import { Invalid } from '../../../src/domain/errors.ts';
import { changeTicket } from '../../../src/domain/tickets/changing.ts';
import { releaseReplies, takeBackReply } from '../../../src/domain/tickets/releasing.ts';
import { sendComment } from '../../../src/domain/tickets/sending.ts';
import { timelineOf } from '../../../src/domain/tickets/timeline.ts';
import { type Made, testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, makeTicket, comment, reload, eventsOf, system } = world;
const { it, employee, coordinator, admin } = await usualPeople(world);
await db('users').where({ id: coordinator.id }).update({ hold_seconds: 8 });

const due = () => db('held_replies').update({ release_at: db.raw(`now() - interval '1 second'`) });
const release = async () => releaseReplies(await system());
const raise = () => makeTicket({ by: employee, team: it });
const send = async (ticket: Awaited<ReturnType<typeof raise>>, body = 'An answer', by: Made = coordinator) =>
  sendComment(await as(by), ticket, { kind: 'reply', body, then: 'waiting' });

describe('a reply of the desk', () => {
  test('is nothing until its time has come, and then all of it', async () => {
    const ticket = await raise();
    const sent = await send(ticket);
    expect(sent).toMatchObject({ commentId: null, seconds: 8 });
    await release();
    expect(await reload(ticket)).toMatchObject({ status: 'new', needsReply: true, version: 1 });
    expect((await eventsOf(ticket)).map(each => each.type)).toEqual(['ticket.created']);
    for (const who of [employee, coordinator]) {
      const { entries } = await timelineOf(await as(who), ticket);
      expect(entries).toHaveLength(1);
    }
    await due();
    await Promise.all([release(), release(), release()]);
    expect(await reload(ticket)).toMatchObject({
      status: 'on-hold',
      waitingOn: 'requester',
      needsReply: false,
    });
    expect(await db('comments').where({ ticket_id: ticket.id, body: 'An answer' })).toHaveLength(1);
    expect((await eventsOf(ticket)).filter(each => each.type === 'reply.added')).toHaveLength(1);
    expect(await db('held_replies').where({ ticket_id: ticket.id })).toEqual([]);
    await expectInvariants(db);
  });

  test('is taken back into the draft, before what was begun meanwhile, and only by its author', async () => {
    const ticket = await raise();
    const { heldId } = await send(ticket, 'First');
    await db('drafts').insert({
      user_id: coordinator.id,
      scope: `ticket:${ticket.id}`,
      body: JSON.stringify({ kind: 'reply', body: 'Second' }),
      updated_at: new Date(),
    });
    expect(await takeBackReply(await as(admin), ticket, heldId!)).toBe(false);
    expect(await takeBackReply(await as(coordinator), ticket, heldId!)).toBe(true);
    expect(await takeBackReply(await as(coordinator), ticket, heldId!)).toBe(false);
    const draft = await findDraft(db, coordinator.id, `ticket:${ticket.id}`);
    expect(draft?.body.body).toBe('First\n\nSecond');
    await due();
    await release();
    expect(await db('comments').where({ ticket_id: ticket.id })).toHaveLength(1);
  });

  test('that cannot be written does not hold up the others', async () => {
    const [broken, fine] = [await raise(), await raise()];
    const { heldId } = await send(broken, 'Stuck');
    await send(fine, 'On its way');
    await due();
    await db.raw(`create function refuse_stuck() returns trigger language plpgsql as $$
      begin if new.body = 'Stuck' then raise exception 'the disk is full'; end if; return new; end $$`);
    await db.raw(
      'create trigger refuse_stuck before insert on comments for each row execute function refuse_stuck()',
    );
    await expect(release()).rejects.toThrow('the disk is full');
    expect(await db('comments').where({ ticket_id: fine.id, body: 'On its way' })).toHaveLength(1);
    expect(await db('held_replies').where({ id: heldId })).toHaveLength(1);
    await db.raw('drop function refuse_stuck cascade');
    await release();
    expect(await db('comments').where({ ticket_id: broken.id, body: 'Stuck' })).toHaveLength(1);
  });

  test('does not answer what the requester wrote in those seconds', async () => {
    const ticket = await raise();
    await send(ticket);
    await comment(employee, ticket, { body: 'Wait, it is worse' });
    await due();
    await release();
    expect(await reload(ticket)).toMatchObject({ status: 'open', needsReply: true });
    expect((await reload(ticket)).firstResponseAt).not.toBeNull();
    await expectInvariants(db);
  });

  test('becomes a draft again where it may not go out any more', async () => {
    const closed = await raise();
    await send(closed, 'Too late');
    await changeTicket(await as(coordinator), closed, { status: 'closed' });
    await due();
    await release();
    expect(await db('comments').where({ ticket_id: closed.id })).toHaveLength(1);
    expect((await findDraft(db, coordinator.id, `ticket:${closed.id}`))?.body.body).toBe('Too late');
  });

  test('is not held for a note, for a requester, or for who wants none of it', async () => {
    const ticket = await raise();
    const note = await sendComment(await as(coordinator), ticket, { kind: 'note', body: 'x' });
    expect(note.commentId).not.toBeNull();
    const asked = await sendComment(await as(employee), ticket, { kind: 'reply', body: 'x' });
    expect(asked.commentId).not.toBeNull();
    const atOnce = await send(ticket, 'x', admin);
    expect(atOnce.commentId).not.toBeNull();
  });
});

test('who wrote on an older page is told first, and may send all the same', async () => {
  const ticket = await raise();
  const { id } = await db('comments').where({ ticket_id: ticket.id }).first('id');
  const seen = { commentId: id, heldId: 0 };
  const { commentId } = await comment(employee, ticket, { body: 'More' });
  const mine = { kind: 'reply', body: 'Answer' } as const;
  await expect(sendComment(await as(admin), ticket, mine, seen)).rejects.toThrow(Invalid);
  await expect(sendComment(await as(admin), ticket, mine, { ...seen, commentId })).resolves.toBeTruthy();
  await send(ticket, 'On its way');
  const newest = (await db('comments').where({ ticket_id: ticket.id }).orderBy('id', 'desc').first('id')).id;
  const note = { kind: 'note', body: 'Note' } as const;
  await expect(sendComment(await as(admin), ticket, note, { commentId: newest, heldId: 0 })).rejects.toThrow(
    Invalid,
  );
  // What one wrote oneself since is no news.
  await expect(
    sendComment(await as(coordinator), ticket, note, { commentId: newest, heldId: 0 }),
  ).resolves.toBeTruthy();
});

test('a signature stands under replies only, as it was then', async () => {
  await db('users').where({ id: admin.id }).update({ signature: 'Kwame, IT' });
  const ticket = await raise();
  await send(ticket, 'With', admin);
  await sendComment(await as(admin), ticket, { kind: 'note', body: 'Without' });
  await comment(employee, ticket, { body: 'Mine' });
  const rows = await db('comments').where({ ticket_id: ticket.id }).orderBy('id').select('body', 'signature');
  expect(rows.slice(1)).toEqual([
    { body: 'With', signature: 'Kwame, IT' },
    { body: 'Without', signature: null },
    { body: 'Mine', signature: null },
  ]);
});
