import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Forbidden, NotFound } from '../../../src/domain/errors.ts';
import { searchTickets } from '../../../src/domain/search/searching.ts';
import { findAttachment } from '../../../src/domain/tickets/downloading.ts';
import { queuePage } from '../../../src/domain/tickets/queue.ts';
import { redactAttachment, redactComment } from '../../../src/domain/tickets/redacting.ts';
import { findTicket } from '../../../src/domain/tickets/ticket.ts';
import { timelineOf } from '../../../src/domain/tickets/timeline.ts';
import { eventually } from '../../support/eventually.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, comment, makeTicket, makeUser, upload, follow, eventsOf } = world;
const { it, employee, coordinator, admin } = await usualPeople(world);
const SECRET = 'hunter2seven';

const onDisk = (key: string) => existsSync(path.join(world.config.filesDir, key));
const entries = async (ticket: Awaited<ReturnType<typeof makeTicket>>) =>
  (await timelineOf(await as(coordinator), ticket)).entries;

test('a removed message is gone from page, row, search, lists and disk; that it was there stays', async () => {
  const ticket = await makeTicket({ by: employee, team: it, body: 'Harmless start' });
  const file = await upload(employee, `${SECRET}.txt`, SECRET);
  const { commentId } = await comment(employee, ticket, {
    body: `My password is ${SECRET}`,
    uploadIds: [file.id],
  });
  await comment(coordinator, ticket, { body: 'Thank you' });
  await follow();
  const kwame = await as(admin);
  expect((await searchTickets(kwame, SECRET)).rows).toHaveLength(1);
  const stored = await db('attachments').where({ id: file.id }).first();
  expect(onDisk(stored.storage_key)).toBe(true);

  await redactComment(kwame, ticket, commentId);
  await redactComment(kwame, ticket, commentId);
  await follow();

  expect(await db('comments').where({ id: commentId }).first()).toMatchObject({
    body: '',
    redacted_by: admin.id,
  });
  const shown = (await entries(ticket)).find(entry => entry.is === 'comment' && entry.id === commentId);
  expect(shown).toMatchObject({ body: '', redactedAt: expect.any(Date), files: [{ redacted: true }] });
  expect((await searchTickets(kwame, SECRET)).rows).toEqual([]);
  expect((await db('tickets').where({ id: ticket.id }).first()).excerpt).toBe('Harmless start');
  const { rows } = await queuePage(kwame, { view: 'all' });
  expect(JSON.stringify(rows)).not.toContain(SECRET);
  await eventually(() => !onDisk(stored.storage_key));
  await expect(findAttachment(kwame, file.id)).rejects.toThrow(NotFound);
  expect((await eventsOf(ticket)).filter(event => event.type === 'comment.redacted')).toMatchObject([
    { actor_id: admin.id, comment_id: commentId },
  ]);
  const dump = await Promise.all(
    ['events', 'ticket_documents', 'tickets', 'comments', 'attachments', 'notifications'].map(table =>
      db(table),
    ),
  );
  expect(JSON.stringify(dump)).not.toContain(SECRET);
});

test('one file of a message is removed and the message stays', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const [bad, good] = [await upload(employee, 'bad.txt', 'bad'), await upload(employee, 'good.txt', 'good')];
  const { commentId } = await comment(employee, ticket, { body: 'Two files', uploadIds: [bad.id, good.id] });
  await redactAttachment(await as(admin), ticket, bad.id);
  await redactAttachment(await as(admin), ticket, bad.id);
  const shown = (await entries(ticket)).find(entry => entry.is === 'comment' && entry.id === commentId);
  expect(shown).toMatchObject({
    body: 'Two files',
    files: [
      { filename: 'removed', redacted: true },
      { filename: 'good.txt', redacted: false },
    ],
  });
  const types = (await eventsOf(ticket)).map(event => event.type);
  expect(types.filter(type => type === 'attachment.redacted')).toHaveLength(1);
});

test('only an admin who works the ticket removes, and only what belongs to it', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const other = await makeTicket({ by: employee, team: it });
  const { commentId } = await comment(employee, ticket);
  for (const who of [employee, coordinator])
    await expect(redactComment(await as(who), ticket, commentId)).rejects.toThrow(Forbidden);
  await expect(redactComment(await as(admin), other, commentId)).rejects.toThrow(NotFound);
  await expect(redactAttachment(await as(admin), other, 999_999)).rejects.toThrow(NotFound);
  expect((await db('comments').where({ id: commentId }).first()).redacted_at).toBeNull();
});

test('an admin who asked another team cannot tell a note from nothing, not even by removing it', async () => {
  const far = await makeUser({ role: 'admin' });
  const ticket = await makeTicket({ by: far, team: it });
  const { commentId } = await comment(coordinator, ticket, { kind: 'note' });
  const ctx = await as(far);
  const seen = await findTicket(ctx, ticket.number);
  await expect(redactComment(ctx, seen, commentId)).rejects.toThrow(Forbidden);
  await expect(redactComment(ctx, seen, 999_999)).rejects.toThrow(Forbidden);
});

test('rows and files agree', async () => {
  await expectInvariants(db, { filesDir: world.config.filesDir });
});
