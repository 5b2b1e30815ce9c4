import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { PASSWORD } from '../../domain/identity/accounts.ts';
import { post } from '../../support/app.ts';
import { ageSessions } from '../../support/sessions.ts';
import { file, visitor } from '../../support/visitor.ts';
import { desk } from './desk.ts';

const { app, admin, account, db, mails, user, signedIn } = await desk();

test('somebody who waits is approved from the list, and can sign in then', async () => {
  const { id, email } = await account({ status: 'pending', first_name: 'Tessa', last_name: 'Bakker' });
  await admin.get('/admin');
  expect(admin.path).toBe('/admin/users');
  await admin.click('Approve Tessa Bakker');
  expect(admin.trail[0]).toBe(`POST /admin/users/${id}/approval 303`);
  expect(admin.html.notices.join()).toContain('Tessa Bakker can now sign in');
  expect((await mails(id)).map(mail => mail.template)).toEqual(['account-approved']);
  const tessa = await visitor(app);
  await tessa.get('/sign-in');
  tessa.fill({ 'Work email': email, Password: PASSWORD });
  await tessa.click('Sign in');
  expect(tessa.path).toBe('/');
});

test('somebody who waits is declined by the same form', async () => {
  const { id } = await account({ status: 'pending', first_name: 'João', last_name: 'Lopes' });
  await admin.get('/admin/users');
  await admin.click('Decline João Lopes');
  expect((await user(id)).status).toBe('rejected');
  expect((await mails(id)).map(mail => mail.template)).toEqual(['account-rejected']);
});

test('the list is searched, filtered, sorted and turned by plain links and forms', async () => {
  await db('settings').insert({ key: 'pageSize', value: '10' });
  for (let n = 0; n < 12; n += 1) await account({ last_name: `Quist${String.fromCharCode(97 + n)}` });
  await admin.get('/admin/users');
  admin.form('Show').fill({ 'Name, email or company ID': 'quist' });
  await admin.click('Show');
  expect(admin.html.find('#people tbody tr').length).toBe(10);
  await admin.click('Next');
  expect(admin.html.find('#people tbody tr').length).toBe(2);
  await admin.click('Previous');
  expect(admin.html.find('#people tbody tr').length).toBe(10);
  await admin.click('Name');
  expect(admin.html.find('#people tbody tr').first().text()).toContain('Quistl');
  await admin.get('/admin/users?q=nobody-of-this-name');
  expect(admin.html.has('Nobody matches these filters')).toBe(true);
  await db('settings').where({ key: 'pageSize' }).delete();
});

test('htmx gets the list alone', async () => {
  await admin.get('/admin/users');
  const reply = await admin.partial('/admin/users?q=quist', { target: 'section#people' });
  expect(reply.html.find('#people').length).toBe(1);
  expect(reply.text).not.toContain('<html');
  expect(reply.headers.vary).toContain('HX-Target');
});

test('the list comes as CSV with formulas made harmless, and that it was taken is recorded', async () => {
  await account({ last_name: '=cmd|calc', first_name: 'Quill' });
  await admin.get('/admin/users');
  const reply = await post(admin, '/admin/users.csv?q=quill');
  expect(reply.headers['content-type']).toContain('text/csv');
  expect(reply.headers['content-disposition']).toContain('users.csv');
  const [, row] = parse(reply.text, { bom: true }) as string[][];
  expect(row?.[0]).toBe("'=cmd|calc");
  const event = await db('events').where({ type: 'export.made' }).orderBy('id', 'desc').first();
  expect(event).toMatchObject({ object_label: 'users', data: { list: 'users', filter: { q: 'quill' } } });
});

test('a person is changed; what was wrong stays typed', async () => {
  const { id } = await account({ first_name: 'Ana', last_name: 'Petrovic' });
  const other = await account({ company_id: 'E-9' });
  const [team] = await db('teams').insert({ name: 'Night shift' }).returning('id');
  await admin.get(`/admin/users/${id}`);
  admin.fill({ 'First name': 'Anna', 'Company ID (optional)': 'E-9' });
  await admin.click('Save changes');
  expect(admin.status).toBe(422);
  expect(admin.html.title).toMatch(/^Error: /);
  expect(admin.html.alerts.join()).toContain('Another account has this company ID');
  expect(admin.html.control('First name').attribs.value).toBe('Anna');
  admin.fill({ 'Company ID (optional)': 'E-10', Role: 'Coordinator', 'Night shift': true });
  await admin.click('Save changes');
  expect(admin.trail[0]).toBe(`PUT /admin/users/${id} 303`.replace('PUT', 'POST'));
  expect(await user(id)).toMatchObject({ first_name: 'Anna', company_id: 'E-10', role: 'coordinator' });
  expect(await db('team_members').where({ user_id: id }).pluck('team_id')).toEqual([team.id]);
  expect((await user(other.id)).company_id).toBe('E-9');
});

test('two admins over the same version: the second sees both texts', async () => {
  const { id } = await account({ last_name: 'Braun' });
  const second = await signedIn({ role: 'admin' });
  await admin.get(`/admin/users/${id}`);
  await second.get(`/admin/users/${id}`);
  admin.fill({ 'Last name': 'Brown' });
  await admin.click('Save changes');
  second.fill({ 'Last name': 'Brawn' });
  await second.click('Save changes');
  expect(second.status).toBe(409);
  expect(second.html.alerts.join()).toContain('Last name Brown Brawn');
  expect((await user(id)).last_name).toBe('Brown');
  await second.click('Save changes');
  expect((await user(id)).last_name).toBe('Brawn');
  await db('users').where({ id: second.id }).update({ role: 'employee' });
});

test('a suspension throws the person out at once, and is undone by the same page', async () => {
  const stefan = await signedIn({ first_name: 'Stefan', last_name: 'Nagy' });
  await admin.get(`/admin/users/${stefan.id}`);
  await admin.click('Suspend Stefan Nagy');
  expect(admin.html.notices.join()).toContain('Stefan Nagy is suspended');
  await stefan.get('/profile');
  expect(stefan.path).toMatch(/^\/sign-in/);
  await admin.click('Reinstate Stefan Nagy');
  expect((await user(stefan.id)).status).toBe('active');
});

test('an hour after the password was typed, it is asked for before anybody is shut out or let in', async () => {
  const { id } = await account({ first_name: 'Ines', last_name: 'Costa' });
  for (const [button, before, after] of [
    ['Suspend Ines Costa', 'active', 'suspended'],
    ['Reinstate Ines Costa', 'suspended', 'active'],
  ] as const) {
    await admin.get(`/admin/users/${id}`);
    await ageSessions(db, 'confirmedAt', 60);
    await admin.click(button);
    expect(admin.html.heading).toBe('Confirm it is you');
    expect((await user(id)).status).toBe(before);
    admin.fill({ Password: PASSWORD });
    await admin.click('Confirm');
    expect(admin.path).toBe(`/admin/users/${id}`);
    expect(admin.html.notices.join()).toContain('press the button again');
    expect((await user(id)).status).toBe(before);
    await admin.click(button);
    expect((await user(id)).status).toBe(after);
  }
});

test('and before the list leaves the house', async () => {
  await admin.get('/admin/users?q=ines');
  await ageSessions(db, 'confirmedAt', 60);
  const made = await db('events').where({ type: 'export.made' }).count();
  await admin.click('Export CSV');
  expect(admin.status).toBe(403);
  expect(await db('events').where({ type: 'export.made' }).count()).toEqual(made);
  admin.fill({ Password: PASSWORD });
  await admin.click('Confirm');
  expect(admin.path).toBe('/admin/users?q=ines');
  await admin.click('Export CSV');
  expect(admin.headers['content-type']).toContain('text/csv');
});

test('the only admin is told why they cannot leave', async () => {
  await admin.get(`/admin/users/${admin.id}`);
  await admin.click('Suspend Kwame Mensah');
  expect(admin.html.text).toContain('This is the only active admin');
  admin.fill({ Role: 'Employee' });
  await admin.click('Save changes');
  expect(admin.status).toBe(422);
  expect(admin.html.alerts.join()).toContain('This is the only active admin');
});

test('people are invited, several at once, and again', async () => {
  await admin.get('/admin/users');
  await admin.click('Invite people');
  admin.fill({ 'Email addresses': 'one@new.example, not-one' });
  await admin.click('Send invitations');
  expect(admin.status).toBe(422);
  expect(admin.html.alerts.join()).toContain('not-one');
  admin.fill({ 'Email addresses': 'one@new.example\ntwo@new.example' });
  await admin.click('Send invitations');
  expect(admin.html.notices.join()).toContain('2 people were invited');
  const { id } = await db('users').where({ email: 'one@new.example' }).first('id');
  await admin.get(`/admin/users/${id}`);
  await admin.click('Invite again');
  expect((await mails(id)).length).toBe(2);
});

test('a file of people is checked first, then imported', async () => {
  await admin.get('/admin/users/import');
  await admin.click('Check the rows');
  expect(admin.status).toBe(422);
  admin.fill({
    'CSV file': file('people.csv', 'email,first_name\nlena@imported.example,Lena\nwrong,X\n', 'text/csv'),
  });
  await admin.click('Check the rows');
  expect(admin.html.has('1 people can be imported') || admin.html.has('One person can be imported')).toBe(
    true,
  );
  expect(await db('users').where({ email: 'lena@imported.example' }).first('id')).toBeUndefined();
  await admin.click(/^Import/);
  expect(admin.path).toBe('/admin/users');
  expect(await db('users').where({ email: 'lena@imported.example' }).first('status')).toEqual({
    status: 'active',
  });
});

test('a file that is too large is refused in words', async () => {
  await admin.get('/admin/users/import');
  admin.fill({ 'CSV file': file('big.csv', `email\n${'x'.repeat(1_100_000)}`, 'text/csv') });
  await admin.click('Check the rows');
  expect(admin.status).toBe(422);
  expect(admin.html.alerts.join()).toContain('at most 1 MB');
});
