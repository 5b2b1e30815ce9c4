import { expect, test } from 'vitest';
import { createApp } from '../../../src/web/app.ts';
import { browserName } from '../../../src/web/profile/browser-name.ts';
import { accounts, PASSWORD } from '../../domain/identity/accounts.ts';
import { ageSessions } from '../../support/sessions.ts';
import { type Visitor, visitor } from '../../support/visitor.ts';

const { db, services, account, user } = await accounts();
const app = await createApp(services);
const NEW = 'seven violet kettles sing';

async function signIn(who: Visitor, email: string, password = PASSWORD) {
  await who.get('/sign-in?next=/profile');
  who.fill({ 'Work email': email, Password: password });
  await who.click('Sign in');
}

async function signedIn(values: Record<string, unknown> = {}) {
  const she = await visitor(app);
  const ada = await account(values);
  await signIn(she, ada.email);
  return { she, ada };
}

test('the page is there for every role, and for nobody who is not signed in', async () => {
  for (const role of ['employee', 'coordinator', 'admin']) {
    const { she } = await signedIn({ role });
    expect(she.status).toBe(200);
    expect(she.html.heading).toBe('Your settings');
    expect(she.html.title).toContain('Your settings');
  }
  expect((await (await visitor(app)).request('/profile')).status).toBe(302);
});

test('name, phone, language, zone and shortcuts are saved', async () => {
  const { she, ada } = await signedIn();
  she.form('Save').fill({
    'Last name': 'Lovelace',
    'Phone (optional)': '+44 20 7946 0000',
    Language: 'English',
    'Time zone': 'Asia/Tokyo',
  });
  await she.click('Save');
  expect(she.trail).toEqual(['POST /profile 303', 'GET /profile 200']);
  expect(she.html.notices.join()).toContain('saved');
  expect(she.form('Save').values).toMatchObject({
    lastName: 'Lovelace',
    phone: '+44 20 7946 0000',
    timeZone: 'Asia/Tokyo',
  });
  expect((await user(ada.id)).phone_encrypted).not.toContain('7946');
});

test.each([
  ['Phone (optional)', 'phone', 'call me <b>', 'Enter a phone number'],
  ['First name', 'firstName', ' ', 'Enter your first name'],
])('a wrong %s is said and stays', async (label, name, value, message) => {
  const { she } = await signedIn();
  she.form('Save').fill({ [label]: value });
  await she.click('Save');
  expect(she.status).toBe(422);
  expect(she.html.text).toContain(message);
  expect(she.form('Save').values[name]).toBe(value);
});

test('a zone or a language that is not on the list, and a role, are refused', async () => {
  const { she, ada } = await signedIn();
  const extras: Record<string, string>[] = [
    { timeZone: 'Mars/Phobos' },
    { locale: 'xx' },
    { role: 'admin' },
    { departmentId: '1' },
  ];
  for (const extra of extras) {
    const fields: Record<string, string> = { ...she.form('Save').values, ...extra };
    const reply = await she.request('/profile', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: she.origin },
      body: new URLSearchParams(fields).toString(),
    });
    expect(reply.status).toBe(422);
  }
  expect(await user(ada.id)).toMatchObject({ role: 'employee', version: 1 });
});

test('a change by somebody else meanwhile is a conflict that shows both', async () => {
  const { she, ada } = await signedIn();
  await db('users').where({ id: ada.id }).update({ version: 2, last_name: 'Byron' });
  she.form('Save').fill({ 'Last name': 'King' });
  await she.click('Save');
  expect(she.status).toBe(409);
  expect(she.html.text).toContain('Byron');
  expect(she.html.text).toContain('King');
});

test('the theme is kept by the browser, by a plain form', async () => {
  const { she } = await signedIn();
  await she.click('Dark');
  expect(she.trail.at(-1)).toBe('GET /profile 200');
  expect(she.cookies.get('theme')).toBe('dark');
  expect(she.html.find('html').attr('data-theme')).toBe('dark');
  await she.submit(she.form('Light'), 'Match the system');
  expect(she.cookies.has('theme')).toBe(false);
});

test('a new password needs the current one, keeps this device and ends the others', async () => {
  const { she, ada } = await signedIn();
  const other = await visitor(app);
  await signIn(other, ada.email);
  const before = she.cookies.get('session');

  she.form('Change password').fill({ 'Current password': 'not it', 'New password': NEW });
  await she.click('Change password');
  expect(she.status).toBe(422);
  expect(she.html.text).toContain('This is not your current password');
  expect(she.html.html).not.toContain(NEW);

  she.form('Change password').fill({ 'Current password': PASSWORD, 'New password': NEW });
  await she.click('Change password');
  expect(she.trail).toEqual(['POST /profile/password 303', 'GET /profile 200']);
  expect(she.cookies.get('session')).not.toBe(before);
  expect(she.html.all('button', /^Sign out .* on |^Sign out Unknown/)).toHaveLength(1);
  await other.get('/profile');
  expect(other.path).toContain('/sign-in');
});

test('one device is signed out, then all', async () => {
  const { she, ada } = await signedIn();
  const phone = await visitor(app, {
    headers: { 'user-agent': 'Mozilla/5.0 (iPhone) Version/18 Safari/605' },
  });
  await signIn(phone, ada.email);
  await she.get('/profile');
  expect(she.html.has('Safari on iOS')).toBe(true);
  await she.click('Sign out Safari on iOS');
  expect(she.html.has('Safari on iOS')).toBe(false);
  await phone.get('/profile');
  expect(phone.path).toContain('/sign-in');

  await signIn(phone, ada.email);
  await she.click('Sign out everywhere');
  expect(she.path).toBe('/sign-in');
  await phone.get('/profile');
  expect(phone.path).toContain('/sign-in');
});

test('an hour after the password was typed, it is asked for before other devices are signed out', async () => {
  const { she, ada } = await signedIn();
  const phone = await visitor(app, {
    headers: { 'user-agent': 'Mozilla/5.0 (iPhone) Version/18 Safari/605' },
  });
  await signIn(phone, ada.email);
  for (const button of ['Sign out Safari on iOS', 'Sign out everywhere']) {
    await she.get('/profile');
    await ageSessions(db, 'confirmedAt', 60);
    await she.click(button);
    expect(she.html.heading).toBe('Confirm it is you');
    expect((await phone.request('/profile')).status).toBe(200);
    she.fill({ Password: PASSWORD });
    await she.click('Confirm');
    expect(she.path).toBe('/profile');
  }
  await she.click('Sign out Safari on iOS');
  await phone.get('/profile');
  expect(phone.path).toContain('/sign-in');
});

test('a device of somebody else is not there', async () => {
  const { ada } = await signedIn();
  const { she } = await signedIn();
  const theirs = await db('user_sessions').where({ user_id: ada.id }).first('id');
  const { _csrf = '' } = she.form('Save').values;
  const reply = await she.request(`/profile/devices/${theirs.id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: she.origin },
    body: new URLSearchParams({ _csrf, _method: 'DELETE' }).toString(),
  });
  expect(reply.status).toBe(404);
  expect((await db('user_sessions').where({ id: theirs.id }).first()).ended_at).toBeNull();
});

test('a browser is named so that its owner knows it', () => {
  const t = (text: string, values: Record<string, unknown> = {}) =>
    text.replace(/\{\{(\w+)\}\}/g, (_all, name: string) => String(values[name]));
  expect(browserName('Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537 Edg/140', t)).toBe(
    'Edge on Windows',
  );
  expect(browserName('Mozilla/5.0 (X11; Linux x86_64; rv:140) Firefox/140', t)).toBe('Firefox on Linux');
  expect(browserName(null, t)).toBe('Unknown browser');
});
