import { expect, test } from 'vitest';
import { Conflict, Forbidden, Invalid, NotFound } from '../../../src/domain/errors.ts';
import {
  archiveCategory,
  type CategoryInput,
  categoryTree,
  changeCategory,
  createCategory,
  findCategory,
  moveCategory,
} from '../../../src/domain/tickets/categories.ts';
import { deskChoices } from '../../../src/domain/tickets/choices.ts';
import { accounts } from '../identity/accounts.ts';

const { account, as, db } = await accounts();
const admin = await as((await account({ role: 'admin' })).id);
const category = (values: Partial<CategoryInput>): CategoryInput => ({
  name: 'IT',
  parentId: null,
  description: '',
  teamId: null,
  defaultPriority: 'medium',
  ...values,
});
const names = async () =>
  (await categoryTree(admin)).map(main => [main.name, ...main.children.map(inner => inner.name)]);

test('categories stand in the order of the admin, one level deep', async () => {
  const it = await createCategory(admin, category({}));
  const hr = await createCategory(admin, category({ name: 'HR' }));
  const vpn = await createCategory(admin, category({ name: 'VPN', parentId: it.id }));
  await createCategory(admin, category({ name: 'Scanners', parentId: it.id, defaultPriority: 'high' }));
  expect(await names()).toEqual([['IT', 'VPN', 'Scanners'], ['HR']]);

  await moveCategory(admin, vpn.id, 'down');
  await moveCategory(admin, hr.id, 'up');
  await moveCategory(admin, hr.id, 'up');
  expect(await names()).toEqual([['HR'], ['IT', 'Scanners', 'VPN']]);

  await expect(createCategory(admin, category({ name: 'Deep', parentId: vpn.id }))).rejects.toBeInstanceOf(
    Invalid,
  );
  await expect(
    changeCategory(admin, { id: it.id, version: 1, ...category({ parentId: hr.id }) }),
  ).rejects.toMatchObject({
    errors: { parentId: expect.any(String) },
  });
  await expect(createCategory(admin, category({ name: 'vpn', parentId: it.id }))).rejects.toMatchObject({
    errors: { name: expect.any(String) },
  });

  await archiveCategory(admin, it.id, true);
  expect(await names()).toEqual([['HR']]);
  await expect(archiveCategory(admin, vpn.id, false)).rejects.toBeInstanceOf(Invalid);
  await archiveCategory(admin, it.id, false);
  expect(await names()).toEqual([['HR'], ['IT', 'Scanners', 'VPN']]);
});

test('a change is one version and one event, over an older version a conflict', async () => {
  const [team] = await db('teams').insert({ name: 'Facilities' }).returning('id');
  const { id } = await createCategory(admin, category({ name: 'Doors' }));
  await changeCategory(admin, { id, version: 1, ...category({ name: 'Doors and badges', teamId: team.id }) });
  expect(await findCategory(admin, id)).toMatchObject({ teamName: 'Facilities', version: 2 });
  const event = await db('events').where({ type: 'category.changed', object_id: id }).first();
  expect(event.changes).toEqual({ name: ['Doors', 'Doors and badges'], teamId: [null, team.id] });
  expect(event.data.names.teamId).toEqual([null, 'Facilities']);
  await expect(
    changeCategory(admin, { id, version: 1, ...category({ name: 'Gates' }) }),
  ).rejects.toBeInstanceOf(Conflict);
});

test('the desk chooses a category before those inside it, wherever it stands among them', async () => {
  const main = await createCategory(admin, category({ name: 'Third main' }));
  await createCategory(admin, category({ name: 'First inside', parentId: main.id }));
  const { categories } = await deskChoices(admin);
  const named = categories.filter(one => [one.name, one.parent].includes('Third main'));
  expect(named.map(one => one.name)).toEqual(['Third main', 'First inside']);
});

test('only admins shape categories', async () => {
  const coordinator = await as((await account({ role: 'coordinator' })).id);
  await expect(createCategory(coordinator, category({ name: 'Mine' }))).rejects.toBeInstanceOf(Forbidden);
  await expect(findCategory(admin, 999_999)).rejects.toBeInstanceOf(NotFound);
});
