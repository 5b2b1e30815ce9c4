import { expect, test } from 'vitest';
import { createApp } from '../../../src/web/app.ts';
import { accounts, PASSWORD } from '../../domain/identity/accounts.ts';
import { type Visitor, visitor } from '../../support/visitor.ts';

const { db, services, account, user, events } = await accounts();
const app = await createApp(services);

async function signIn(who: Visitor, email: string, password = PASSWORD, next = '/profile') {
  await who.get(`/sign-in?next=${encodeURIComponent(next)}`);
  who.fill({ 'Work email': email, Password: password });
  await who.click('Sign in');
}

test('signing in leads to the page that was asked for, and the session is known', async () => {
  const ada = await account();
  const she = await visitor(app);
  await she.get('/profile');
  expect(she.path).toBe('/sign-in?next=%2Fprofile');
  she.fill({ 'Work email': ada.email, Password: PASSWORD });
  await she.click('Sign in');
  expect(she.trail).toEqual(['POST /sign-in 303', 'GET /profile 200']);
  expect(she.html.heading).toBe('Your settings');
  expect(she.headers['cache-control']).toBe('no-store');
  expect((await user(ada.id)).last_seen_at).not.toBeNull();
  expect(await events(ada.id)).toEqual(['session.started']);
});

test('who is signed in is not asked again', async () => {
  const ada = await account();
  const she = await visitor(app);
  await signIn(she, ada.email);
  await she.get('/sign-in?next=/profile');
  expect(she.path).toBe('/profile');
});

test('an unknown address and a wrong password get the same answer, byte for byte', async () => {
  await account({ email: 'known@company.example' });
  const answers = await Promise.all(
    ['known@company.example', 'never@company.example'].map(async email => {
      const she = await visitor(app);
      await signIn(she, email, 'wrong password here');
      expect(she.headers['x-response-time']).toBeUndefined();
      return { status: she.status, text: masked(she.html.html, email) };
    }),
  );
  expect(answers[0]?.status).toBe(422);
  expect(answers[1]).toEqual(answers[0]);
});

const masked = (html: string, email: string) =>
  html
    .replaceAll(email, 'EMAIL')
    .replace(/name="_csrf" value="[^"]+"/g, '')
    .replace(/name="_key" value="[^"]+"/g, '')
    .replace(/E-[0-9A-Z]{4}-[0-9A-Z]{4}/g, '');

test('a refused form keeps the address and never shows the password', async () => {
  const she = await visitor(app);
  await signIn(she, 'typo@company.example', 'my wrong password');
  expect(she.html.html).toContain('typo@company.example');
  expect(she.html.html).not.toContain('my wrong password');
  expect(she.html.alerts.join()).toContain('do not match');
});

test('a suspended account is told nothing; a waiting and an unconfirmed one are told what to do', async () => {
  const she = await visitor(app);
  await signIn(she, (await account({ status: 'suspended' })).email);
  expect(she.html.alerts.join()).toContain('do not match');
  await signIn(she, (await account({ status: 'pending' })).email);
  expect(she.status).toBe(403);
  expect(she.html.heading).toBe('Your account waits for approval');
  await signIn(she, (await account({ status: 'pending', email_verified_at: null })).email);
  expect(she.html.heading).toBe('Confirm your address first');
});

test('a session id from before signing in is worth nothing after it', async () => {
  const ada = await account();
  const attacker = await visitor(app);
  await attacker.get('/sign-in');
  const victim = await visitor(app);
  for (const [name, value] of attacker.cookies) victim.cookies.set(name, value);
  await signIn(victim, ada.email);
  expect(victim.html.heading).toBe('Your settings');
  expect(victim.cookies.get('session')).not.toBe(attacker.cookies.get('session'));
  await attacker.get('/profile');
  expect(attacker.path).toContain('/sign-in');
});

test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])(
  'signing in never leads to %s',
  async next => {
    const ada = await account();
    const she = await visitor(app);
    await she.get('/sign-in');
    const form = she.form('Sign in').fill({ 'Work email': ada.email, Password: PASSWORD });
    form.set('next', next);
    const reply = await she.request('/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: she.origin },
      body: new URLSearchParams(form.values).toString(),
    });
    expect(reply.status).toBe(303);
    expect(reply.headers.location).toBe('/');
  },
);

test('a form without its token, or from another site, is refused and signs nobody in', async () => {
  const ada = await account();
  const she = await visitor(app);
  await she.get('/sign-in');
  const form = she.form('Sign in').fill({ 'Work email': ada.email, Password: PASSWORD });
  const post = (fields: Record<string, string>, headers: Record<string, string>) =>
    she.request('/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  const { _csrf: _, ...without } = form.values;
  expect((await post(without, { origin: she.origin })).status).toBe(403);
  expect((await post(form.values, { origin: 'https://evil.example' })).status).toBe(403);
  expect((await post(form.values, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect(await events(ada.id)).toEqual([]);
});

test('signing out ends the session on the server and clears what the browser kept', async () => {
  const ada = await account();
  const she = await visitor(app);
  await signIn(she, ada.email);
  const cookie = she.cookies.get('session') ?? '';
  const reply = await she.request('/sign-out', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: she.origin },
    body: new URLSearchParams({ _csrf: she.html.find('input[name=_csrf]').attr('value') ?? '' }).toString(),
  });
  expect(reply.status).toBe(303);
  expect(reply.headers['clear-site-data']).toBe('"cache", "storage"');
  expect(she.cookies.has('session')).toBe(false);
  she.cookies.set('session', cookie);
  await she.get('/profile');
  expect(she.path).toContain('/sign-in');
  expect((await db('user_sessions').where({ user_id: ada.id }).first()).ended_at).not.toBeNull();
  expect((await she.request('/sign-out')).status).toBe(404);
});

test('a raised epoch or a suspension ends the session at the next request', async () => {
  const ada = await account();
  const she = await visitor(app);
  await signIn(she, ada.email);
  await db('users').where({ id: ada.id }).update({ session_epoch: 1 });
  await she.get('/profile');
  expect(she.path).toContain('/sign-in');
  await signIn(she, ada.email);
  expect(she.html.heading).toBe('Your settings');
  await db('users').where({ id: ada.id }).update({ status: 'suspended' });
  await she.get('/profile');
  expect(she.path).toContain('/sign-in');
});
