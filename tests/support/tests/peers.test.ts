import { Redis } from 'ioredis';
import { createTransport } from 'nodemailer';
import { afterEach, describe, expect, test } from 'vitest';
import { testClock } from '../clock.ts';
import { testDatabase } from '../db.ts';
import { eventually } from '../eventually.ts';
import { noRedis, redisServer } from '../redis.ts';
import { type Behaviour, smtpSink } from '../smtp.ts';

const one = await testDatabase();
const other = await testDatabase();
const sink = await smtpSink();

afterEach(() => sink.behave('accept'));

test('two databases of one file know nothing of each other', async () => {
  await one.db('departments').insert({ name: 'Facilities' });
  expect(await other.db('departments').select()).toEqual([]);
  expect(one.config.database.url).toBe(one.url);
});

test('a clock stands still until it is moved', () => {
  const clock = testClock('2026-03-28T23:30:00Z');
  const before = clock.now();
  expect(clock.now()).toEqual(before);
  expect(clock.advance({ hours: 1, minutes: 30 })).toEqual(new Date('2026-03-29T01:00:00Z'));
});

test('eventually waits for what comes, and tells why it did not', async () => {
  let tries = 0;
  expect(await eventually(() => ++tries > 2 && 'there')).toBe('there');
  await expect(eventually(() => Promise.reject(new Error('why')), { within: 50 })).rejects.toThrow('why');
});

describe('the mail server of the tests', () => {
  const send = async (...behaviours: Behaviour[]) => {
    sink.behave(...behaviours);
    const transport = createTransport({ url: sink.url, socketTimeout: 1_000 } as object);
    const mail = { from: 'help@acme.test', to: 'anna@acme.test', subject: 'Ticket 42', text: 'Hello' };
    return transport.sendMail(mail).finally(() => transport.close());
  };

  test('keeps what it takes', async () => {
    await send('accept');
    expect(sink.mails.at(-1)).toMatchObject({ from: 'help@acme.test', to: ['anna@acme.test'] });
    expect(sink.mails.at(-1)?.raw).toContain('Subject: Ticket 42');
  });

  test.each([
    ['refuse-for-now', 451],
    ['refuse', 550],
    ['close-after-data', 421],
  ] as const)('%s answers %i and keeps nothing', async (behaviour, responseCode) => {
    const before = sink.mails.length;
    await expect(send(behaviour)).rejects.toMatchObject({ responseCode });
    expect(sink.mails).toHaveLength(before);
  });

  test('cut-before-answer has the message although the sender cannot know', async () => {
    const before = sink.mails.length;
    await expect(send('cut-before-answer')).rejects.toMatchObject({ code: expect.any(String) });
    expect(sink.mails).toHaveLength(before + 1);
  });

  test('hang lets the sender run into its timeout', async () => {
    await expect(send('hang')).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    sink.hangUp();
  });
});

describe.skipIf(noRedis)('the Redis of the tests (needs redis-server)', () => {
  const server = redisServer();

  test('answers, goes away, and comes back empty on the same port', async () => {
    const client = new Redis(server.url);
    client.on('error', () => {});
    expect(await client.set('key', 'value')).toBe('OK');
    await server.stop();
    await server.start();
    expect(await eventually(async () => (await client.get('key')) === null)).toBe(true);
    client.disconnect();
  });
});
