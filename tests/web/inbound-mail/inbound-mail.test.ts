import { afterAll, expect, test } from 'vitest';
import { archiveMailbox } from '../../../src/domain/mail/mailboxes.ts';
import { renewKey, signatureOf } from '../../../src/domain/mail/pushed.ts';
import { startWeb } from '../../../src/server.ts';
import { mailWith, makeMailbox } from '../../mail/fetching/mailbox.ts';
import { testClock } from '../../support/clock.ts';
import { testWorld } from '../../support/factories.ts';

const world = await testWorld({ clock: testClock(new Date()) });
const { db } = world;
const web = await startWeb(world.services);
afterAll(() => web.stop());

const system = await world.system();
const box = await makeMailbox(system, { kind: 'push', address: 'Help@company.example' });
const { key } = await renewKey(system, box.id);

type Over = { mailbox?: string; key?: string; at?: Date; headers?: Record<string, string> };
async function push(raw: string | Buffer, over: Over = {}) {
  const body = Buffer.from(raw);
  const timestamp = String(Math.floor((over.at ?? world.clock.now()).getTime() / 1_000));
  const answer = await fetch(`${web.address}/api/v1/inbound-mail`, {
    method: 'POST',
    body,
    headers: {
      'Content-Type': 'message/rfc822',
      'X-Mailbox': over.mailbox ?? 'help@company.example',
      'X-Mail-Timestamp': timestamp,
      'X-Mail-Signature': `sha256=${signatureOf(body, timestamp, over.key ?? key)}`,
      ...over.headers,
    },
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const count = async () => Number((await db('inbound_mails').count('* as n').first())?.n);

test('a signed mail is taken as it is, byte by byte', async () => {
  const raw = Buffer.concat([Buffer.from(mailWith('Pushed')), Buffer.from([0xff, 0x00, 0xfe])]);
  const answer = await push(raw);
  expect(answer).toEqual({ status: 202, body: { id: expect.any(Number), result: 'taken' } });
  const kept = await db('inbound_sources').where({ mail_id: answer.body.id }).first();
  expect(kept.raw.equals(raw)).toBe(true);
  const row = await db('inbound_mails').where({ id: answer.body.id }).first();
  expect(row).toMatchObject({ source: 'api', mailbox_id: box.id, fate: 'received' });
  expect((await db('mailboxes').where({ id: box.id }).first()).last_mail_at).not.toBeNull();
});

test('sent again it is the same mail, with the same id', async () => {
  const first = await push(mailWith('Again'));
  expect(await push(mailWith('Again'))).toEqual({
    status: 202,
    body: { id: first.body.id, result: 'known' },
  });
  expect(await db('inbound_mails').where({ subject: 'Again', duplicate_of: null })).toHaveLength(1);
});

test.each([
  ['another key', { key: 'ssm_other' }],
  ['a mailbox that is not there', { mailbox: 'nobody@company.example' }],
  ['a timestamp of six minutes ago', { at: new Date(world.clock.now().getTime() - 360_000) }],
  ['a timestamp six minutes ahead', { at: new Date(world.clock.now().getTime() + 360_000) }],
  ['no signature', { headers: { 'X-Mail-Signature': '' } }],
  ['a signature of another body', { headers: { 'X-Mail-Signature': `sha256=${'0'.repeat(64)}` } }],
])('%s is refused and leaves nothing', async (_name, over) => {
  const before = await count();
  const answer = await push(mailWith('Forged'), over);
  expect(answer.status).toBe(401);
  expect(await count()).toBe(before);
});

test('neither a wrong key nor an unknown mailbox can be told apart', async () => {
  const wrong = await push(mailWith('x'), { key: 'ssm_other' });
  const unknown = await push(mailWith('x'), { mailbox: 'nobody@company.example' });
  expect(wrong).toEqual(unknown);
});

test('more than 25 MB is refused, declared or not', async () => {
  const large = Buffer.alloc(25_000_001, 'x');
  const before = await count();
  expect((await push(large).catch(() => ({ status: 413 }))).status).toBe(413);
  expect(await count()).toBe(before);
}, 30_000);

test('an empty body is refused', async () => {
  expect((await push('')).status).toBe(400);
});

test('the old key ends with a new one, and all of them with the mailbox', async () => {
  const other = await makeMailbox(system, { kind: 'push', address: 'other@company.example' });
  const old = await renewKey(system, other.id);
  const next = await renewKey(system, other.id);
  const mailbox = 'other@company.example';
  expect((await push(mailWith('Old'), { mailbox, key: old.key })).status).toBe(401);
  expect((await push(mailWith('New'), { mailbox, key: next.key })).status).toBe(202);
  await archiveMailbox(system, other.id, true);
  expect((await push(mailWith('Archived'), { mailbox, key: next.key })).status).toBe(401);
});

test('the key is in the database only sealed, and in no event', async () => {
  const row = await db('mailboxes').where({ id: box.id }).first();
  expect(JSON.stringify(row)).not.toContain(key);
  expect(JSON.stringify(await db('events'))).not.toContain(key);
  expect(world.services.world.decrypt(row.secret)).toBe(key);
});
