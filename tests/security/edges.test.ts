import { expect, test } from 'vitest';
import { post, testApp, tokenOf } from '../support/app.ts';
import { usualPeople } from '../support/factories.ts';

const app = await testApp();
const people = await usualPeople(app);
const ticket = await app.makeTicket({ by: people.employee, team: people.it });
const anna = await app.signIn(people.employee);
const kwame = await app.signIn(people.admin);

test('nothing typed into an address or a form is an error of the server', async () => {
  const asAdmin = [
    '/admin/users?q=%00a',
    '/admin/audit?q=%00a',
    '/admin/audit?kind=constructor',
    '/admin/audit?kind=__proto__',
    '/queue/all?q=%00a',
    '/queue/all?after=%00',
    '/queue/all?sort=constructor&status=constructor&priority=toString',
    '/queue/constructor',
    '/admin/jobs?after=1.%00.%00',
    '/admin/settings/constructor',
    '/search?q=%00',
  ];
  for (const path of asAdmin) expect((await kwame.request(path)).status, path).toBeLessThan(500);
  const asAnybody = [
    '/notifications?before=1.5',
    '/notifications?before=9e99',
    '/notifications?before=-1',
    '/notifications?before=Infinity',
    '/tickets?after=%00|1',
    '/tickets/new?subject=%00&follow_up_of=1e9',
    '/attachments/signed/%00.1.2.3',
    '/attachments/1e3/thumbnail',
    '/%E0%A4%A',
  ];
  for (const path of asAnybody) expect((await anna.request(path)).status, path).toBeLessThan(500);
  const draft = await post(anna, `/tickets/${ticket.number}/draft`, { body: 'half\0 a word' });
  expect(draft.status).toBe(204);
});

test('a sign-in with a NUL in the address is refused like any other', async () => {
  const somebody = await app.visitor();
  await somebody.get('/sign-in');
  const form = somebody
    .form('Sign in')
    .fill({ 'Work email': 'a@company.example', Password: 'what ever it is' });
  form.set('email', 'a\0@company.example');
  await somebody.submit(form, 'Sign in');
  expect(somebody.status).toBe(422);
});

test('the target of a partial request is a key of the page, not of every object', async () => {
  for (const target of ['a#constructor', 'a#__proto__', 'a#toString', 'a#hasOwnProperty']) {
    const answer = await anna.request(`/tickets/${ticket.number}`, {
      headers: { 'hx-request-type': 'partial', 'hx-target': target },
    });
    expect(answer.status, target).toBe(200);
    expect(answer.text).toContain('<main');
  }
});

test('a form without a body is refused, and one whose files nobody reads does nothing', async () => {
  await kwame.get('/admin/settings');
  const token = tokenOf(kwame);
  const bare = await kwame.request(`/tickets/${ticket.number}/withdrawal`, {
    method: 'POST',
    headers: { origin: kwame.origin, 'x-csrf-token': token, 'content-type': 'text/plain' },
    body: 'x',
  });
  expect(bare.status).toBeLessThan(500);
  const unread = await kwame.request('/admin/settings/logo', {
    method: 'DELETE',
    headers: { origin: kwame.origin, 'content-type': 'multipart/form-data; boundary=x' },
    body: '--x\r\nContent-Disposition: form-data; name="version"\r\n\r\n0\r\n--x--\r\n',
  });
  expect(unread.status).toBe(403);
});

test('what a page is called in another case tells no more of its time', async () => {
  const somebody = await app.visitor();
  for (const path of ['/sign-in', '/Sign-In', '/PASSWORD-RESET'])
    expect((await somebody.request(path)).headers['x-response-time'], path).toBeUndefined();
});

test('every answer carries the strict policy and is kept by nobody', async () => {
  const answers = [
    await anna.request('/no-such-page'),
    await anna.request(`/tickets/${ticket.number}`),
    await anna.request('/assets/none.js'),
    await anna.request('/metrics', { headers: { 'x-forwarded-for': '203.0.113.9' } }),
    await anna.request('/admin/users'),
    await post(anna, '/tickets', { _csrf: 'wrong' }),
    await post(anna, '/tickets', { body: 'x'.repeat(500_000) }),
    await anna.request('/attachments/%E0%A4%A'),
  ];
  expect(answers.map(answer => answer.status)).toEqual([404, 200, 404, 404, 404, 403, 413, 400]);
  for (const { headers } of answers) {
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|data:|https?:/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toBe('no-store');
  }
});

test('TRACE is refused, and sends no cookie back to be read', async () => {
  const answer = await anna.request('/profile', { method: 'TRACE' });
  expect(answer.status).toBe(403);
  expect(answer.text).not.toContain(anna.cookies.get('session'));
});

test('a form of another site is refused, whatever it calls itself', async () => {
  await anna.get('/profile');
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ];
  for (const headers of foreign)
    expect((await post(anna, '/sign-out', {}, headers)).status, JSON.stringify(headers)).toBe(403);
  expect((await post(anna, '/sign-out', { _csrf: '' })).status).toBe(403);
  expect((await anna.request(`/sign-out?_csrf=${tokenOf(anna)}`, { method: 'POST' })).status).toBe(403);
  expect((await anna.request('/profile')).status).toBe(200);
});
