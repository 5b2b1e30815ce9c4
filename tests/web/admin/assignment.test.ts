import { expect, test } from 'vitest';
import { pickUpTicket } from '../../../src/domain/tickets/assigning.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { as, db, makeTicket, makeUser, reload, signIn } = app;
const { it, hr, employee, coordinator, stranger, admin } = await usualPeople(app);
const kwame = await signIn(admin);
const marek = await signIn(coordinator);
const jonas = await signIn(employee);

const team = `/admin/teams/${it.id}`;
const ruleOf = () => db('team_assignments').where({ team_id: it.id }).first();

test('an admin chooses how a team’s tickets find an owner, and sees who is there', async () => {
  await kwame.get(team);
  const form = kwame.form('Save assignment');
  form.fill({
    'New tickets': 'Are given in turn (round robin)',
    'Most open tickets of one person (optional)': '12',
  });
  await kwame.click('Save assignment');
  expect(kwame.trail[0]).toBe(`POST ${team}/assignment 303`);
  expect(kwame.html.notices.join()).toContain('Assignment saved');
  expect(await ruleOf()).toMatchObject({
    method: 'round-robin',
    max_open: 12,
    sticky_days: null,
    version: 1,
  });
  expect(kwame.html.find('#assignment').text()).toContain('Marek');
  expect(await db('events').where({ type: 'team.assignment-changed', object_id: it.id })).toHaveLength(1);
});

test('a wrong number is refused with what was typed; an older form shows both versions and can be sent again', async () => {
  await kwame.get(team);
  kwame.form('Save assignment').fill({ 'Most open tickets of one person (optional)': '900' });
  await kwame.click('Save assignment');
  expect(kwame.status).toBe(422);
  expect(kwame.form('Save assignment').values.maxOpen).toBe('900');
  await kwame.get(team);
  await db('team_assignments').where({ team_id: it.id }).update({ max_open: 20, version: 2 });
  kwame.form('Save assignment').fill({ 'Most open tickets of one person (optional)': '30' });
  await kwame.click('Save assignment');
  expect(kwame.status).toBe(409);
  expect(kwame.html.text).toContain('Somebody else changed this meanwhile');
  await kwame.click('Save assignment');
  expect(await ruleOf()).toMatchObject({ max_open: 30, version: 3 });
});

test('only admins reach it, and no team means not found', async () => {
  const fields = { _method: 'PUT', version: '3', method: 'off' };
  for (const who of [marek, jonas]) {
    expect((await post(who, `${team}/assignment`, fields)).status).toBe(404);
    expect((await post(who, `/admin/users/${coordinator.id}/hand-over`, { toId: '' })).status).toBe(404);
    expect((await post(who, `/admin/users/${coordinator.id}/working-times`, fields)).status).toBe(404);
  }
  expect((await post(kwame, '/admin/teams/999999/assignment', fields)).status).toBe(404);
  expect((await ruleOf()).method).toBe('round-robin');
});

test('whoever is taken out of a team on its page gives the tickets back, and that is said', async () => {
  const leaver = await makeUser({ role: 'coordinator', teams: [it] });
  const ticket = await pickUpTicket(await as(leaver), await makeTicket({ by: employee, team: it }));
  await kwame.get(team);
  kwame.form('Save changes').fill({ [`${leaver.firstName} ${leaver.lastName} ${leaver.email}`]: false });
  await kwame.click('Save changes');
  expect(kwame.html.notices.join()).toContain('Team saved. One ticket went back to its queue');
  expect((await reload(ticket)).assigneeId).toBeNull();
});

test('a coordinator sets own hours and days away; wrong ones come back with what was typed', async () => {
  await marek.get('/profile');
  const form = marek.form('Save working hours');
  const own = 'Own hours In the time zone of the person. An end before the start is a night shift.';
  form.fill({ 'Working hours': own });
  form.fill({
    From: '07:30',
    To: '15:00',
    'First day away (optional)': '2031-08-10',
    'Last day away (optional)': '2031-08-01',
  });
  await marek.click('Save working hours');
  expect(marek.status).toBe(422);
  expect(marek.html.text).toContain('Enter a last day that is not before the first');
  expect(marek.form('Save working hours').values).toMatchObject({ from: '07:30', absentFrom: '2031-08-10' });
  marek.form('Save working hours').fill({ 'Last day away (optional)': '2031-08-20' });
  await marek.click('Save working hours');
  expect(marek.html.notices.join()).toContain('Your working hours are saved');
  expect(await db('working_times').where({ user_id: coordinator.id }).first()).toMatchObject({
    days: [1, 2, 3, 4, 5],
    starts: '07:30',
    ends: '15:00',
    absent_from: '2031-08-10',
    absent_until: '2031-08-20',
  });
  await jonas.get('/profile');
  expect(jonas.html.has('Working hours and absence')).toBe(false);
  expect((await post(jonas, '/profile/working-times', { version: '0' })).status).toBe(404);
});

test('away and available again, from the account menu, back on the same page', async () => {
  await marek.get('/queue/mine');
  await marek.click('Set yourself as away');
  expect(marek.trail[0]).toBe('POST /profile/availability 303');
  expect(marek.path).toBe('/queue/mine');
  expect(marek.html.text).toContain('Away · ');
  expect((await db('users').where({ id: coordinator.id }).first()).away_since).not.toBeNull();
  await marek.click('Set yourself as available');
  expect(marek.html.text).toContain('Available · ');
  expect((await post(jonas, '/profile/availability', { available: '0' })).status).toBe(404);
  expect(
    (await post(marek, '/profile/availability', { available: '0', next: 'https://evil.example/' })).headers
      .location,
  ).toBe('/profile');
  await post(marek, '/profile/availability', { available: '1' });
});

test('an admin sets the times of somebody and hands their tickets over', async () => {
  const page = `/admin/users/${coordinator.id}`;
  const ticket = await pickUpTicket(await as(coordinator), await makeTicket({ by: employee, team: it }));
  const triage = await pickUpTicket(await as(coordinator), await makeTicket({ by: employee }));
  await kwame.get(page);
  kwame.form('Save working hours').fill({ 'Working hours': 'As the company: 08:00 to 18:00' });
  await kwame.click('Save working hours');
  expect(kwame.html.notices.join()).toContain('Working hours saved');
  expect((await db('working_times').where({ user_id: coordinator.id }).first()).days).toBeNull();
  kwame
    .form('Hand over tickets')
    .fill({ 'Hand all open tickets to': `${stranger.firstName} ${stranger.lastName}` });
  await kwame.click('Hand over tickets');
  expect(kwame.html.notices.join()).toContain(
    'One ticket was handed over. One stays, since it is of another team.',
  );
  expect((await reload(ticket)).assigneeId).toBe(coordinator.id);
  expect((await reload(triage)).assigneeId).toBe(stranger.id);
  await kwame.click('Hand over tickets');
  expect((await reload(ticket)).assigneeId).toBeNull();
  expect(
    await db('events').where({ type: 'user.tickets-handed-over', object_id: coordinator.id }),
  ).toHaveLength(2);
  expect((await post(kwame, `${page}/hand-over`, { toId: String(employee.id) })).status).toBe(422);
});

test('the company’s hours are a part of the settings', async () => {
  await kwame.get('/admin/settings');
  kwame.form('Save working hours').fill({ From: '06:00', To: '22:00', Saturday: true });
  await kwame.click('Save working hours');
  expect(kwame.html.notices.join()).toContain('Settings saved');
  const { value } = await db('settings').where({ key: 'workHours' }).first();
  expect(value).toEqual({ days: [1, 2, 3, 4, 5, 6], from: '06:00', to: '22:00' });
  kwame.form('Save working hours').set('from', '25:00');
  await kwame.click('Save working hours');
  expect(kwame.status).toBe(422);
  expect(hr.id).toBeGreaterThan(0);
});
