import { expect, test } from 'vitest';
import { issueToken } from '../../../src/domain/identity/tokens.ts';
import { createApp } from '../../../src/web/app.ts';
import { accounts, PASSWORD } from '../../domain/identity/accounts.ts';
import { type Visitor, visitor } from '../../support/visitor.ts';

const { db, services, stranger, account, mails, user } = await accounts();
const app = await createApp(services);
await db('departments').insert([
  { name: 'Finance' },
  { name: 'Warehouse' },
  { name: 'Old', archived_at: new Date() },
]);
await account({ role: 'admin' });
const NEW = 'seven violet kettles sing';

async function signUp(who: Visitor, email: string, more: Record<string, string> = {}) {
  await who.get('/sign-up');
  who.fill({ 'First name': 'Grace', 'Last name': 'Hopper', 'Work email': email, Department: 'Finance' });
  who.fill({ Password: PASSWORD, ...more });
  await who.click('Ask for an account');
}

async function signIn(who: Visitor, email: string, password = PASSWORD) {
  await who.get('/sign-in?next=/profile');
  who.fill({ 'Work email': email, Password: password });
  await who.click('Sign in');
}

test('somebody asks for an account, confirms the address and waits', async () => {
  const she = await visitor(app);
  await she.get('/sign-in');
  await she.click('Ask for an account');
  expect(she.html.has('Old')).toBe(false);
  await signUp(she, 'grace@company.example');
  expect(she.html.heading).toBe('Check your mail');
  const made = await db('users').where({ email: 'grace@company.example' }).first();
  expect(made.department_id).not.toBeNull();

  await signIn(she, 'grace@company.example');
  expect(she.html.heading).toBe('Confirm your address first');
  await she.click('Send a new link');
  expect(she.html.heading).toBe('Check your mail');

  const links = await mails(made.id);
  const link = `/verify-email/${links.at(-1)?.secret}`;
  await she.get(`/verify-email/${links[0]?.secret}`);
  expect(she.status).toBe(410);
  await she.get(link);
  expect((await user(made.id)).email_verified_at).toBeNull();
  await she.click('Confirm my address');
  expect(she.html.heading).toBe('Your address is confirmed');
  expect((await user(made.id)).email_verified_at).not.toBeNull();
  await she.get(link);
  expect(she.html.heading).toBe('Your address is confirmed');

  await signIn(she, 'grace@company.example');
  expect(she.html.heading).toBe('Your account waits for approval');
});

test('a known address, a known company ID and new ones get the same answer', async () => {
  await account({ email: 'known@company.example', company_id: 'B-1' });
  const she = await visitor(app);
  const answers: unknown[] = [];
  for (const [email, id] of [
    ['known@company.example', 'B-900'],
    ['other@company.example', 'B-1'],
    ['fresh@company.example', 'B-901'],
  ] as const) {
    const start = performance.now();
    await signUp(she, email, { 'Company ID (optional)': id });
    const ms = performance.now() - start;
    expect(ms).toBeGreaterThan(390);
    answers.push({ status: she.status, page: she.html.text.replaceAll(email, 'EMAIL'), trail: she.trail });
  }
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
});

test('a resend and a reset say the same for everybody', async () => {
  const she = await visitor(app);
  const waiting = await account({ status: 'pending', email_verified_at: null });
  const texts: string[] = [];
  for (const email of [waiting.email, 'nobody@company.example']) {
    await she.get('/password-reset');
    she.fill({ 'Work email': email });
    await she.click('Send the link');
    texts.push(she.html.text.replaceAll(email, 'EMAIL'));
    await she.get('/verify-email/unknown-token-unknown-token');
    she.fill({ 'Work email': email });
    await she.click('Send a new link');
    texts.push(she.html.text.replaceAll(email, 'EMAIL'));
  }
  expect(texts.slice(2)).toEqual(texts.slice(0, 2));
});

test('what is wrong is said at the field, what was typed stays, the password does not', async () => {
  const she = await visitor(app);
  await signUp(she, 'not an address', { Password: 'short' });
  expect(she.status).toBe(422);
  expect(she.html.text).toContain('Enter an email address like name@company.com');
  expect(she.form('Ask for an account').values).toMatchObject({
    firstName: 'Grace',
    email: 'not an address',
    password: '',
  });
  await signUp(she, 'right@company.example', { Password: 'password1234' });
  expect(she.html.text).toContain('harder to guess');
});

test('fields that no form of ours has are refused: nobody makes themselves an admin', async () => {
  const she = await visitor(app);
  await she.get('/sign-up');
  const fields = { ...she.form('Ask for an account').values, firstName: 'Mal', lastName: 'Lory' };
  const reply = await she.request('/sign-up', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: she.origin },
    body: new URLSearchParams({
      ...fields,
      email: 'm@x.example',
      password: PASSWORD,
      role: 'admin',
    }).toString(),
  });
  expect(reply.status).toBe(422);
  expect(await db('users').where({ email: 'm@x.example' }).first()).toBeUndefined();
});

test('an account that somebody else began gets its password from the owner of the mailbox', async () => {
  const attacker = await visitor(app);
  await signUp(attacker, 'victim@company.example', { Password: 'the attackers own words' });
  const victim = await visitor(app);
  await signUp(victim, 'victim@company.example');
  const made = await db('users').where({ email: 'victim@company.example' }).first();
  await victim.get(`/verify-email/${(await mails(made.id)).at(-1)?.secret}`);
  await victim.click('Confirm my address');
  expect(victim.html.heading).toBe('Choose a new password');
  victim.fill({ 'New password': NEW });
  await victim.click('Change the password');
  expect(victim.path).toBe('/sign-in');
  await signIn(attacker, 'victim@company.example', 'the attackers own words');
  expect(attacker.status).toBe(422);
});

test('switched off, there is no sign-up and no link to it', async () => {
  await db('settings').insert({ key: 'signUp', value: 'false' });
  const she = await visitor(app);
  await she.get('/sign-in');
  expect(she.html.has('Ask for an account')).toBe(false);
  expect((await she.request('/sign-up')).status).toBe(404);
  await db('settings').where({ key: 'signUp' }).delete();
});

test('a forgotten password is chosen anew by a link that works once', async () => {
  const ada = await account();
  const old = await visitor(app);
  await signIn(old, ada.email);
  const she = await visitor(app);
  await she.get('/sign-in');
  await she.click('Forgot your password?');
  she.fill({ 'Work email': ada.email });
  await she.click('Send the link');
  const link = `/password-reset/${(await mails(ada.id))[0]?.secret}`;
  await she.get(link);
  she.fill({ 'New password': 'password1234' });
  await she.click('Change the password');
  expect(she.status).toBe(422);
  she.fill({ 'New password': NEW });
  await she.click('Change the password');
  expect(she.path).toBe('/sign-in');
  expect(she.html.notices.join()).toContain('Your password is changed');

  await old.get('/profile');
  expect(old.path).toContain('/sign-in');
  await signIn(she, ada.email, NEW);
  expect(she.html.heading).toBe('Your settings');
  await she.get(link);
  expect(she.status).toBe(410);
  expect(she.html.heading).toBe('This link does not work any more');
  await she.click('Ask for a new link');
  expect(she.html.heading).toBe('Choose a new password');
});

test('who was invited joins and is signed in', async () => {
  const made = await account({
    status: 'pending',
    password_hash: null,
    email_verified_at: null,
    source: 'invitation',
  });
  const token = await stranger.transaction(tx => issueToken(tx, made.id, 'invitation'));
  const she = await visitor(app);
  await she.get(`/invitations/${token}`);
  expect(she.html.has(made.email)).toBe(true);
  she.fill({ 'First name': 'Lin', 'Last name': 'Chen', Password: NEW });
  await she.click('Join');
  expect(she.trail[0]).toBe(`POST /invitations/${token} 303`);
  await she.get('/profile');
  expect(she.html.heading).toBe('Your settings');
  await she.get(`/invitations/${token}`);
  expect(she.status).toBe(410);
});
