import { expect, test } from 'vitest';
import { Conflict, Forbidden, Invalid, NotFound } from '../../../src/domain/errors.ts';
import {
  archiveDepartment,
  changeDepartment,
  createDepartment,
  findDepartment,
  listDepartments,
} from '../../../src/domain/identity/departments.ts';
import { everyPerson, findUser, listPeople, type PeopleFilter } from '../../../src/domain/identity/people.ts';
import {
  archiveTeam,
  changeTeam,
  createTeam,
  findTeam,
  listTeams,
} from '../../../src/domain/identity/teams.ts';
import { accounts } from './accounts.ts';

const { account, as, db } = await accounts();
const admin = await as((await account({ role: 'admin', last_name: 'Aaron' })).id);

test('pages go forth and back through everybody once, in the order of names', async () => {
  for (let n = 0; n < 25; n += 1) await account({ last_name: `Walker${String(n % 5)}`, first_name: 'Zoë' });
  const seen: number[] = [];
  let filter: PeopleFilter = { q: 'walker' };
  for (;;) {
    const page = await listPeople(admin, filter, 10);
    seen.push(...page.people.map(one => one.id));
    if (!page.hasNext) break;
    filter = { q: 'walker', after: page.people.at(-1)?.id };
  }
  expect(seen.length).toBe(25);
  expect(new Set(seen).size).toBe(25);
  const back = await listPeople(admin, { q: 'walker', before: seen[10] }, 10);
  expect(back.people.map(one => one.id)).toEqual(seen.slice(0, 10));
  expect(back.hasPrevious).toBe(false);
  const reversed = await listPeople(admin, { q: 'walker', descending: true }, 25);
  expect(reversed.people.map(one => one.id)).toEqual(seen.toReversed());
});

test.each(['díaz', 'diaz', 'DIA', 'rosa d', 'rosa.diaz@', 'Q-77'])('%j finds Rosa Díaz', async q => {
  await db('users').where({ company_id: 'Q-77' }).delete();
  await account({
    first_name: 'Rosa',
    last_name: 'Díaz',
    company_id: 'Q-77',
    email: 'rosa.diaz@company.example',
  });
  const { people } = await listPeople(admin, { q });
  expect(people.map(one => one.companyId)).toEqual(['Q-77']);
});

test.each(['%', '_', '\\', "'", 'iaz'])('%j is no wildcard', async q => {
  expect((await listPeople(admin, { q })).people).toEqual([]);
});

test('role and status narrow the list', async () => {
  const { id } = await account({ role: 'coordinator', status: 'suspended' });
  const { people } = await listPeople(admin, { role: 'coordinator', status: 'suspended' });
  expect(people.map(one => one.id)).toEqual([id]);
});

test('an export walks everybody in batches', async () => {
  const ids: number[] = [];
  for await (const one of everyPerson(admin, { q: 'walker' }, 4)) ids.push(one.id);
  expect(new Set(ids).size).toBe(25);
});

test('lists and people are for admins; an anonymised person is gone', async () => {
  const coordinator = await as((await account({ role: 'coordinator' })).id);
  await expect(listPeople(coordinator, {})).rejects.toBeInstanceOf(Forbidden);
  const { id } = await account({ anonymised_at: new Date() });
  await expect(findUser(admin, id)).rejects.toBeInstanceOf(NotFound);
  await expect(findUser(admin, -1)).rejects.toBeInstanceOf(NotFound);
});

test('a department has a manager by address, one name, and conflicts are shown', async () => {
  const manager = await account();
  const { id } = await createDepartment(admin, { name: 'Docks', managerEmail: manager.email });
  await expect(createDepartment(admin, { name: 'docks', managerEmail: '' })).rejects.toBeInstanceOf(Invalid);
  await expect(
    createDepartment(admin, { name: 'X', managerEmail: 'nobody@x.example' }),
  ).rejects.toMatchObject({
    errors: { managerEmail: expect.any(String) },
  });
  await changeDepartment(admin, { id, version: 1, name: 'Docks east', managerEmail: '' });
  expect(await findDepartment(admin, id)).toMatchObject({ name: 'Docks east', managerId: null, version: 2 });
  await expect(
    changeDepartment(admin, { id, version: 1, name: 'Docks west', managerEmail: '' }),
  ).rejects.toBeInstanceOf(Conflict);
  await archiveDepartment(admin, id, true);
  await archiveDepartment(admin, id, true);
  expect((await listDepartments(admin)).map(each => each.id)).not.toContain(id);
  await archiveDepartment(admin, id, false);
  expect((await listDepartments(admin)).map(each => each.id)).toContain(id);
});

test('only coordinators and admins join a team; a team in use is not archived', async () => {
  const coordinator = await account({ role: 'coordinator' });
  const employee = await account();
  const team = { name: 'IT support', description: '' };
  await expect(createTeam(admin, { ...team, memberIds: [employee.id] })).rejects.toBeInstanceOf(Invalid);
  const { id } = await createTeam(admin, { ...team, memberIds: [coordinator.id] });
  expect((await findTeam(admin, id)).members.map(one => one.id)).toEqual([coordinator.id]);
  await changeTeam(admin, { id, version: 1, ...team, description: 'Devices', memberIds: [] });
  expect(await findTeam(admin, id)).toMatchObject({ members: [], description: 'Devices', version: 2 });
  await expect(
    changeTeam(admin, { id, version: 1, ...team, description: 'Other', memberIds: [] }),
  ).rejects.toBeInstanceOf(Conflict);
  await db('categories').insert({ name: 'Scanners', team_id: id });
  await expect(archiveTeam(admin, id, true)).rejects.toBeInstanceOf(Invalid);
  await db('categories').where({ team_id: id }).update({ team_id: null });
  await archiveTeam(admin, id, true);
  expect((await listTeams(admin, { archived: true })).map(each => each.id)).toEqual([id]);
  await createTeam(admin, { ...team, memberIds: [] });
  await expect(archiveTeam(admin, id, false)).rejects.toBeInstanceOf(Invalid);
});
