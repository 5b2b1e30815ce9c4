import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Read } from '../../../src/domain/mail/coming.ts';
import { listMails } from '../../../src/domain/mail/log.ts';
import { readSafely } from '../../../src/mail/reading/safely.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { type Letter, postOffice } from './post-office.ts';

/** Mails made to cost much, or to do more than one mail may: each has its fate in a moment, and a bounded effect. */

const world = await testWorld();
const { db, makeUser, as } = world;
const people = await usualPeople(world);
const office = await postOffice(world, { cc_watch: true });
const reader: Read = raw => readSafely(raw);
const { email } = people.employee;

async function sendOdd(letter: Letter) {
  const before = performance.now();
  const row = await office.send({ from: email, envelopeFrom: email, ...letter }, undefined, reader);
  expect(performance.now() - before).toBeLessThan(5_000);
  return row;
}
const messageOf = (row: { comment_id: number }) => db('comments').where({ id: row.comment_id }).first();
const filesOf = (row: { comment_id: number }) =>
  db('attachments').where({ comment_id: row.comment_id }).orderBy('id').pluck('filename');

test('10,000 addresses in To and Cc let in ten people whom we know, and mail nobody else', async () => {
  const known = await Promise.all(Array.from({ length: 15 }, () => makeUser()));
  const many = (n: number) =>
    Array.from({ length: 5_000 }, (_, i) => `x${n}${i}@elsewhere.example`).join(',\r\n ');
  const row = await sendOdd({
    to: `${office.mailbox.address}, ${known.map(user => user.email).join(', ')}, ${many(1)}`,
    cc: many(2),
  });
  expect(row).toMatchObject({ fate: 'ticket' });
  expect(await db('ticket_watchers').where({ ticket_id: row.ticket_id })).toHaveLength(10);
  await world.follow();
  expect(await db('users').whereLike('email', '%@elsewhere.example')).toEqual([]);
});

test('5,000 references, each as a key would be, find nothing and cost nothing', async () => {
  const ids = Array.from({ length: 5_000 }, (_, i) => `<d${i}.${'a'.repeat(24)}@localhost>`);
  const row = await sendOdd({
    headers: [`References: ${ids.join('\r\n ')}`, `In-Reply-To: ${ids.slice(0, 900).join(' ')}`],
  });
  expect(row).toMatchObject({ fate: 'ticket', rule: 'new-ticket' });
  expect(await db('inbound_mails').where({ id: row.id }).first()).toMatchObject({ last_error: null });
});

test('a subject of 100 KB is a subject, in the ticket and in the log', async () => {
  const row = await sendOdd({ subject: 'toner '.repeat(17_000) });
  expect(row).toMatchObject({ fate: 'ticket' });
  expect(row.subject.length).toBeLessThanOrEqual(500);
  expect((await db('tickets').where({ id: row.ticket_id }).first()).subject.length).toBeLessThanOrEqual(200);
  const admin = await as(people.admin);
  expect((await listMails(admin, { words: 'toner', direction: 'in' })).lines).toHaveLength(1);
  const word = await sendOdd({ subject: 'ä'.repeat(100_000) });
  expect(word).toMatchObject({ fate: 'ticket' });
});

test('mails within mails, 200 deep, are one file', async () => {
  let inner = 'Subject: the last\r\n\r\nDeep down.\r\n';
  for (let depth = 0; depth < 200; depth += 1)
    inner = `Subject: ${depth}\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n${inner}`;
  const body = `--b\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n${inner}\r\n--b--\r\n`;
  const row = await sendOdd({
    headers: ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b'],
    body,
  });
  expect(row).toMatchObject({ fate: 'ticket' });
  expect((await messageOf(row)).body).toContain('See below.');
  expect((await messageOf(row)).body).not.toContain('Deep down.');
  const whole = await sendOdd({
    headers: ['MIME-Version: 1.0', 'Content-Type: message/rfc822'],
    body: inner,
  });
  expect(whole).toMatchObject({ fate: 'ticket' });
});

test('a part of a mail (message/partial), one that lies elsewhere (external-body) and yEnc are kept as they came', async () => {
  for (const type of [
    'message/partial; id="a@b"; number=1; total=2',
    'message/external-body; access-type=URL; URL="http://169.254.169.254/"',
  ]) {
    const row = await sendOdd({
      headers: ['MIME-Version: 1.0', `Content-Type: ${type}`],
      body: 'Subject: inner\r\n\r\nThe first half',
    });
    expect(row).toMatchObject({ fate: 'ticket', last_error: null });
  }
  const yenc = '=ybegin line=128 size=4 name=a.txt\r\n\x9e\x8f\x9d\x9e\r\n=yend size=999999999 crc32=0\r\n';
  expect(await sendOdd({ body: `Here\r\n${yenc}` })).toMatchObject({ fate: 'ticket' });
});

test('uuencoded files leave the text, at most so many, with safe names', async () => {
  const one = (name: string) => `begin 644 ${name}\r\n#0V%T\r\n\`\r\nend\r\n`;
  const row = await sendOdd({ body: `Look\r\n${one('../../etc/passwd')}${one('a.txt').repeat(300)}` });
  expect(row).toMatchObject({ fate: 'ticket' });
  expect((await filesOf(row)).length).toBeLessThanOrEqual(50);
  expect((await filesOf(row)).join()).not.toContain('/');
});

test('something packed is a file as it came: nothing of it is unpacked', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000)).toString('base64').replace(/.{76}/g, '$&\r\n');
  for (const [type, encoding] of [
    ['application/gzip; name=a.gz', 'base64'],
    ['text/plain; name=a.txt.gz', 'base64'],
    ['text/plain', 'gzip'],
  ]) {
    const row = await sendOdd({
      headers: [
        'MIME-Version: 1.0',
        `Content-Type: ${type}`,
        `Content-Transfer-Encoding: ${encoding}`,
        'Content-Encoding: gzip',
      ],
      body: bomb,
    });
    expect(row.fate).toBe('ticket');
    expect((await messageOf(row)).body.length).toBeLessThan(1_100_000);
  }
});
