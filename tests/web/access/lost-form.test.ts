import { describe, expect, test } from 'vitest';
import { shownFields } from '../../../src/web/access/carried-form.ts';
import { createApp } from '../../../src/web/app.ts';
import { accounts, PASSWORD } from '../../domain/identity/accounts.ts';
import { file, type Visitor, visitor } from '../../support/visitor.ts';

const { db, services, account } = await accounts();
const app = await createApp(services);

async function signIn(who: Visitor, email: string) {
  await who.get('/sign-in?next=/profile');
  who.fill({ 'Work email': email, Password: PASSWORD });
  await who.click('Sign in');
}

const lose = (userId: number) => db('users').where({ id: userId }).increment('session_epoch', 1);

test('what was typed when the session was over comes back after signing in, and is sent by hand', async () => {
  const ada = await account();
  const she = await visitor(app);
  await signIn(she, ada.email);
  she.form('Save').fill({ 'Last name': 'Byron <b>', 'Phone (optional)': '+44 20 1' });
  await lose(ada.id);
  await she.click('Save');
  expect(she.status).toBe(401);
  expect(she.html.alerts.join()).toContain('what you typed comes back');
  expect(she.html.html).not.toContain('Byron');

  she.fill({ 'Work email': ada.email, Password: PASSWORD });
  await she.click('Sign in');
  expect(she.html.heading).toBe('Send what you wrote');
  expect(she.form('Send it now').values).toMatchObject({ lastName: 'Byron <b>', phone: '+44 20 1' });
  expect((await db('users').where({ id: ada.id }).first()).last_name).not.toContain('Byron');
  she.fill({ 'Last name': 'King' });
  await she.click('Send it now');
  expect(she.trail).toEqual(['POST /profile 303', 'GET /profile 200']);
  expect((await db('users').where({ id: ada.id }).first()).last_name).toBe('King');
});

test('of a message only what its writer said is shown: the kind as words, not what the page noted for itself', () => {
  const sent: [string, string][] = [
    ['seen', '124-0'],
    ['kind', 'note'],
    ['body', 'The cable was loose'],
  ];
  const form = {
    path: '/tickets/1/comments',
    from: '/',
    by: '',
    at: 0,
    hasFiles: false,
    secrets: [],
    fields: sent,
  };
  const shown = shownFields(form, text => text).filter(field => !field.isTechnical);
  expect(
    shown.map(({ label, options, value }) => [label, options?.find(one => one.value === value)?.label]),
  ).toEqual([
    ['Kind of message', 'Internal note'],
    ['Your text', undefined],
  ]);
  const [other] = shownFields({ ...form, fields: [['kind', 'imap']] }, text => text);
  expect(other).toMatchObject({ value: 'imap', options: undefined });
});

describe('whoever else signs in there', () => {
  const leftBehind = async (lost: (ada: { id: number }, she: Visitor) => Promise<unknown>) => {
    const [ada, bob] = [await account(), await account()];
    const browser = await visitor(app);
    await signIn(browser, ada.email);
    await lost(ada, browser);
    browser.form('Save').fill({ 'Last name': 'Byron' });
    await browser.click('Save');
    expect(browser.status).toBe(401);
    const sealed = browser.html.find('input[name=carried]').attr('value') ?? '';
    expect(sealed).not.toBe('');
    browser.fill({ 'Work email': bob.email, Password: PASSWORD });
    await browser.click('Sign in');
    return { ada, bob, browser, sealed };
  };

  test.each([
    ['was ended on the server', (ada: { id: number }) => lose(ada.id)],
    [
      'is gone from the store',
      (ada: { id: number }) => db('web_sessions').whereRaw(`(sess->>'userId')::int = ?`, [ada.id]).delete(),
    ],
    [
      'was left in another window',
      async (_ada: { id: number }, she: Visitor) => {
        const other = await visitor(app);
        for (const [name, value] of she.cookies) other.cookies.set(name, value);
        await other.get('/profile');
        await other.click('Sign out');
        she.cookies.clear();
        for (const [name, value] of other.cookies) she.cookies.set(name, value);
      },
    ],
  ])('sees nothing of what was typed, if the session %s', async (_, lost) => {
    const { browser } = await leftBehind(lost);
    expect(browser.path).toBe('/profile');
    expect(browser.html.heading).not.toBe('Send what you wrote');
    expect(browser.html.html).not.toContain('Byron');
  });

  test('cannot get at it by confirming a password either', async () => {
    const { browser, sealed } = await leftBehind(ada => lose(ada.id));
    await browser.get('/sign-in/confirmation?next=/profile');
    const form = browser.form('Confirm').fill({ Password: PASSWORD });
    const answer = await browser.request('/sign-in/confirmation', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: browser.origin },
      body: new URLSearchParams({ ...form.values, carried: sealed } as Record<string, string>).toString(),
    });
    expect(answer.status).toBe(303);
    expect(answer.text).not.toContain('Byron');
  });
});

test('what was written by somebody who had not signed in before comes back to whoever signs in', async () => {
  const ada = await account();
  const she = await visitor(app);
  await she.get('/sign-in');
  const reply = await she.request('/profile', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: she.origin },
    body: new URLSearchParams({ lastName: 'Byron' }).toString(),
  });
  const carried = /name="carried"\s+value="([^"]+)"/.exec(reply.text)?.[1] ?? '';
  await she.get('/sign-in');
  const { values } = she.form('Sign in').fill({ 'Work email': ada.email, Password: PASSWORD });
  const back = await she.request('/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: she.origin },
    body: new URLSearchParams({ ...values, carried } as Record<string, string>).toString(),
  });
  expect(back.text).toContain('value="Byron"');
});

test('it can be discarded', async () => {
  const ada = await account();
  const she = await visitor(app);
  await signIn(she, ada.email);
  await lose(ada.id);
  she.form('Save').fill({ 'Last name': 'Byron' });
  await she.click('Save');
  she.fill({ 'Work email': ada.email, Password: PASSWORD });
  await she.click('Sign in');
  await she.click('Discard it');
  expect(she.path).toBe('/profile');
  expect((await db('users').where({ id: ada.id }).first()).last_name).not.toBe('Byron');
});

test('a wrong password on the way does not lose it', async () => {
  const ada = await account();
  const she = await visitor(app);
  await signIn(she, ada.email);
  await lose(ada.id);
  she.form('Save').fill({ 'Last name': 'Byron' });
  await she.click('Save');
  she.fill({ 'Work email': ada.email, Password: 'wrong' });
  await she.click('Sign in');
  she.fill({ 'Work email': ada.email, Password: PASSWORD });
  await she.click('Sign in');
  expect(she.form('Send it now').values.lastName).toBe('Byron');
});

test('passwords are never carried', async () => {
  const ada = await account();
  const she = await visitor(app);
  await signIn(she, ada.email);
  await lose(ada.id);
  const form = she
    .form('Change password')
    .fill({ 'Current password': 'my current one', 'New password': 'my new one' });
  await she.submit(form);
  const sealed = she.html.find('input[name=carried]').attr('value') ?? '';
  expect(services.world.decrypt(sealed)).not.toMatch(/my new one|my current one/);
  she.fill({ 'Work email': ada.email, Password: PASSWORD });
  await she.click('Sign in');
  expect(she.html.control('Current password').attribs).toMatchObject({ type: 'password' });
  expect(she.html.control('Password').attribs.value).toBeUndefined();
});

test('one that was made up, is too old, or leads away is not shown', async () => {
  const ada = await account();
  const seal = (change: object) =>
    services.world.encrypt(
      JSON.stringify({
        purpose: 'carried-form',
        path: '/profile',
        from: '/',
        at: Date.now(),
        hasFiles: false,
        fields: [['lastName', 'Forged']],
        ...change,
      }),
    );
  const outcome = async (carried: string) => {
    const she = await visitor(app);
    await she.get('/sign-in');
    const fields = she.form('Sign in').fill({ 'Work email': ada.email, Password: PASSWORD }).values;
    const reply = await she.request('/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: she.origin },
      body: new URLSearchParams({ ...fields, carried }).toString(),
    });
    return reply.status;
  };
  expect(await outcome(seal({}))).toBe(200);
  expect(await outcome(seal({ at: Date.now() - 25 * 3_600_000 }))).toBe(303);
  expect(await outcome(seal({ path: '//evil.example' }))).toBe(303);
  expect(await outcome(seal({ purpose: 'phone' }))).toBe(303);
  expect(await outcome('made.up')).toBe(303);
});

test('more than 200 KB is not carried, and that is said', async () => {
  const ada = await account();
  const she = await visitor(app);
  await signIn(she, ada.email);
  await lose(ada.id);
  she.form('Save').fill({ 'Last name': 'x'.repeat(250_000) });
  await she.click('Save');
  expect(she.status).toBe(401);
  expect(she.html.alerts.join()).toContain('Go back in your browser');
});

test('htmx gets the sign-in form in place of the content; for what is only read it is sent there', async () => {
  const ada = await account();
  const she = await visitor(app);
  await signIn(she, ada.email);
  await lose(ada.id);
  const reply = await she.partial('/profile', { fields: { lastName: 'Byron' } });
  expect(reply.status).toBe(401);
  expect(reply.headers).toMatchObject({
    'hx-retarget': '#main',
    'hx-reswap': 'outerHTML',
    'hx-reselect': '#main',
  });
  expect(reply.html.find('#main input[name=carried]').attr('value')).toBeTruthy();
  const read = await she.partial('/profile');
  expect(read.status).toBe(401);
  expect(read.headers['hx-redirect']).toBe('/sign-in?next=%2Fprofile');
});

test('of a form with files the text is carried, and the files are to be chosen again', async () => {
  const she = await visitor(app);
  await she.get('/sign-in');
  const data = new FormData();
  data.append('subject', 'The printer smokes');
  data.append('files', file('smoke.txt', 'bytes'));
  const encoded = new Response(data);
  const reply = await she.request('/tickets', {
    method: 'POST',
    headers: { 'content-type': encoded.headers.get('content-type') ?? '', origin: she.origin },
    body: Buffer.from(await encoded.arrayBuffer()),
  });
  expect(reply.status).toBe(401);
  const sealed = /name="carried" value="([^"]+)"/.exec(reply.text)?.[1] ?? '';
  expect(JSON.parse(services.world.decrypt(sealed))).toMatchObject({
    path: '/tickets',
    hasFiles: true,
    fields: [['subject', 'The printer smokes']],
  });
});
