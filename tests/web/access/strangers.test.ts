import { expect, test } from 'vitest';
import { testApp } from '../../support/app.ts';
import { visitor } from '../../support/visitor.ts';

const app = await testApp();
await app.makeUser({ role: 'admin' });
const sessions = async () =>
  Number((await app.db('web_sessions').count<{ n: string }[]>('* as n'))[0]?.n ?? 0);

test('a flood of strangers leaves no session behind, whatever they look at', async () => {
  const before = await sessions();
  const paths = [
    '/sign-in',
    '/',
    '/health',
    '/assets/none.js',
    '/no-such-page',
    '/tickets/1',
    '/password-reset',
  ];
  for (let turn = 0; turn < 140; turn += 7)
    await Promise.all(
      paths.map(async path => {
        const answer = await (await visitor(app.app)).request(path);
        expect(answer.status, path).toBeLessThan(500);
        expect((answer.headers['set-cookie'] ?? []).join(), path).not.toContain('session=');
      }),
    );
  expect(await sessions()).toBe(before);
});

test('a wrong password leaves none, a right one leaves one', async () => {
  const before = await sessions();
  const she = await app.visitor();
  const { email } = await app.makeUser();
  await she.get('/sign-in?next=/profile');
  she.fill({ 'Work email': email, Password: 'not it' });
  await she.click('Sign in');
  expect(she.status).toBe(422);
  expect(await sessions()).toBe(before);
  expect(she.cookies.has('session')).toBe(false);
  await app.signIn({ email });
  expect(await sessions()).toBe(before + 1);
});

test('a form of a stranger counts for the browser alone that it was drawn for', async () => {
  const [she, he] = [await app.visitor(), await app.visitor()];
  const { email } = await app.makeUser();
  await she.get('/password-reset');
  await he.get('/password-reset');
  const { values } = she.form(/send|reset|link/i).fill({ 'Work email': email });
  const sent = (who: typeof she) =>
    who.request('/password-reset', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: who.origin },
      body: new URLSearchParams(values as Record<string, string>).toString(),
    });
  expect((await sent(he)).status).toBe(403);
  expect((await sent(she)).status).toBe(200);
});

test('the secret of a stranger’s forms is for no script and no other site, and is another once they sign in', async () => {
  const { email } = await app.makeUser();
  const she = await app.visitor();
  const answer = await she.request('/sign-in');
  const [cookie = '', ...others] = answer.headers['set-cookie'] ?? [];
  expect(others).toEqual([]);
  expect(cookie).toMatch(/^visitor=[\w-]{24}; Path=\/; HttpOnly; SameSite=Lax$/);
  const signedIn = await app.signIn({ email });
  const row = await app.db('web_sessions').orderBy('expire', 'desc').first('sess');
  expect(row.sess.csrfSecret).toMatch(/^[\w-]{24}$/);
  expect(row.sess.csrfSecret).not.toBe(signedIn.cookies.get('visitor'));
});

test('what is said once to a stranger is kept for half an hour at most', async () => {
  const she = await app.signIn(await app.makeUser());
  await she.get('/profile');
  await she.click('Sign out');
  const rows = await app
    .db('web_sessions')
    .whereRaw(`sess->>'userId' is null and expire > localtimestamp + interval '31 minutes'`);
  expect(rows).toEqual([]);
});
