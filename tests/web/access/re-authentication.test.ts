import { Router } from 'express';
import { expect, test } from 'vitest';
import { requireRecentPassword } from '../../../src/web/access/re-authentication.ts';
import { createApp } from '../../../src/web/app.ts';
import { allow } from '../../../src/web/middleware/allow.ts';
import { routes } from '../../../src/web/routes.ts';
import { accounts, PASSWORD } from '../../domain/identity/accounts.ts';
import { ageSessions } from '../../support/sessions.ts';
import { type Visitor, visitor } from '../../support/visitor.ts';

const sent: unknown[] = [];

// A route as an admin page has it; the real ones are tested with their pages.
const guarded = Router()
  .get('/guarded', allow('profile.manage'), requireRecentPassword, (_req, res) => {
    res.send('inside');
  })
  .post('/guarded', allow('profile.manage'), requireRecentPassword, (req, res) => {
    sent.push(req.body);
    res.send('done');
  });

const { db, services, account } = await accounts();
const app = await createApp(services, { pages: all => Router().use(guarded, routes(all)) });

async function signIn(who: Visitor, email: string) {
  await who.get('/sign-in?next=/profile');
  who.fill({ 'Work email': email, Password: PASSWORD });
  await who.click('Sign in');
}

const age = (minutes: number) => ageSessions(db, 'confirmedAt', minutes);

const post = (who: Visitor, fields: Record<string, string>, path = '/guarded') =>
  who.request(path, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: who.origin,
      referer: `${who.origin}/profile`,
    },
    body: new URLSearchParams(fields).toString(),
  });

test('a password typed a moment ago is enough, one of 16 minutes ago is not', async () => {
  const she = await visitor(app);
  await signIn(she, (await account()).email);
  expect((await she.request('/guarded')).text).toBe('inside');
  await age(16);
  await she.get('/guarded');
  expect(she.html.heading).toBe('Confirm it is you');
  she.fill({ Password: 'not it' });
  await she.click('Confirm');
  expect(she.status).toBe(422);
  she.fill({ Password: PASSWORD });
  await she.click('Confirm');
  expect(she.trail.at(-1)).toBe('GET /guarded 200');
});

test('a form that was sent meanwhile does nothing, and comes back to be sent', async () => {
  const she = await visitor(app);
  await signIn(she, (await account()).email);
  const { _csrf = '' } = she.form('Save').values;
  await age(16);
  const reply = await post(she, { _csrf, role: 'admin' });
  expect(reply.status).toBe(403);
  expect(reply.text).not.toContain('value="admin"');
  expect(sent).toEqual([]);
  const carried = /name="carried"\s+value="([^"]+)"/.exec(reply.text)?.[1] ?? '';
  await she.get('/sign-in/confirmation?next=/profile');
  const confirmed = await she.request('/sign-in/confirmation', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: she.origin },
    body: new URLSearchParams({ _csrf, password: PASSWORD, carried, next: '/profile' }).toString(),
  });
  expect(confirmed.text).toContain('Send it now');
  expect(confirmed.text).toContain('value="admin"');
  expect(sent).toEqual([]);
});

test('the session goes on under a new id, and the one of before opens nothing', async () => {
  const she = await visitor(app);
  const { email } = await account();
  await signIn(she, email);
  await age(16);
  const before = new Map(she.cookies);
  await she.get('/guarded');
  she.fill({ Password: PASSWORD });
  await she.click('Confirm');
  expect(she.cookies.get('session')).not.toBe(before.get('session'));
  expect((await she.request('/guarded')).text).toBe('inside');
  const thief = await visitor(app);
  for (const [name, value] of before) thief.cookies.set(name, value);
  expect((await thief.request('/profile')).headers.location).toContain('/sign-in?next=');
  // It is the same device still: the list of them shows one.
  await she.get('/profile');
  expect(she.html.all('button', /^Sign out .* on |^Sign out Unknown/)).toHaveLength(1);
});

test('what was typed in another window, or comes back here, can still be sent', async () => {
  const she = await visitor(app);
  await signIn(she, (await account()).email);
  const other = she.form('Save').fill({ 'Last name': 'Lovelace' });
  const { _csrf = '' } = other.values;
  await age(16);
  const asked = await post(she, { _csrf, role: 'admin', password: 'my new one' });
  const carried = /name="carried"\s+value="([^"]+)"/.exec(asked.text)?.[1] ?? '';
  const back = await post(
    she,
    { _csrf, password: PASSWORD, carried, next: '/profile' },
    '/sign-in/confirmation',
  );
  expect(back.text).toContain('value="admin"');
  expect(back.text).toContain('name="password" type="password"');
  expect(back.text).not.toContain('my new one');
  const fresh = /name="_csrf" value="([^"]+)"/.exec(back.text)?.[1] ?? '';
  sent.length = 0;
  expect((await post(she, { _csrf: fresh, role: 'admin' })).text).toBe('done');
  expect(sent).toMatchObject([{ role: 'admin' }]);
  await she.submit(other);
  expect(she.trail).toEqual(['POST /profile 303', 'GET /profile 200']);
});

test('a button alone is pressed again where it stands', async () => {
  const she = await visitor(app);
  await signIn(she, (await account()).email);
  const { _csrf = '' } = she.form('Save').values;
  await age(16);
  sent.length = 0;
  const asked = await post(she, { _csrf });
  expect(asked.status).toBe(403);
  expect(asked.text).not.toContain('name="carried"');
  expect(asked.text).toContain('Nothing is done yet');
  const confirmed = await post(
    she,
    { _csrf, password: PASSWORD, next: '/profile', pressed: '1' },
    '/sign-in/confirmation',
  );
  expect(confirmed.headers.location).toBe('/profile');
  await she.get('/profile');
  expect(she.html.notices.join()).toContain('press the button again');
  expect(sent).toEqual([]);
});

test('in a page that htmx keeps, what was typed is in the question that takes its place', async () => {
  const she = await visitor(app);
  await signIn(she, (await account()).email);
  await age(16);
  const reply = await she.partial('/guarded', { fields: { role: 'admin' } });
  expect(reply.headers).toMatchObject({ 'hx-retarget': '#main', 'hx-reselect': '#main' });
  expect(reply.html.heading).toBe('Confirm it is you');
  expect(reply.html.find('input[name=carried]').attr('value')).toBeTruthy();
});

test('htmx is led to the page that asks', async () => {
  const she = await visitor(app);
  await signIn(she, (await account()).email);
  await age(16);
  const reply = await she.partial('/guarded');
  expect(reply.headers['hx-redirect']).toContain('/sign-in/confirmation?next=');
});

test('nobody who is not signed in can confirm anything', async () => {
  const reply = await (await visitor(app)).request('/sign-in/confirmation');
  expect(reply.status).toBe(302);
  expect(reply.headers.location).toContain('/sign-in?next=');
});
