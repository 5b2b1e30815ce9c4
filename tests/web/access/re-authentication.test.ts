import { Router } from 'express';
import { expect, test } from 'vitest';
import { requireRecentPassword } from '../../../src/web/access/re-authentication.ts';
import { createApp } from '../../../src/web/app.ts';
import { allow } from '../../../src/web/middleware/allow.ts';
import { routes } from '../../../src/web/routes.ts';
import { accounts, PASSWORD } from '../../domain/identity/accounts.ts';
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

/** Moves the moment of the last password into the past, in the session itself. */
const age = (minutes: number) =>
  db.raw(
    `update web_sessions set sess = jsonb_set(sess::jsonb, '{confirmedAt}', to_jsonb((sess->>'confirmedAt')::bigint - ?))::json
     where sess->>'confirmedAt' is not null`,
    [minutes * 60_000],
  );

const post = (who: Visitor, fields: Record<string, string>) =>
  who.request('/guarded', {
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
  const carried = /name="carried" value="([^"]+)"/.exec(reply.text)?.[1] ?? '';
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
