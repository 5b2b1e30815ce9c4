import { expect, test } from 'vitest';
import { Forbidden, NotFound } from '../../../src/domain/errors.ts';
import { findAttachment } from '../../../src/domain/tickets/downloading.ts';
import { linksOf } from '../../../src/domain/tickets/linking.ts';
import { splitComment } from '../../../src/domain/tickets/splitting.ts';
import { findTicket } from '../../../src/domain/tickets/ticket.ts';
import { timelineOf } from '../../../src/domain/tickets/timeline.ts';
import { addWatcher } from '../../../src/domain/tickets/watching.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, config, as, comment, makeTicket, reload, eventsOf, follow, upload } = world;
const { it, employee, colleague, coordinator, stranger } = await usualPeople(world);
const subject = 'The second thing';

test('a message becomes a ticket of who said it, with copies of its files, and stays where it was', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await addWatcher(await as(employee), ticket, colleague.email);
  const file = await upload(colleague, 'a.txt', 'Some words.');
  const { commentId } = await comment(colleague, ticket, { body: 'By the way …', uploadIds: [file.id] });
  const marek = await as(coordinator);
  const { number } = await splitComment(marek, ticket, commentId, { subject });
  const made = await reload(number);
  expect(made).toMatchObject({ subject, requesterId: colleague.id, teamId: it.id, needsReply: true });
  const [entry] = (await timelineOf(await as(colleague), await findTicket(await as(colleague), number)))
    .entries;
  expect(entry).toMatchObject({
    is: 'comment',
    body: 'By the way …',
    byRequester: true,
    files: [{ filename: 'a.txt' }],
  });
  await expect(findTicket(await as(employee), number)).rejects.toThrow(NotFound);
  expect(await db('comments').where({ id: commentId, ticket_id: ticket.id })).toHaveLength(1);
  const copies = await db('attachments').where({ ticket_id: made.id });
  expect(copies[0]).toMatchObject({ filename: 'a.txt', sha256: expect.any(String) });
  expect(copies[0].storage_key).not.toBe(
    (await db('attachments').where({ id: file.id }).first()).storage_key,
  );
  await expect(findAttachment(await as(employee), copies[0].id)).rejects.toThrow(NotFound);
  expect((await linksOf(marek, made)).map(one => one.number)).toEqual([ticket.number]);
  expect((await eventsOf(ticket)).at(-2)).toMatchObject({ type: 'ticket.split', internal: true });
});

test('what the desk said becomes a ticket of the requester, who read it already', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const { commentId } = await comment(coordinator, ticket, { body: 'We also saw this.' });
  const { number } = await splitComment(await as(coordinator), ticket, commentId, { subject });
  expect((await reload(number)).requesterId).toBe(employee.id);
});

test('a note, another ticket’s message and one that was removed are not there to be split', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const other = await makeTicket({ by: employee, team: it });
  const note = await comment(coordinator, ticket, { kind: 'note' });
  const elsewhere = await comment(employee, other);
  const marek = await as(coordinator);
  for (const { commentId } of [note, elsewhere])
    await expect(splitComment(marek, ticket, commentId, { subject })).rejects.toThrow(NotFound);
  const { commentId } = await comment(employee, ticket);
  for (const who of [employee, stranger])
    await expect(splitComment(await as(who), ticket, commentId, { subject })).rejects.toThrow(Forbidden);
});

test('everything stays true', async () => {
  await follow();
  await expectInvariants(db, { filesDir: config.filesDir });
});
