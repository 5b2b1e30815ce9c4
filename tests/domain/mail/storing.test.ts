import { beforeAll, expect, test } from 'vitest';
import type { Context } from '../../../src/domain/context.ts';
import { type ComingMail, MAX_MAIL_BYTES, storeMail } from '../../../src/domain/mail/storing.ts';
import { testWorld } from '../../support/factories.ts';

const { db, system } = await testWorld();
let ctx: Context;
let mailboxId: number;

beforeAll(async () => {
  ctx = await system();
  const [mailbox] = await db('mailboxes')
    .insert({ name: 'Support', address: 'support@company.example', kind: 'imap' })
    .returning('id');
  mailboxId = mailbox.id;
});

const raw = (id: string, body = 'The printer smokes.', trace = 'mx1') =>
  Buffer.from(
    `Received: from ${trace} by us\r\nDelivered-To: ${trace}@company.example\r\nFrom: Ann <ann@else.example>\r\n` +
      `To: support@company.example\r\nSubject: Printer\r\nMessage-ID: <${id}@else.example>\r\n\r\n${body}\r\n`,
  );
const store = (mail: Partial<ComingMail> & { raw: Buffer }) =>
  storeMail(ctx, { source: 'imap', mailboxId, ...mail });
const rowOf = (id: number) => db('inbound_mails').where({ id }).first();
const sourceOf = (id: number) => db('inbound_sources').where({ mail_id: id }).first();

test('a mail is there with its source, and waits to be handled', async () => {
  const { id, result } = await store({
    raw: raw('a'),
    envelopeFrom: 'ann@else.example',
    envelopeTo: ['support@company.example'],
  });
  expect(result).toBe('stored');
  expect(await rowOf(id)).toMatchObject({
    fate: 'received',
    message_id: '<a@else.example>',
    subject: 'Printer',
    envelope_from: 'ann@else.example',
    from_address: 'ann@else.example',
    envelope_to: ['support@company.example'],
  });
  expect((await sourceOf(id)).raw.equals(raw('a'))).toBe(true);
});

test('the same mail on another way is a duplicate of the first, and kept', async () => {
  const first = await store({ raw: raw('b') });
  const second = await store({ raw: raw('b', 'The printer smokes.\r\n', 'mx2'), source: 'smtp' });
  expect(second.result).toBe('duplicate');
  expect(await rowOf(second.id)).toMatchObject({
    fate: 'duplicate',
    rule: 'duplicate',
    duplicate_of: first.id,
  });
  expect(await sourceOf(second.id)).toBeDefined();
});

test('two mails that share a Message-ID and say different things are two', async () => {
  const first = await store({ raw: raw('c', 'One') });
  const second = await store({ raw: raw('c', 'Two') });
  expect([first.result, second.result]).toEqual(['stored', 'stored']);
});

test('a machine that says the same again without a Message-ID or a date says it anew', async () => {
  const alarm = (trace: string) =>
    Buffer.from(
      `Received: by ${trace}\r\nFrom: disk@machine.example\r\nSubject: Full\r\n\r\nThe disk is full.\r\n`,
    );
  const results = [];
  for (const trace of ['10:00', '11:00', '11:00']) results.push((await store({ raw: alarm(trace) })).result);
  expect(results).toEqual(['stored', 'stored', 'duplicate']);
});

test('the same UID taken twice changes nothing; after a change of UIDVALIDITY it is known by what it says', async () => {
  const first = await store({ raw: raw('d'), uidValidity: 7, uid: 1 });
  const again = await store({ raw: raw('d'), uidValidity: 7, uid: 1 });
  expect(again).toEqual({ id: first.id, result: 'known' });
  const anew = await store({ raw: raw('d'), uidValidity: 8, uid: 1 });
  expect(anew.result).toBe('duplicate');
  expect(await store({ raw: raw('d'), uidValidity: 8, uid: 1 })).toEqual({ id: anew.id, result: 'known' });
});

test('of twenty at once one is handled', async () => {
  const results = await Promise.all(Array.from({ length: 20 }, () => store({ raw: raw('e') })));
  expect(results.filter(each => each.result === 'stored')).toHaveLength(1);
  expect(results.filter(each => each.result === 'duplicate')).toHaveLength(19);
  const sameUid = await Promise.all(
    Array.from({ length: 10 }, () => store({ raw: raw('f'), uidValidity: 9, uid: 5 })),
  );
  expect(new Set(sameUid.map(each => each.id)).size).toBe(1);
  expect(sameUid.filter(each => each.result === 'stored')).toHaveLength(1);
});

test('NUL, half letters, endless headers and no header at all are kept as they came', async () => {
  const hostile = [
    Buffer.from('From: a\0b@c\0\r\nSubject: \0nul\0\r\nMessage-ID: <\0x@y>\r\n\r\n\0\0'),
    Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x0d, 0x0a]),
    Buffer.alloc(0),
    Buffer.from(`Subject: ${'x'.repeat(2_000_000)}\r\nMessage-ID: <${'y'.repeat(100_000)}@z>\r\n`),
    Buffer.from(`${'X-A: b\r\n'.repeat(20_000)}\r\n\r\nbody`),
    Buffer.from('no header here at all'),
    Buffer.from(`From: ${'x'.repeat(900_000)}\r\n\r\n`),
    Buffer.from(`From: ${'"('.repeat(400_000)}\r\nMessage-ID: ${'<'.repeat(400_000)}\r\n\r\n`),
  ];
  for (const bytes of hostile) {
    const { id } = await store({ raw: bytes, envelopeFrom: 'x\0y', envelopeTo: ['a\0@b'] });
    expect((await sourceOf(id)).raw.equals(bytes)).toBe(true);
  }
});

test('of a mail that is too large only the header is kept', async () => {
  const head = raw('g', '').toString();
  const { id } = await store({ raw: Buffer.concat([Buffer.from(head), Buffer.alloc(MAX_MAIL_BYTES, 'x')]) });
  expect(await rowOf(id)).toMatchObject({ fate: 'received', detail: { tooLarge: true } });
  expect((await sourceOf(id)).raw.length).toBeLessThan(1_000);
  // A source that stopped reading says how large it would have been.
  const cut = await store({ raw: raw('h', 'beginning'), size: 60_000_000 });
  expect(await rowOf(cut.id)).toMatchObject({ size: 60_000_000, detail: { tooLarge: true } });
});
