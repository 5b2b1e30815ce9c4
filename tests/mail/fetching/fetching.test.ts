import { afterEach, describe, expect, test } from 'vitest';
import { changeMailbox, findMailbox } from '../../../src/domain/mail/mailboxes.ts';
import { storeMail } from '../../../src/domain/mail/storing.ts';
import { type Fetching, startFetching } from '../../../src/mail/fetching/fetching.ts';
import { createGuard } from '../../../src/platform/outbound.ts';
import { cuttingProxy } from '../../support/cutting-proxy.ts';
import { dovecotServer, noDovecot } from '../../support/dovecot.ts';
import { eventually } from '../../support/eventually.ts';
import { testWorld } from '../../support/factories.ts';
import { mailboxInput, mailWith, makeMailbox } from './mailbox.ts';

const world = await testWorld();
const { db, services } = world;
const imap = { guard: createGuard(['127.0.0.1']), tokens: services.imap.tokens };
const dovecot = dovecotServer();
const HASTE = { roundMs: 50, firstGapMs: 20, longestGapMs: 100, leaseSeconds: 5 };

const SOON = { timeout: 20_000 };

const running: Fetching[] = [];
const fetching = (over: object = {}, parts: object = {}) => {
  const one = startFetching({ ...services, imap, ...parts }, { ...HASTE, ...over });
  running.push(one);
  return one;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map(each => each.stop()));
});

const subjects = (mailboxId: number): Promise<string[]> =>
  db('inbound_mails').where({ mailbox_id: mailboxId, duplicate_of: null }).orderBy('id').pluck('subject');
const box = async (id: number) => findMailbox(await world.system(), id);
const make = async (over: object = {}) => makeMailbox(await world.system(), { port: dovecot.port, ...over });
const flags = (user: string) =>
  dovecot.as(user, async client => {
    await client.mailboxOpen('INBOX');
    const found: boolean[] = [];
    for await (const mail of client.fetch('1:*', { flags: true })) found.push(mail.flags!.has('\\Seen'));
    return found;
  });

describe.skipIf(noDovecot)('a mailbox that is fetched (needs Dovecot)', { timeout: 90_000 }, () => {
  test('a mail is here within five seconds of its arrival, and is marked as read after that', async () => {
    const { id, username } = await make();
    await dovecot.put(username, mailWith('First'));
    fetching({ pollMs: 60_000 });
    await expect.poll(() => subjects(id), SOON).toEqual(['First']);
    await expect.poll(async () => (await box(id)).lastSeenAt, SOON).not.toBeNull();
    const started = performance.now();
    await dovecot.put(username, mailWith('Second'));
    await expect.poll(() => subjects(id), SOON).toEqual(['First', 'Second']);
    expect(performance.now() - started).toBeLessThan(5_000);
    await expect.poll(() => flags(username), SOON).toEqual([true, true]);
    expect(await box(id)).toMatchObject({ error: null, lastMailAt: expect.any(Date) });
  });

  test('what was read before the mailbox was set up is left alone, what is unread is taken', async () => {
    const { id, username } = await make();
    const before = new Date(Date.now() - 86_400_000 * 3);
    await dovecot.put(username, mailWith('Unread'), { date: before });
    await dovecot.put(username, mailWith('Read long ago'), { seen: true, date: before });
    fetching();
    await expect.poll(async () => (await box(id)).lastSeenAt, SOON).not.toBeNull();
    await dovecot.put(username, mailWith('New'), { seen: true });
    await expect.poll(() => subjects(id), SOON).toEqual(['Unread', 'New']);
  });

  test('taken mails are moved or deleted where the mailbox says so', async () => {
    const moved = await make({ afterTaking: 'move', takenFolder: 'Taken in' });
    const deleted = await make({ afterTaking: 'delete' });
    await dovecot.put(moved.username, mailWith('Move me'));
    await dovecot.put(deleted.username, mailWith('Delete me'));
    fetching();
    const count = (user: string, folder: string) =>
      dovecot.as(user, async client => (await client.mailboxOpen(folder)).exists);
    await expect.poll(() => count(moved.username, 'Taken in'), SOON).toBe(1);
    await expect.poll(() => count(deleted.username, 'INBOX'), SOON).toBe(0);
    expect(await count(moved.username, 'INBOX')).toBe(0);
    expect(await subjects(moved.id)).toEqual(['Move me']);
    expect(await subjects(deleted.id)).toEqual(['Delete me']);
  });

  test('a mail is not marked while it is not committed', async () => {
    const { id, username } = await make({ afterTaking: 'delete' });
    await dovecot.put(username, mailWith('Precious'));
    let refused = 0;
    const store: typeof storeMail = async (ctx, mail) => {
      if (refused < 2) {
        refused += 1;
        throw new Error('no room');
      }
      return storeMail(ctx, mail);
    };
    const there = await dovecot.as(username, async client => (await client.mailboxOpen('INBOX')).exists);
    fetching({}, { store });
    await eventually(() => refused === 2);
    expect(there).toBe(1);
    await expect.poll(() => subjects(id), SOON).toEqual(['Precious']);
  });

  test('lines that break amid a fetch lose nothing and double nothing', async () => {
    const proxy = await cuttingProxy(() => dovecot.port);
    const { id, username } = await make({ port: proxy.port });
    const mails = Array.from({ length: 60 }, (_, i) => mailWith(`Cut ${i}`, 'x'.repeat(20_000)));
    await dovecot.putMany(username, mails);
    proxy.cutAfter(30_000, 150_000, 700, 400_000, 5_000);
    fetching();
    await expect.poll(() => subjects(id), SOON).toHaveLength(60);
    await expect.poll(async () => (await flags(username)).every(Boolean), SOON).toBe(true);
    expect(await db('inbound_mails').where({ mailbox_id: id })).toHaveLength(60);
    expect(proxy.connections()).toBeGreaterThanOrEqual(6);
    await Promise.all(running.splice(0).map(each => each.stop()));
    await proxy.close();
  });

  test('when the server counts anew all is looked at again, and each mail is handled once', async () => {
    const { id, username } = await make();
    await dovecot.putMany(username, [mailWith('Anew 1'), mailWith('Anew 2')]);
    const first = fetching();
    await expect.poll(() => subjects(id), SOON).toHaveLength(2);
    await first.stop();
    const before = (await db('mailboxes').where({ id }).first('uid_validity')).uid_validity;
    await dovecot.recount(username);
    await dovecot.put(username, mailWith('Anew 3'));
    fetching();
    await expect.poll(() => subjects(id), SOON).toEqual(['Anew 1', 'Anew 2', 'Anew 3']);
    expect((await db('mailboxes').where({ id }).first('uid_validity')).uid_validity).not.toBe(before);
  });

  test('two processes look after one mailbox: one of them at a time, and the other takes over', async () => {
    const { id, username } = await make();
    const both = [fetching({ leaseSeconds: 2 }), fetching({ leaseSeconds: 2 })];
    await expect.poll(async () => (await box(id)).lastSeenAt, SOON).not.toBeNull();
    const holder = async () => (await db('mailboxes').where({ id }).first('held_by')).held_by as string;
    const first = await holder();
    await dovecot.putMany(
      username,
      Array.from({ length: 30 }, (_, i) => mailWith(`Shared ${i}`)),
    );
    await expect.poll(() => subjects(id), SOON).toHaveLength(30);
    expect(await holder()).toBe(first);
    expect(await db('inbound_mails').where({ mailbox_id: id })).toHaveLength(30);
    await both[0]!.stop();
    await dovecot.put(username, mailWith('After the first'));
    await expect.poll(() => subjects(id), SOON).toHaveLength(31);
  });

  test('what a killed process held is taken over once its lease has run out, by the clock of the database', async () => {
    const { id, username } = await make();
    await dovecot.put(username, mailWith('Waiting'));
    await db('mailboxes')
      .where({ id })
      .update({ held_by: 'somebody who is gone', held_until: db.raw(`now() + interval '2 seconds'`) });
    fetching();
    await expect.poll(() => subjects(id), SOON).toEqual(['Waiting']);
    const { held_by } = await db('mailboxes').where({ id }).first();
    expect(held_by).not.toBe('somebody who is gone');
  });

  test('a mailbox that is paused or archived is let go of, and nothing is taken from it', async () => {
    const { id, username } = await make();
    fetching();
    await expect.poll(async () => (await box(id)).lastSeenAt, SOON).not.toBeNull();
    await db('mailboxes').where({ id }).update({ is_active: false });
    await expect
      .poll(async () => (await db('mailboxes').where({ id }).first('held_by')).held_by, SOON)
      .toBeNull();
    await dovecot.put(username, mailWith('Nobody takes me'));
    expect(await subjects(id)).toEqual([]);
  });

  test('stopping takes no longer than a drain may', async () => {
    const { id } = await make();
    const one = fetching();
    await expect.poll(async () => (await box(id)).lastSeenAt, SOON).not.toBeNull();
    const started = performance.now();
    await one.stop();
    expect(performance.now() - started).toBeLessThan(8_000);
    expect((await db('mailboxes').where({ id }).first('held_by')).held_by).toBeNull();
  });

  test('a mail that cannot be kept does not stop the rest, and is named', async () => {
    const { id, username } = await make();
    await dovecot.putMany(username, [mailWith('Good 1'), mailWith('Poison'), mailWith('Good 2')]);
    const store: typeof storeMail = (ctx, mail) => {
      if (mail.raw.includes('Poison')) throw new Error('cannot be kept');
      return storeMail(ctx, mail);
    };
    fetching({}, { store });
    await expect.poll(() => subjects(id), SOON).toEqual(['Good 1', 'Good 2']);
    await expect.poll(() => box(id), SOON).toMatchObject({ error: 'stuck', stuck: [2] });
    expect(await flags(username)).toEqual([true, false, true]);
  });

  test('a refused sign-in is shown, and a right password ends it within a round', async () => {
    const { id, username } = await make({ secret: 'wrong' });
    fetching();
    await expect.poll(async () => (await box(id)).error, SOON).toBe('sign-in');
    expect((await box(id)).errorSince).not.toBeNull();
    const { version, address } = await box(id);
    const input = mailboxInput({ username, address, port: dovecot.port });
    await changeMailbox(await world.system(), { id, version, ...input });
    await expect.poll(() => box(id), SOON).toMatchObject({ error: null, lastSeenAt: expect.any(Date) });
  });

  test('a thousand mails are each here once within five minutes', async () => {
    const { id, username } = await make();
    const mails = Array.from({ length: 1_000 }, (_, i) => mailWith(`Many ${i}`, `Words of ${i}`));
    await dovecot.putMany(username, mails);
    const started = performance.now();
    fetching();
    await expect.poll(() => subjects(id), { timeout: 300_000 }).toHaveLength(1_000);
    const seconds = (performance.now() - started) / 1_000;
    expect(new Set(await subjects(id)).size).toBe(1_000);
    expect(seconds).toBeLessThan(300);
    console.log(`1,000 mails fetched in ${seconds.toFixed(1)} s`);
  }, 400_000);
});
