import { expect, test } from 'vitest';
import { Invalid } from '../../../src/domain/errors.ts';
import { importUsers, previewUsers } from '../../../src/domain/identity/importing.ts';
import { inviteAgain, inviteUsers } from '../../../src/domain/identity/inviting.ts';
import { tokenOwner } from '../../../src/domain/identity/tokens.ts';
import { accounts } from './accounts.ts';

const { account, as, mails, user, db } = await accounts();
const admin = await as((await account({ role: 'admin' })).id);
const idOf = async (email: string): Promise<number> =>
  (await db('users').whereRaw('lower(email) = lower(?)', [email]).first('id')).id;

test('each new address gets an account and a link; a known one is named instead', async () => {
  const known = await account();
  const [team] = await db('teams').insert({ name: 'Support' }).returning('id');
  const result = await inviteUsers(admin, {
    emails: ['new.one@company.example', 'NEW.ONE@company.example', known.email],
    role: 'coordinator',
    teamId: team.id,
  });
  expect(result).toEqual({ invited: 1, known: [known.email] });
  const id = await idOf('new.one@company.example');
  expect(await user(id)).toMatchObject({ status: 'pending', role: 'coordinator', source: 'invitation' });
  const [mail] = await mails(id);
  expect(mail?.template).toBe('invitation');
  expect(await tokenOwner(db, 'invitation', mail?.secret ?? '')).toBe(id);
  expect(await db('team_members').where({ user_id: id }).pluck('team_id')).toEqual([team.id]);
});

test('a second invitation makes the first link useless', async () => {
  await inviteUsers(admin, { emails: ['again@company.example'], role: 'employee', teamId: null });
  const id = await idOf('again@company.example');
  await inviteAgain(admin, { userId: id });
  const [first, second] = await mails(id);
  expect(await tokenOwner(db, 'invitation', first?.secret ?? '')).toBeUndefined();
  expect(await tokenOwner(db, 'invitation', second?.secret ?? '')).toBe(id);
});

test('who has a password already is not invited again', async () => {
  const { id } = await account();
  await expect(inviteAgain(admin, { userId: id })).rejects.toBeInstanceOf(Invalid);
});

const CSV = `﻿Email;First name;Last name;Company ID;Department;Role
lena.fischer@company.example;Lena;Fischer;C-1;Warehouse;coordinator
not-an-address;X;Y;;;
lena.fischer@company.example;Lena;Again;;;
omar@company.example;Omar;Haddad;C-1;;
piet@company.example;Piet;de Vries;;Nowhere;
rosa@company.example;Rosa;Díaz;;;boss
ana@company.example;Ana;Petrović;;warehouse;
`;

test('a file is shown row by row before anything is written, then only its right rows are', async () => {
  await db('departments').insert({ name: 'Warehouse' });
  const before = (await db('users').select('id')).length;
  const preview = await previewUsers(admin, CSV);
  expect(preview.good).toBe(2);
  expect(preview.rows.map(row => [row.line, row.problem === null])).toEqual([
    [2, true],
    [3, false],
    [4, false],
    [5, false],
    [6, false],
    [7, false],
    [8, true],
  ]);
  expect((await db('users').select('id')).length).toBe(before);

  expect(await importUsers(admin, { text: CSV, invite: true })).toEqual({ imported: 2, left: 5 });
  const id = await idOf('lena.fischer@company.example');
  expect(await user(id)).toMatchObject({ status: 'active', role: 'coordinator', company_id: 'C-1' });
  expect((await mails(id)).map(mail => mail.template)).toEqual(['invitation']);
  expect(await importUsers(admin, { text: CSV, invite: true })).toEqual({ imported: 0, left: 7 });
});

test.each([
  ['nothing', ''],
  ['no heading', 'a,b\n1,2'],
  ['no rows', 'email,first_name'],
  ['a quote that never ends', 'email\n"x'],
])('%s is refused in words', async (_name, text) => {
  await expect(previewUsers(admin, text)).rejects.toBeInstanceOf(Invalid);
});
