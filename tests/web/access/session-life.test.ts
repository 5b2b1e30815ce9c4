import { describe, expect, test } from 'vitest';
import { post, testApp } from '../../support/app.ts';
import { PASSWORD } from '../../support/factories.ts';
import { ageSessions } from '../../support/sessions.ts';
import { visitor } from '../../support/visitor.ts';

const app = await testApp();
const HOUR = 60;
const DAY = 24 * HOUR;

describe('a session', () => {
  test('that nobody used for 12 hours is over', async () => {
    const she = await app.signIn(await app.makeUser());
    await ageSessions(app.db, 'seenAt', 12 * HOUR - 5);
    await she.get('/profile');
    expect(she.path).toBe('/profile');
    await ageSessions(app.db, 'seenAt', 12 * HOUR + 5);
    await she.get('/profile');
    expect(she.path).toBe('/sign-in?next=%2Fprofile');
  });

  test('that a page asks for by itself is not kept alive by it', async () => {
    const she = await app.signIn(await app.makeUser());
    await ageSessions(app.db, 'seenAt', 12 * HOUR - 5);
    expect((await she.request('/profile', { headers: { 'x-poll': '1' } })).status).toBe(200);
    await ageSessions(app.db, 'seenAt', 10);
    await she.get('/profile');
    expect(she.path).toBe('/sign-in?next=%2Fprofile');
  });

  test('ends after 7 days, however much it is used', async () => {
    const she = await app.signIn(await app.makeUser());
    await ageSessions(app.db, 'startedAt', 7 * DAY - 5);
    await she.get('/profile');
    expect(she.path).toBe('/profile');
    await ageSessions(app.db, 'startedAt', 10);
    await she.get('/profile');
    expect(she.path).toBe('/sign-in?next=%2Fprofile');
  });

  test('that is over leaves nothing on the server that could be taken up again', async () => {
    const she = await app.signIn(await app.makeUser());
    const old = new Map(she.cookies);
    await ageSessions(app.db, 'seenAt', 13 * HOUR);
    await she.request('/profile');
    await ageSessions(app.db, 'seenAt', -13 * HOUR);
    const again = await app.visitor();
    for (const [name, value] of old) again.cookies.set(name, value);
    expect((await again.request('/profile')).status).toBe(302);
  });
});

describe('over https', async () => {
  const ADDRESS = 'https://help.company.example';
  const secure = await testApp({ env: { APP_URL: ADDRESS, TRUST_PROXY: '1' } });
  const overTls = () => visitor(secure.app, { headers: { 'x-forwarded-proto': 'https' } });
  const cookies = (headers: { 'set-cookie'?: string[] }) => headers['set-cookie'] ?? [];

  test('the cookie of a session goes to this host alone, to no script, and nowhere in the clear', async () => {
    const { email } = await secure.makeUser();
    const she = await overTls();
    await she.get('/sign-in');
    const fields = { ...she.form('Sign in').values, email, password: PASSWORD };
    const signedIn = await post(she, '/sign-in', fields, { origin: ADDRESS });
    expect(signedIn.status).toBe(303);
    const [cookie = '', ...others] = cookies(signedIn.headers);
    expect(others).toEqual([]);
    const [pair, ...attributes] = cookie.split('; ');
    expect(pair).toMatch(/^__Host-session=s%3A[\w-]{32}\./);
    expect(attributes).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']));
    expect(cookie).not.toMatch(/domain/i);
    expect((await she.request('/profile')).status).toBe(200);
  });

  test('the colours are kept in a cookie of this host alone, that goes nowhere in the clear', async () => {
    const { email } = await secure.makeUser();
    const she = await overTls();
    await she.get('/sign-in');
    await post(
      she,
      '/sign-in',
      { ...she.form('Sign in').values, email, password: PASSWORD },
      { origin: ADDRESS },
    );
    await she.get('/profile');
    const dark = await post(she, '/profile/theme', { theme: 'dark' }, { origin: ADDRESS });
    const theme = cookies(dark.headers).find(each => each.startsWith('__Host-theme=')) ?? '';
    expect(theme.split('; ')).toEqual(
      expect.arrayContaining(['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']),
    );
    expect(theme).not.toMatch(/domain/i);
    await she.get('/profile');
    expect(she.html.find('html').attr('data-theme')).toBe('dark');
    she.cookies.set('theme', 'light');
    she.cookies.delete('__Host-theme');
    await she.get('/profile');
    expect(she.html.find('html').attr('data-theme')).toBeFalsy();
  });

  test('the secret of a stranger’s forms is kept in such a cookie too', async () => {
    const [cookie = ''] = cookies((await (await overTls()).request('/sign-in')).headers);
    expect(cookie).toMatch(/^__Host-visitor=[\w-]{24}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  });

  test('the zone of the browser is believed from a cookie of this host alone', async () => {
    const { email } = await secure.makeUser();
    const she = await overTls();
    await she.get('/sign-in');
    const fields = { ...she.form('Sign in').values, email, password: PASSWORD };
    await post(she, '/sign-in', fields, { origin: ADDRESS });
    const hour = async () => /Now it is (\d+)/.exec((await she.get('/profile')).text)?.[1] ?? '';
    const companys = await hour();
    she.cookies.set('tz', 'Pacific%2FAuckland');
    expect(await hour()).toBe(companys);
    she.cookies.set('__Host-tz', 'Pacific%2FAuckland');
    expect(await hour()).not.toBe(companys);
  });

  test('the version of the styles is kept in such a cookie too', async () => {
    const first = await (await overTls()).request('/sign-in', { headers: { 'sec-fetch-dest': 'document' } });
    const styles = cookies(first.headers).filter(each => each.includes('styles='));
    expect(styles).toEqual([expect.stringMatching(/^__Host-styles=.*; Path=\/; .*HttpOnly; Secure/)]);
  });

  test('no session begins where the proxy says that the way was in the clear', async () => {
    const she = await visitor(secure.app, { headers: { 'x-forwarded-proto': 'http' } });
    expect(cookies((await she.request('/sign-in')).headers)).toEqual([]);
  });

  test('browsers are told for a year to come by https only, by pages, files and errors', async () => {
    const she = await overTls();
    for (const path of ['/sign-in', '/no-such-page', '/assets/none.js', '/health'])
      expect((await she.request(path)).headers['strict-transport-security'], path).toMatch(
        /^max-age=31536000/,
      );
  });

  test('an installation without https promises none', async () => {
    const answer = await (await app.visitor()).request('/sign-in');
    expect(answer.headers['strict-transport-security']).toBeUndefined();
    expect(cookies(answer.headers).join()).toMatch(/^visitor=/);
  });
});
