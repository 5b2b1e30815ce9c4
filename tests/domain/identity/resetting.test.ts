import { expect, test } from 'vitest';
import { acceptInvitation } from '../../../src/domain/identity/joining.ts';
import { loadSignedIn } from '../../../src/domain/identity/person.ts';
import {
  askForReset,
  changePassword,
  resetOwner,
  resetPassword,
} from '../../../src/domain/identity/resetting.ts';
import { checkCredentials } from '../../../src/domain/identity/signing-in.ts';
import { issueToken } from '../../../src/domain/identity/tokens.ts';
import { accounts, PASSWORD } from './accounts.ts';

const { db, stranger, account, as, mails, user, events } = await accounts();
const NEW = 'seven violet kettles sing';

test('a link sets the password once, ends every session and tells by mail', async () => {
  const ada = await account();
  await askForReset(stranger, ada.email.toUpperCase());
  const [mail] = await mails(ada.id);
  expect(mail?.template).toBe('password-reset');
  const secret = mail?.secret ?? '';
  expect((await resetOwner(stranger, secret))?.id).toBe(ada.id);

  expect((await resetPassword(stranger, secret, NEW))?.id).toBe(ada.id);
  expect(await resetPassword(stranger, secret, PASSWORD)).toBeUndefined();
  expect((await user(ada.id)).session_epoch).toBe(1);
  expect((await checkCredentials(stranger, ada.email, NEW)).user?.id).toBe(ada.id);
  expect((await checkCredentials(stranger, ada.email, PASSWORD)).refusal).toBe('wrong');
  expect((await mails(ada.id)).map(each => each.template)).toEqual(['password-reset', 'password-changed']);
});

test('nobody is written to for an unknown, suspended or rejected account', async () => {
  const out = await account({ status: 'suspended' });
  await askForReset(stranger, 'nobody@company.example');
  await askForReset(stranger, out.email);
  expect(await mails(out.id)).toEqual([]);
});

test('at most three links an hour', async () => {
  const ada = await account();
  for (let round = 0; round < 5; round += 1) await askForReset(stranger, ada.email);
  expect(await mails(ada.id)).toHaveLength(3);
});

test('a link is too old after an hour, and worth nothing once the account is suspended', async () => {
  const ada = await account();
  await askForReset(stranger, ada.email);
  const [mail] = await mails(ada.id);
  await db('users').where({ id: ada.id }).update({ status: 'suspended' });
  expect(await resetPassword(stranger, mail?.secret ?? '', NEW)).toBeUndefined();
  await db('users').where({ id: ada.id }).update({ status: 'active' });
  await db('user_tokens')
    .where({ user_id: ada.id })
    .update({ expires_at: db.raw("now() - interval '1 second'") });
  expect(await resetPassword(stranger, mail?.secret ?? '', NEW)).toBeUndefined();
});

test('a reset link proves the address too: who waits goes on waiting, for approval', async () => {
  const ada = await account({ status: 'pending', email_verified_at: null });
  await askForReset(stranger, ada.email);
  const [mail] = await mails(ada.id);
  await resetPassword(stranger, mail?.secret ?? '', NEW);
  const row = await user(ada.id);
  expect(row.email_verified_at).not.toBeNull();
  expect(row.status).toBe('pending');
});

test('changing needs the current password and keeps this device signed in', async () => {
  const ada = await account();
  const ctx = await as(ada.id);
  await expect(changePassword(ctx, { current: 'not it', next: NEW, deviceId: 1 })).rejects.toMatchObject({
    errors: { current: expect.any(String) },
  });
  await expect(changePassword(ctx, { current: PASSWORD, next: 'short', deviceId: 1 })).rejects.toMatchObject({
    errors: { password: expect.stringContaining('at least 12') },
  });
  const { epoch } = await changePassword(ctx, { current: PASSWORD, next: NEW, deviceId: 1 });
  expect((await loadSignedIn(db, ada.id))?.sessionEpoch).toBe(epoch);
  expect(epoch).toBe(1);
});

test('who was invited chooses a name and a password and is in', async () => {
  const made = await account({
    status: 'pending',
    password_hash: null,
    email_verified_at: null,
    source: 'invitation',
  });
  const token = await stranger.transaction(tx => issueToken(tx, made.id, 'invitation'));
  const joining = { firstName: 'Lin', lastName: 'Chen', password: NEW };
  await expect(
    acceptInvitation(stranger, token, { ...joining, password: 'password1234' }),
  ).rejects.toMatchObject({
    errors: { password: expect.any(String) },
  });
  expect(await acceptInvitation(stranger, token, joining)).toBe(made.id);
  expect(await acceptInvitation(stranger, token, joining)).toBeUndefined();
  expect(await user(made.id)).toMatchObject({ status: 'active', first_name: 'Lin' });
  expect(await events(made.id)).toEqual(['user.joined']);
});

test('an invitation does not bring back who was suspended', async () => {
  const made = await account({ status: 'suspended', source: 'invitation' });
  const token = await stranger.transaction(tx => issueToken(tx, made.id, 'invitation'));
  expect(
    await acceptInvitation(stranger, token, { firstName: 'Lin', lastName: 'Chen', password: NEW }),
  ).toBeUndefined();
});
