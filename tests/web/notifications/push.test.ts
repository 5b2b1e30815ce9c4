import { createECDH, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { db, signIn } = app;
const { employee, coordinator } = await usualPeople(app);

const target = (endpoint = 'https://fcm.googleapis.com/fcm/send/one') => ({
  endpoint,
  p256dh: createECDH('prime256v1').generateKeys().toString('base64url'),
  auth: randomBytes(16).toString('base64url'),
});
const browsersOf = (userId: number) => db('push_subscriptions').where({ user_id: userId }).select('*');

test('an employee turns them on for a browser, sees it and turns it off', async () => {
  const anna = await signIn(employee);
  await anna.get('/notifications/preferences');
  expect(anna.html.text).toContain('Turning them on needs JavaScript.');
  const wanted = target();
  expect((await post(anna, '/notifications/push', wanted)).status).toBe(303);
  expect(await browsersOf(employee.id)).toHaveLength(1);
  expect((await post(anna, '/notifications/push', wanted)).status).toBe(303);
  expect(await browsersOf(employee.id)).toHaveLength(1);
  await anna.get('/notifications/preferences');
  await anna.click(/^Turn off for/);
  expect(anna.html.notices.join()).toContain('no more push messages');
  expect(await browsersOf(employee.id)).toEqual([]);
});

test('a browser that changes hands belongs to who pressed last', async () => {
  const wanted = target('https://fcm.googleapis.com/fcm/send/shared');
  const anna = await signIn(employee);
  await post(anna, '/notifications/push', wanted);
  const marek = await signIn(coordinator);
  await post(marek, '/notifications/push', wanted);
  expect(await browsersOf(employee.id)).toEqual([]);
  expect(await browsersOf(coordinator.id)).toHaveLength(1);
});

test('another person’s browser cannot be turned off', async () => {
  const [theirs] = await browsersOf(coordinator.id);
  const anna = await signIn(employee);
  const answer = await post(anna, `/notifications/push/${theirs.id}`, { _method: 'DELETE' });
  expect(answer.status).toBe(404);
  expect(await browsersOf(coordinator.id)).toHaveLength(1);
});

test.each([
  ['a machine of the company', { ...target('https://10.0.0.5/x') }],
  ['plain http', { ...target('http://fcm.googleapis.com/x') }],
  ['a key that is no point of the curve', { ...target(), p256dh: Buffer.alloc(65, 4).toString('base64url') }],
  ['a secret of the wrong size', { ...target(), auth: 'AAAA' }],
])('%s is refused', async (_what, wanted) => {
  const anna = await signIn(employee);
  await post(anna, '/notifications/push', wanted);
  expect(await browsersOf(employee.id)).toEqual([]);
  await anna.get('/notifications/preferences');
  expect(anna.html.text).toContain('push service that we do not know');
});

test('the service worker lies at the root, may be cached for no time, and needs nobody signed in', async () => {
  const stranger = await app.visitor();
  const answer = await stranger.request('/service-worker.js');
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^text\/javascript/);
  expect(answer.headers['cache-control']).toBe('no-cache');
  expect(answer.headers['content-security-policy']).toContain("worker-src 'self'");
  expect(answer.headers['set-cookie']).toBeUndefined();
  expect((await stranger.request('/service-worker.js/x')).status).toBe(404);
});
