import { expect, test } from 'vitest';
import { createAdmin, setUp, setupToken } from '../../../src/domain/identity/setting-up.ts';
import { checkCredentials } from '../../../src/domain/identity/signing-in.ts';
import { loadSettings } from '../../../src/domain/settings/settings.ts';
import { accounts, PASSWORD } from './accounts.ts';

const { db, stranger, user } = await accounts();
const input = {
  companyName: 'Halden Freight',
  firstName: 'Kwame',
  lastName: 'Mensah',
  email: 'kwame@halden.example',
  password: PASSWORD,
};

test('the token is the same for every process and at every start', async () => {
  const [first, second] = await Promise.all([setupToken(stranger), setupToken(stranger)]);
  expect(first).toMatch(/^[\w-]{43}$/);
  expect(second).toBe(first);
  expect(await setupToken(stranger)).toBe(first);
  const rows = await db('settings').select('value');
  expect(JSON.stringify(rows)).not.toContain(first);
});

test('a wrong token makes nobody', async () => {
  await expect(setUp(stranger, { ...input, token: 'guess' })).rejects.toMatchObject({
    errors: { token: expect.any(String) },
  });
  expect(await db('users').first()).toBeUndefined();
});

test('of several at once one becomes the first admin; then the page is gone for ever', async () => {
  const token = (await setupToken(stranger)) ?? '';
  const tries = ['a', 'b', 'c'].map(name =>
    setUp(stranger, { ...input, email: `${name}@halden.example`, token }),
  );
  const outcomes = await Promise.allSettled(tries);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const [admin] = await db('users');
  expect(admin).toMatchObject({ role: 'admin', status: 'active' });
  expect((await loadSettings(db)).companyName).toBe('Halden Freight');
  expect((await checkCredentials(stranger, admin.email, PASSWORD)).user?.id).toBe(admin.id);
  expect(await setupToken(stranger)).toBeUndefined();
  await expect(setUp(stranger, { ...input, token })).rejects.toThrow('Set up already');
});

test('the command line makes further admins, with a password or an invitation', async () => {
  const ready = await createAdmin(stranger, { ...input, email: 'ready@halden.example' });
  expect(ready.invitation).toBeUndefined();
  expect(await user(ready.userId)).toMatchObject({ role: 'admin', status: 'active' });
  const invited = await createAdmin(stranger, {
    ...input,
    email: 'invited@halden.example',
    password: undefined,
  });
  expect(invited.invitation).toMatch(/^[\w-]{43}$/);
  expect(await user(invited.userId)).toMatchObject({ role: 'admin', status: 'pending', password_hash: null });
  await expect(createAdmin(stranger, { ...input, email: 'READY@halden.example' })).rejects.toMatchObject({
    errors: { email: expect.any(String) },
  });
});
