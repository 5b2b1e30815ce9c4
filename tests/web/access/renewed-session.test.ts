import { type RequestHandler, Router } from 'express';
import { beforeAll, describe, expect, test } from 'vitest';
import { createServices } from '../../../src/services.ts';
import { createApp } from '../../../src/web/app.ts';
import { allow } from '../../../src/web/middleware/allow.ts';
import { routes } from '../../../src/web/routes.ts';
import { PASSWORD, testWorld } from '../../support/factories.ts';
import { noRedis, redisServer } from '../../support/redis.ts';
import { ageSessions } from '../../support/sessions.ts';
import { type Visitor, visitor } from '../../support/visitor.ts';

const world = await testWorld();

/** A page that writes into the session, as many do, once it is told to go on. */
function slowPage() {
  let goOn = () => {};
  let arrived = () => {};
  const told = new Promise<void>(resolve => {
    goOn = resolve;
  });
  const asked = new Promise<void>(resolve => {
    arrived = resolve;
  });
  const answer: RequestHandler = async (req, res) => {
    arrived();
    await told;
    req.session.seenAt = Date.now() - 1_000;
    res.send('written');
  };
  return { goOn: () => goOn(), asked, route: Router().get('/slow', allow('profile.manage'), answer) };
}

async function confirmedMeanwhile(redisUrl?: string) {
  const slow = slowPage();
  const services = await createServices({ ...world.config, redisUrl }, { db: world.db });
  const app = await createApp(services, { pages: all => Router().use(slow.route, routes(all)) });
  const { email, id } = await world.makeUser();
  const she = await visitor(app);
  await she.get('/sign-in?next=/profile');
  she.fill({ 'Work email': email, Password: PASSWORD });
  await she.click('Sign in');
  const old = await withCookiesOf(app, she);
  const underWay = old.request('/slow');
  await slow.asked;

  await she.get('/sign-in/confirmation?next=/profile');
  she.fill({ Password: PASSWORD });
  await she.click('Confirm');
  expect(she.path).toBe('/profile');
  slow.goOn();
  expect((await underWay).text).toBe('written');
  return { app, she, old, id };
}

async function withCookiesOf(app: Parameters<typeof visitor>[0], who: Visitor) {
  const other = await visitor(app);
  for (const [name, value] of who.cookies) other.cookies.set(name, value);
  return other;
}

function promises(redisUrl: () => string | undefined) {
  test('the id of before is worth nothing, though a request that was under way has saved it again', async () => {
    const { app, she, old } = await confirmedMeanwhile(redisUrl());
    const thief = await withCookiesOf(app, old);
    const answer = await thief.request('/profile');
    expect([answer.status, answer.headers.location]).toEqual([302, '/sign-in?next=%2Fprofile']);
    expect((await she.request('/profile')).status).toBe(200);
  });

  test('whoever comes with it late does not take the new one from its owner’s browser', async () => {
    const { old } = await confirmedMeanwhile(redisUrl());
    expect((await old.request('/profile')).headers['set-cookie']).toBeUndefined();
  });
}

describe('while a password is confirmed, with sessions in PostgreSQL', () => {
  promises(() => undefined);

  test('the session that was saved again is deleted where it is used', async () => {
    const { old, id } = await confirmedMeanwhile();
    const mine = () => world.db('web_sessions').whereRaw(`(sess->>'userId')::int = ?`, [id]);
    expect(await mine()).toHaveLength(2);
    await old.request('/profile');
    expect(await mine()).toHaveLength(1);
  });

  test('one who has not been asked for a password keeps the session', async () => {
    const services = await createServices(world.config, { db: world.db });
    const she = await visitor(await createApp(services));
    await she.get('/sign-in?next=/profile');
    she.fill({ 'Work email': (await world.makeUser()).email, Password: PASSWORD });
    await she.click('Sign in');
    await ageSessions(world.db, 'seenAt', 60);
    expect((await she.request('/profile')).status).toBe(200);
    expect((await she.request('/profile')).status).toBe(200);
  });
});

describe.skipIf(noRedis)('while a password is confirmed, with sessions in Redis (needs redis-server)', () => {
  const redis = redisServer();
  let url: string;
  beforeAll(() => {
    url = redis.url;
  });
  promises(() => url);
});
