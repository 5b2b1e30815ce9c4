import { expect, test } from 'vitest';
import { Conflict } from '../../../src/domain/errors.ts';
import { findProfile, saveProfile } from '../../../src/domain/identity/profile.ts';
import { accounts } from './accounts.ts';

const { db, account, as, user } = await accounts();
const input = {
  firstName: 'Ada',
  lastName: 'Lovelace',
  phone: '+44 20 7946 0000',
  locale: 'en',
  timeZone: 'Europe/London',
  shortcuts: false,
};

test('own things are saved; the phone number is encrypted and no event shows it', async () => {
  const ada = await account();
  await saveProfile(await as(ada.id), input, 1);
  const row = await user(ada.id);
  expect(row).toMatchObject({
    last_name: 'Lovelace',
    time_zone: 'Europe/London',
    shortcuts: false,
    version: 2,
  });
  expect(row.phone_encrypted).not.toContain('7946');
  expect(await findProfile(await as(ada.id))).toMatchObject({ phone: '+44 20 7946 0000' });
  const events = await db('events').where({ object_id: ada.id, type: 'user.profile-changed' });
  expect(events).toHaveLength(1);
  expect(events[0].changes.phone).toEqual([false, true]);
  expect(JSON.stringify(events)).not.toContain('7946');
});

test('saving the same again writes nothing', async () => {
  const ada = await account();
  await saveProfile(await as(ada.id), input, 1);
  expect(await saveProfile(await as(ada.id), input, 1)).toEqual({ version: 2 });
  expect((await user(ada.id)).version).toBe(2);
});

test('what somebody else changed meanwhile is not overwritten', async () => {
  const ada = await account();
  await db('users').where({ id: ada.id }).update({ version: 5, last_name: 'Byron' });
  const refused = saveProfile(await as(ada.id), input, 1);
  await expect(refused).rejects.toThrow(Conflict);
  expect((await user(ada.id)).last_name).toBe('Byron');
});
