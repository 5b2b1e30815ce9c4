import type { Express } from 'express';
import { beforeAll, describe, expect, test } from 'vitest';
import { createServices } from '../../src/services.ts';
import { createApp } from '../../src/web/app.ts';
import { post } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { PASSWORD, testWorld } from '../support/factories.ts';
import { noRedis, redisServer } from '../support/redis.ts';
import { type Reply, type Visitor, visitor } from '../support/visitor.ts';

const LIMIT = 4;
const world = await testWorld();

describe.skipIf(noRedis)('Redis goes away and comes back (needs redis-server)', () => {
  const redis = redisServer();
  let apps: Express[];

  beforeAll(async () => {
    const config = { ...world.config, redisUrl: redis.url };
    const limited = { ...config, limits: { ...config.limits, ticketsPerson: LIMIT } };
    apps = await Promise.all(
      [limited, limited].map(async each => createApp(await createServices(each, { db: world.db }))),
    );
  });

  const signedIn = async (): Promise<Visitor> => {
    const { email } = await world.makeUser({ firstName: 'Annabel' });
    const anna = await visitor(apps[0]!);
    await anna.get('/sign-in?next=/tickets/new');
    await signInAgain(anna, email);
    return anna;
  };
  const signInAgain = async (who: Visitor, email: string) => {
    who.fill({ 'Work email': email, Password: PASSWORD });
    await who.click('Sign in');
  };
  const tickets = async () => (await world.db('tickets').count<{ n: number }[]>('* as n'))[0]?.n;
  const newTicket = (who: Visitor, subject: string) =>
    post(who, '/tickets', { category: '', subject, impact: 'a-little', body: 'Words' });

  async function expectAway(anna: Visitor) {
    const before = await tickets();
    for (const ask of [
      () => anna.request('/tickets'),
      () => anna.request('/sign-in'),
      async () => (await visitor(apps[0]!)).request('/sign-in'),
      () => newTicket(anna, 'Nobody sent this'),
    ]) {
      const { reply, ms } = await timed(ask);
      expect(reply.status).toBe(503);
      expect(ms).toBeLessThan(1_500);
      expect(reply.headers['retry-after']).toBe('5');
      expect(reply.text).toContain('What you typed is still in your browser');
      expect(reply.text).not.toContain('Annabel');
      expect(reply.headers['set-cookie']).toBeUndefined();
    }
    expect(await tickets()).toBe(before);
    expect((await anna.request('/health')).status).toBe(200);
    const ready = await anna.request('/health/ready');
    expect([ready.status, JSON.parse(ready.text).checks.redis]).toEqual([503, 'away']);
  }

  test('stopped: a quick 503, nobody is somebody else, nothing is written; back and empty: people sign in again', async () => {
    const anna = await signedIn();
    await redis.stop();
    await expectAway(anna);

    await redis.start();
    await eventually(async () => (await anna.request('/health/ready')).status === 200);
    const before = await tickets();
    anna.fill({ Subject: 'Written before the fault', 'What happened?': 'A text that took a while' });
    await anna.click('Send ticket');
    expect(anna.status).toBe(401);
    expect(await tickets()).toBe(before);
    const { email } = await world.db('users').orderBy('id', 'desc').first('email');
    await signInAgain(anna, email);
    expect(anna.form('Send it now').values).toMatchObject({
      subject: 'Written before the fault',
      body: 'A text that took a while',
    });
  });

  test('silent: a quick 503; once it goes on, the session is still there', async () => {
    const anna = await signedIn();
    redis.pause();
    try {
      await expectAway(anna);
    } finally {
      redis.goOn();
    }
    await eventually(async () => (await anna.request('/health/ready')).status === 200);
    expect((await anna.request('/tickets')).status).toBe(200);
  });

  test('two processes share sessions and count one limit', async () => {
    const anna = await signedIn();
    const there = await visitor(apps[1]!);
    for (const [name, value] of anna.cookies) there.cookies.set(name, value);
    await there.get('/tickets/new');
    expect(there.status).toBe(200);
    const statuses = [];
    for (let n = 0; n < LIMIT + 2; n += 1)
      statuses.push((await newTicket(n % 2 ? there : anna, `Ticket ${n}`)).status);
    expect(statuses.map(status => status === 429)).toEqual([false, false, false, false, true, true]);
  });
});

const timed = async (ask: () => Promise<Reply>) => {
  const started = performance.now();
  const reply = await ask();
  return { reply, ms: performance.now() - started };
};
