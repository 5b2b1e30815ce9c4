import { expect, test } from 'vitest';
import { Conflict, Forbidden } from '../../../src/domain/errors.ts';
import { changeLogo, openLogo, removeLogo } from '../../../src/domain/settings/branding.ts';
import { changeSettings, groupVersions } from '../../../src/domain/settings/changing.ts';
import { defaultSettings, loadSettings } from '../../../src/domain/settings/settings.ts';
import { accounts } from '../identity/accounts.ts';

const { account, as, db } = await accounts();
const admin = await as((await account({ role: 'admin' })).id);

test('a group is written with from and to; what did not change is no event', async () => {
  const wanted = { companyName: 'Halden Freight', companyHue: 205, helpLine: 'Phone 4000' };
  expect(await changeSettings(admin, 'company', wanted, 0)).toEqual({ changed: 2 });
  const { company } = await groupVersions(admin);
  expect(await changeSettings(admin, 'company', wanted, company)).toEqual({ changed: 0 });
  expect(await loadSettings(db)).toMatchObject({ companyName: 'Halden Freight', helpLine: 'Phone 4000' });
  const events = await db('events').where({ type: 'settings.changed', object_label: 'company' });
  expect(events.map(event => event.changes)).toEqual([
    { companyName: [defaultSettings.companyName, 'Halden Freight'], helpLine: ['', 'Phone 4000'] },
  ]);
});

test('two forms over the same version: the second shows both texts and writes nothing', async () => {
  const { files } = await groupVersions(admin);
  await changeSettings(admin, 'files', { maxFiles: 8 }, files);
  await expect(changeSettings(admin, 'files', { maxFiles: 3 }, files)).rejects.toMatchObject({
    conflicts: [{ field: 'Files in one message', theirs: '8', yours: '3' }],
  });
  await expect(changeSettings(admin, 'files', { maxFiles: 3 }, files)).rejects.toBeInstanceOf(Conflict);
  expect((await loadSettings(db)).maxFiles).toBe(8);
  // Another group is another form.
  await changeSettings(admin, 'access', { signUp: false }, (await groupVersions(admin)).access);
});

test('of many at once over one version exactly one is written', async () => {
  const { tickets } = await groupVersions(admin);
  const outcomes = await Promise.allSettled(
    [11, 12, 13, 14].map(pageSize => changeSettings(admin, 'tickets', { pageSize }, tickets)),
  );
  expect(outcomes.filter(outcome => outcome.status === 'fulfilled').length).toBe(1);
});

test('a logo is there in both sizes until it is removed, and its place is in no event', async () => {
  const pictures = { small: Buffer.from('small'), large: Buffer.from('large picture') };
  await changeLogo(admin, pictures, (await groupVersions(admin)).logo);
  const shown = { ...admin, settings: await loadSettings(db) };
  const large = await openLogo(shown, 'large');
  const chunks: Buffer[] = [];
  for await (const chunk of large ?? []) chunks.push(Buffer.from(chunk));
  expect(Buffer.concat(chunks).toString()).toBe('large picture');
  await removeLogo(admin, (await groupVersions(admin)).logo);
  expect((await loadSettings(db)).logoKey).toBeNull();
  const changes = await db('events')
    .where({ type: 'settings.changed', object_label: 'logo' })
    .orderBy('id')
    .pluck('changes');
  expect(changes).toEqual([{ logo: [false, true] }, { logo: [true, false] }]);
});

test('only admins change settings', async () => {
  const coordinator = await as((await account({ role: 'coordinator' })).id);
  await expect(changeSettings(coordinator, 'files', { maxFiles: 1 }, 0)).rejects.toBeInstanceOf(Forbidden);
});
