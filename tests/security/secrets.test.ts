import { expect, test } from 'vitest';
import { buildConfig } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/env.ts';
import { inviteAgain, inviteUsers } from '../../src/domain/identity/inviting.ts';
import { acceptInvitation } from '../../src/domain/identity/joining.ts';
import { passwordProblem } from '../../src/domain/identity/passwords.ts';
import { askForReset, resetPassword } from '../../src/domain/identity/resetting.ts';
import { signUp } from '../../src/domain/identity/signing-up.ts';
import { deliverDue } from '../../src/domain/notifications/sending.ts';
import { defaultSettings } from '../../src/domain/settings/settings.ts';
import { composeMail } from '../../src/mail/mailer.ts';
import { createSealer } from '../../src/platform/crypto.ts';
import { accounts, PASSWORD } from '../domain/identity/accounts.ts';

const { db, services, stranger, account, as, mails } = await accounts();
const admin = await account({ role: 'admin' });

test('an error of the database names no value: not in the log, not on the page of failed work', async () => {
  const error = await db('users')
    .insert({ email: 'x@company.example', role: 'no-such-role', password_hash: 'a-digest-nobody-reads' })
    .catch((refused: Error) => refused);
  expect(String(error)).toContain('insert into');
  expect(String(error)).not.toContain('a-digest-nobody-reads');
  expect(String(error)).not.toContain('x@company.example');
});

test('an invitation is over once there is a password, however that came about', async () => {
  await inviteUsers(await as(admin.id), { emails: ['new@company.example'], role: 'employee', teamId: null });
  const { id } = await db('users').where({ email: 'new@company.example' }).first('id');
  await inviteAgain(await as(admin.id), { userId: id });
  const invitation = (await mails(id)).at(-1)!.secret;
  await askForReset(stranger, 'new@company.example');
  const reset = (await mails(id)).at(-1)!.secret;
  expect(await resetPassword(stranger, reset, PASSWORD)).toBeDefined();
  const taken = { firstName: 'Eve', lastName: 'Il', password: 'another quite long one' };
  expect(await acceptInvitation(stranger, invitation, taken)).toBeUndefined();
  await db('user_tokens').where({ user_id: id, purpose: 'invitation' }).update({ used_at: null });
  expect(await acceptInvitation(stranger, invitation, taken)).toBeUndefined();
});

test('taking an invitation up ends the links that were mailed beside it', async () => {
  await inviteUsers(await as(admin.id), { emails: ['two@company.example'], role: 'employee', teamId: null });
  const { id } = await db('users').where({ email: 'two@company.example' }).first('id');
  const invitation = (await mails(id)).at(-1)!.secret;
  await askForReset(stranger, 'two@company.example');
  const reset = (await mails(id)).at(-1)!.secret;
  const taken = { firstName: 'Two', lastName: 'Links', password: PASSWORD };
  expect(await acceptInvitation(stranger, invitation, taken)).toBe(id);
  expect(await resetPassword(stranger, reset, 'another quite long one')).toBeUndefined();
});

test('what a stranger types when signing up stands nowhere in the mail to that address', async () => {
  const words = 'Claim your prize at evil.example';
  await signUp(
    { ...stranger, settings: defaultSettings },
    {
      firstName: words,
      lastName: words,
      email: 'victim@other.example',
      companyId: words,
      departmentId: null,
      password: PASSWORD,
    },
  );
  const sent: string[] = [];
  const { config, translator } = services;
  const context = await services.contextFor({ kind: 'system', name: 'test' });
  await deliverDue(context, {
    deliver: async letter => {
      sent.push(JSON.stringify(composeMail(letter, config, translator)));
      return { result: 'sent', message: null };
    },
  });
  const own = sent.filter(mail => mail.includes('victim@other.example'));
  expect(own).toHaveLength(1);
  expect(own.join()).not.toContain('evil.example');
});

test('secrets that stand in the source are good for this machine alone', () => {
  const named = { DATABASE_URL: 'postgres://db.internal/helpdesk' };
  expect(buildConfig(readEnv(named)).http.host).toBe('127.0.0.1');
  expect(() => buildConfig(readEnv({ ...named, HOST: '0.0.0.0' }))).toThrow(/SESSION_SECRET/);
  const own = {
    SESSION_SECRET: 'Zr8vQm2LxT5bNc9KpWd3HsYe6UaGj1Fo',
    ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
  };
  expect(buildConfig(readEnv({ ...named, ...own })).http.host).toBe('0.0.0.0');
});

test('a sealed value whose seal was shortened does not open', () => {
  const { encrypt, decrypt } = createSealer([{ id: 'k', key: Buffer.alloc(32, 1) }]);
  const [id, body] = encrypt('').split('.');
  const short = Buffer.from(body!, 'base64url')
    .subarray(0, 12 + 4)
    .toString('base64url');
  expect(() => decrypt(`${id}.${short}`)).toThrow();
});

test('what leaked most often is refused: as it is, twice over, and with figures about a word', () => {
  const ctx = { t: (text: string) => text, settings: defaultSettings };
  const taken = ['1qaz2wsx3edc4rfv', 'qazwsxedcrfvtgb', 'counterstrike', 'FinalFantasy', '1234567812345678'];
  for (const password of [
    ...taken,
    'Chocolate-1987',
    'snowboard2026!',
    'jessica19991224',
    '$unshine$unshine',
  ])
    expect(passwordProblem(ctx, password), password).toBeTruthy();
  for (const password of [
    '4839-2048-abc-1193',
    'sunshine over the quay',
    'kTq7-Wm2x-9Lrz-Pd4v',
    'chocolate snowboard',
  ])
    expect(passwordProblem(ctx, password), password).toBeUndefined();
});

test('common passwords are refused in their usual disguises', () => {
  const ctx = { t: (text: string) => text, settings: { ...defaultSettings, companyName: 'Nordwind' } };
  for (const password of ['P@ssw0rd!2026', 'Passw0rd1234', 'W3lcome-2026!', 'N0rdwind2026!', 'Qwerty123456!'])
    expect(passwordProblem(ctx, password), password).toBeTruthy();
  for (const password of [PASSWORD, 'xK4!vR2#mQ9z', 'the 4th cat sat at 10'])
    expect(passwordProblem(ctx, password), password).toBeUndefined();
});
