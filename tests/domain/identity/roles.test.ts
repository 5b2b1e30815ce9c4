import { beforeEach, expect, test } from 'vitest';
import { Conflict, Forbidden, Invalid } from '../../../src/domain/errors.ts';
import { loadSignedIn } from '../../../src/domain/identity/person.ts';
import { reinstateUser } from '../../../src/domain/identity/suspending.ts';
import { changeUser, suspendUser } from '../../../src/domain/tickets/leaving.ts';
import { accounts } from './accounts.ts';

const { account, as, user, db } = await accounts();

beforeEach(async () => {
  await db('users').where({ role: 'admin' }).update({ role: 'employee' });
});

const changes = async (id: number, wanted: Record<string, unknown> = {}) => {
  const row = await user(id);
  return {
    userId: id,
    version: row.version,
    firstName: row.first_name,
    lastName: row.last_name,
    email: row.email,
    companyId: row.company_id ?? '',
    departmentId: row.department_id,
    role: row.role,
    teamIds: [] as number[],
    ...wanted,
  };
};

const activeAdmins = async () =>
  (await db('users').where({ role: 'admin', status: 'active' }).select('id')).length;

test('the only active admin can be neither demoted nor suspended', async () => {
  const { id } = await account({ role: 'admin' });
  await account({ role: 'admin', status: 'suspended' });
  const admin = await as(id);
  await expect(changeUser(admin, await changes(id, { role: 'employee' }))).rejects.toBeInstanceOf(Invalid);
  await expect(suspendUser(admin, { userId: id })).rejects.toBeInstanceOf(Invalid);
  expect(await activeAdmins()).toBe(1);
});

test('two admins who demote or suspend each other at once leave one', async () => {
  for (let round = 0; round < 8; round += 1) {
    await db('users').where({ role: 'admin' }).update({ role: 'employee' });
    const [one, two] = [await account({ role: 'admin' }), await account({ role: 'admin' })];
    const [first, second] = [await as(one.id), await as(two.id)];
    const outcomes = await Promise.allSettled([
      changeUser(first, await changes(two.id, { role: 'employee' })),
      round % 2
        ? suspendUser(second, { userId: one.id })
        : changeUser(second, await changes(one.id, { role: 'coordinator' })),
    ]);
    expect(outcomes.filter(outcome => outcome.status === 'fulfilled').length).toBe(1);
    expect(await activeAdmins()).toBe(1);
  }
});

test('another role ends the sessions of the person, other changes do not', async () => {
  const admin = await as((await account({ role: 'admin' })).id);
  const { id } = await account({ role: 'coordinator' });
  await changeUser(admin, await changes(id, { firstName: 'Grace' }));
  expect((await user(id)).session_epoch).toBe(0);
  await changeUser(admin, await changes(id, { role: 'employee' }));
  expect((await user(id)).session_epoch).toBe(1);
  await changeUser(admin, await changes(id, { role: 'admin' }));
  expect((await user(id)).session_epoch).toBe(2);
});

test('a suspension works at once, gives open tickets back, and can be undone', async () => {
  const admin = await as((await account({ role: 'admin' })).id);
  const { id } = await account({ role: 'coordinator' });
  const [ticket] = await db('tickets')
    .insert({
      subject: 'Scanner',
      status: 'open',
      status_kind: 'open',
      priority: 'medium',
      requester_id: (await account()).id,
      assignee_id: id,
      source: 'web',
    })
    .returning('id');
  expect(await suspendUser(admin, { userId: id })).toMatchObject({ released: 1 });
  expect(await suspendUser(admin, { userId: id })).toMatchObject({ released: 0 });
  expect(await loadSignedIn(db, id)).toBeUndefined();
  expect((await db('tickets').where({ id: ticket.id }).first()).assignee_id).toBeNull();
  await reinstateUser(admin, { userId: id });
  expect((await loadSignedIn(db, id))?.person.id).toBe(id);
});

test('who becomes an employee leaves the teams and the tickets', async () => {
  const admin = await as((await account({ role: 'admin' })).id);
  const [team] = await db('teams').insert({ name: 'IT' }).returning('id');
  const { id } = await account({ role: 'coordinator' });
  await changeUser(admin, await changes(id, { teamIds: [team.id] }));
  expect(await db('team_members').where({ user_id: id }).pluck('team_id')).toEqual([team.id]);
  await changeUser(admin, await changes(id, { role: 'employee', teamIds: [team.id] }));
  expect(await db('team_members').where({ user_id: id })).toEqual([]);
});

test('a change over an older version shows both, an equal one is none', async () => {
  const admin = await as((await account({ role: 'admin' })).id);
  const { id } = await account();
  const mine = await changes(id, { firstName: 'Mine' });
  await changeUser(admin, await changes(id, { firstName: 'Theirs' }));
  await expect(changeUser(admin, mine)).rejects.toBeInstanceOf(Conflict);
  await expect(changeUser(admin, mine)).rejects.toMatchObject({
    conflicts: [{ field: 'First name', theirs: 'Theirs', yours: 'Mine' }],
  });
  await changeUser(admin, { ...mine, firstName: 'Theirs' });
});

test('an address or company ID of somebody else is refused at its field', async () => {
  const admin = await as((await account({ role: 'admin' })).id);
  const other = await account({ company_id: 'E-100' });
  const { id } = await account();
  await expect(
    changeUser(admin, await changes(id, { email: other.email.toUpperCase() })),
  ).rejects.toMatchObject({ errors: { email: expect.any(String) } });
  await expect(changeUser(admin, await changes(id, { companyId: 'e-100' }))).rejects.toMatchObject({
    errors: { companyId: expect.any(String) },
  });
});

test('only admins change people', async () => {
  const coordinator = await as((await account({ role: 'coordinator' })).id);
  const { id } = await account();
  await expect(changeUser(coordinator, await changes(id))).rejects.toBeInstanceOf(Forbidden);
  await expect(suspendUser(coordinator, { userId: id })).rejects.toBeInstanceOf(Forbidden);
});
