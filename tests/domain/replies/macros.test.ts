import { expect, test } from 'vitest';
import { findDraft, saveDraft } from '../../../src/domain/drafting.ts';
import { Forbidden, Invalid, NotFound } from '../../../src/domain/errors.ts';
import { runMacro } from '../../../src/domain/replies/macros.ts';
import {
  archiveReply,
  changeReply,
  createReply,
  moveReply,
  type ReplyInput,
} from '../../../src/domain/replies/managing.ts';
import { findReply, managedReplies, usableReplies } from '../../../src/domain/replies/saved-reply.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, makeTicket, reload, eventsOf } = world;
const { it, hr, employee, coordinator, stranger, admin } = await usualPeople(world);

const input = (more: Partial<ReplyInput> = {}): ReplyInput => ({
  name: 'Ask for a log',
  folder: '',
  body: 'Hi {{requester.first_name}}',
  says: 'reply',
  actions: null,
  scope: 'own',
  teamId: null,
  ...more,
});

test('one’s own is nobody else’s; a team’s is the team’s; everyone’s is the admins’ to keep', async () => {
  const marek = await as(coordinator);
  const other = await as(stranger);
  const own = await createReply(marek, input());
  const team = await createReply(marek, input({ scope: 'team', teamId: it.id }));
  await expect(createReply(marek, input({ scope: 'team', teamId: hr.id }))).rejects.toThrow(Invalid);
  await expect(createReply(marek, input({ scope: 'everyone' }))).rejects.toThrow(Invalid);
  const all = await createReply(await as(admin), input({ scope: 'everyone' }));
  await expect(findReply(other, own.id)).rejects.toThrow(NotFound);
  await expect(findReply(other, team.id)).rejects.toThrow(NotFound);
  expect((await usableReplies(other)).map(each => each.id)).toEqual([all.id]);
  expect(new Set((await usableReplies(marek)).map(each => each.id))).toEqual(
    new Set([own.id, team.id, all.id]),
  );
  await expect(archiveReply(marek, all.id, true)).rejects.toThrow(Forbidden);
  await expect(usableReplies(await as(employee))).rejects.toThrow(Forbidden);
  expect((await managedReplies(await as(admin))).map(each => each.id)).toContain(own.id);
});

test('a placeholder that means nothing is named when it is saved', async () => {
  const wrong = createReply(await as(coordinator), input({ body: 'Hi {{requester.nme}}' }));
  await expect(wrong).rejects.toMatchObject({
    errors: { body: expect.stringContaining('{{requester.nme}}') },
  });
});

test('it is changed, moved, archived and brought back', async () => {
  const marek = await as(coordinator);
  const first = await createReply(marek, input({ folder: 'Moves', name: 'One' }));
  const second = await createReply(marek, input({ folder: 'Moves', name: 'Two' }));
  await moveReply(marek, second.id, 'up');
  const order = async () => (await managedReplies(marek, { q: 'Moves' })).map(each => each.name);
  expect(await order()).toEqual(['Two', 'One']);
  await changeReply(marek, { ...input({ folder: 'Moves', name: 'Uno' }), id: first.id, version: 1 });
  await expect(
    changeReply(marek, { ...input({ folder: 'Moves', name: 'Eins' }), id: first.id, version: 1 }),
  ).rejects.toThrow('meanwhile');
  await archiveReply(marek, first.id, true);
  expect(await order()).toEqual(['Two']);
  await archiveReply(marek, first.id, false);
  expect(await order()).toEqual(['Two', 'Uno']);
});

test('a macro does all at once: one reply, one change, one version', async () => {
  const marek = await as(coordinator);
  const ticket = await makeTicket({ by: employee, team: it });
  const { id } = await createReply(
    marek,
    input({
      name: 'Router swap',
      actions: {
        status: 'on-hold',
        waitingOn: 'requester',
        priority: 'low',
        assignee: 'me',
        addTags: ['Router', 'vpn'],
      },
    }),
  );
  const done = await runMacro(marek, ticket, id);
  expect(done).toMatchObject({ status: 'on-hold', waitingOn: 'requester', priority: 'low', version: 2 });
  expect(done.tags).toEqual(['router', 'vpn']);
  expect(done.assigneeId).toBe(coordinator.id);
  const changes = await db('events').where({ ticket_id: ticket.id, type: 'ticket.changed' });
  expect(changes).toHaveLength(1);
  expect(changes[0].data).toMatchObject({ macro: 'Router swap' });
  const last = await db('comments').where({ ticket_id: ticket.id }).orderBy('id', 'desc').first();
  expect(last.body).toBe(`Hi ${employee.firstName}`);
  expect((await findReply(marek, id)).uses).toBe(1);
  await expectInvariants(db);
});

test('what somebody has begun to write stays when a macro speaks', async () => {
  const marek = await as(coordinator);
  const ticket = await makeTicket({ by: employee, team: it });
  const { id } = await createReply(marek, input({ name: 'Speaks', body: 'We look into it' }));
  await saveDraft(marek, `ticket:${ticket.id}`, { kind: 'reply', body: 'Half of my answer' });
  await runMacro(marek, ticket, id);
  const draft = await findDraft(db, coordinator.id, `ticket:${ticket.id}`);
  expect(draft?.body).toMatchObject({ body: 'Half of my answer' });
});

test('a macro that cannot be done whole does nothing', async () => {
  const marek = await as(coordinator);
  const ticket = await makeTicket({ by: employee, team: it });
  const { id } = await createReply(
    marek,
    input({ body: 'To be undone', says: 'note', actions: { priority: 'low', assignee: stranger.id } }),
  );
  await expect(runMacro(marek, ticket, id)).rejects.toThrow(Invalid);
  expect(await reload(ticket)).toMatchObject({ version: 1, priority: 'medium' });
  expect(await db('comments').where({ ticket_id: ticket.id })).toHaveLength(1);
  expect((await eventsOf(ticket)).map(each => each.type)).not.toContain('note.added');
});
