import { expect, test } from 'vitest';
import { confirmAddress } from '../../../src/domain/identity/confirming.ts';
import { resendVerification, signUp } from '../../../src/domain/identity/signing-up.ts';
import { accounts, PASSWORD } from './accounts.ts';

const { db, stranger, account, mails, events, user } = await accounts({
  trustedDomains: ['trusted.example'],
});

const input = (email: string, more: Partial<Parameters<typeof signUp>[1]> = {}) => ({
  firstName: 'Grace',
  lastName: 'Hopper',
  email,
  companyId: '',
  departmentId: null,
  password: PASSWORD,
  ...more,
});
const byEmail = (email: string) => db('users').whereRaw('lower(email) = lower(?)', [email]).first();

test('a new person waits, and gets a link that confirms the address', async () => {
  await signUp(stranger, input('grace@company.example'));
  const made = await byEmail('grace@company.example');
  expect(made).toMatchObject({ status: 'pending', role: 'employee', email_verified_at: null });
  const [mail] = await mails(made.id);
  expect(mail?.template).toBe('verify-email');

  const admin = await account({ role: 'admin' });
  expect(await confirmAddress(stranger, mail?.secret ?? '')).toEqual({ status: 'pending' });
  expect((await user(made.id)).email_verified_at).not.toBeNull();
  expect((await mails(admin.id)).map(each => each.template)).toEqual(['account-waiting']);
  expect(await events(made.id)).toEqual(['user.signed-up', 'user.verified']);
});

test('a link confirms once', async () => {
  await signUp(stranger, input('once@company.example'));
  const made = await byEmail('once@company.example');
  const [mail] = await mails(made.id);
  const both = await Promise.all([
    confirmAddress(stranger, mail?.secret ?? ''),
    confirmAddress(stranger, mail?.secret ?? ''),
  ]);
  expect(both.filter(Boolean)).toHaveLength(1);
});

test('an address of a trusted domain is active once it is confirmed, not before', async () => {
  await signUp(stranger, input('eve@Trusted.example'));
  const made = await byEmail('eve@trusted.example');
  expect(made.status).toBe('pending');
  const [mail] = await mails(made.id);
  expect(await confirmAddress(stranger, mail?.secret ?? '')).toEqual({ status: 'active' });
  expect((await mails(made.id)).map(each => each.template)).toEqual(['verify-email', 'account-approved']);
});

test('a domain that only ends like a trusted one is not trusted', async () => {
  await signUp(stranger, input('eve@untrusted.example'));
  const made = await byEmail('eve@untrusted.example');
  const [mail] = await mails(made.id);
  expect(await confirmAddress(stranger, mail?.secret ?? '')).toEqual({ status: 'pending' });
});

test('the owner of a known address is told by mail, at most once an hour, and nothing of theirs changes', async () => {
  const known = await account();
  const before = await user(known.id);
  await signUp(stranger, input(known.email.toUpperCase()));
  await signUp(stranger, input(known.email));
  expect((await mails(known.id)).map(each => each.template)).toEqual(['account-exists']);
  expect(await user(known.id)).toEqual(before);
});

test('a company ID that somebody has makes an account without it and tells the admin', async () => {
  await account({ company_id: 'B-77' });
  await signUp(stranger, input('second@company.example', { companyId: 'b-77' }));
  const made = await byEmail('second@company.example');
  expect(made.company_id).toBeNull();
  const event = await db('events').where({ object_id: made.id, type: 'user.signed-up' }).first();
  expect(event.data).toEqual({ wantedCompanyId: 'b-77' });
});

test('who signed up first with an address that is not theirs does not keep a password there', async () => {
  await signUp(stranger, input('victim@company.example', { password: 'the attackers own words' }));
  await signUp(stranger, input('victim@company.example'));
  const made = await byEmail('victim@company.example');
  expect(made.password_hash).toBeNull();
  const links = await mails(made.id);
  expect(await confirmAddress(stranger, links[0]?.secret ?? '')).toBeUndefined();
  const confirmed = await confirmAddress(stranger, links[1]?.secret ?? '');
  expect(confirmed?.passwordToken).toMatch(/^[\w-]{43}$/);
});

test('a stranger cannot make us write to an address without end', async () => {
  await signUp(stranger, input('flood@company.example'));
  for (let round = 0; round < 5; round += 1) await resendVerification(stranger, 'flood@company.example');
  const made = await byEmail('flood@company.example');
  expect(await mails(made.id)).toHaveLength(3);
});

test('twenty at once with one address make one account', async () => {
  await Promise.all(Array.from({ length: 20 }, () => signUp(stranger, input('twenty@company.example'))));
  expect(await db('users').where({ email: 'twenty@company.example' })).toHaveLength(1);
});

test('a guessable password and a department that is not there are refused', async () => {
  await expect(
    signUp(stranger, input('weak@company.example', { password: 'password1234' })),
  ).rejects.toMatchObject({ errors: { password: expect.stringContaining('harder to guess') } });
  await expect(signUp(stranger, input('weak@company.example', { departmentId: 99 }))).rejects.toMatchObject({
    errors: { departmentId: 'Choose your department' },
  });
  expect(await byEmail('weak@company.example')).toBeUndefined();
});

test('no event holds a password or a token', async () => {
  const rows = await db('events').select('changes', 'data', 'object_label');
  const links = await db('user_tokens').pluck('token_hash');
  const text = JSON.stringify(rows);
  expect(text).not.toContain(PASSWORD);
  expect(links.some(hash => text.includes(hash))).toBe(false);
});
