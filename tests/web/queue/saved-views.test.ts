import { describe, expect, test } from 'vitest';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { db, signIn, makeTicket, makeUser, follow } = app;
const { it, hr, employee, coordinator, stranger, admin } = await usualPeople(app);
const colleague = await makeUser({ role: 'coordinator', teams: [it], firstName: 'Ana' });
const marek = await signIn(coordinator);
const ana = await signIn(colleague);
const aisha = await signIn(stranger);
const kwame = await signIn(admin);
const jonas = await signIn(employee);
for (let i = 1; i <= 3; i += 1)
  await makeTicket({
    by: employee,
    team: it,
    subject: `Scanner ${i}`,
    impact: i === 1 ? 'stopped' : 'a-little',
  });
await makeTicket({ by: employee, team: hr, subject: 'Payslip canary', impact: 'stopped' });
await follow();

type Who = typeof marek;
const subjects = (who: Who) =>
  who.html
    .find('.q-sub a')
    .toArray()
    .map(link => who.html.textOf(link));
const listed = (who: Who) =>
  who.html
    .find('#saved-views li')
    .toArray()
    .map(entry => who.html.textOf(entry));
const idOf = async (name: string) => (await db('saved_views').where({ name }).first('id')).id as number;

async function save(who: Who, from: string, name: string, fields: Record<string, unknown> = {}) {
  await who.get(from);
  await who.click('Save this view');
  who.form('Save view').fill({ Name: name, ...(fields as Record<string, string>) });
  await who.click('Save view');
}

test('a list with filters gets a name, and opens as it was, with its count in the sidebar', async () => {
  await save(marek, '/queue/all?priority=urgent&sort=oldest', 'Urgent ones');
  expect(marek.path).toBe(`/queue/v-${await idOf('Urgent ones')}`);
  expect(marek.html.heading).toBe('Urgent ones 1');
  expect(subjects(marek)).toEqual(['Scanner 1']);
  expect(listed(marek)).toEqual(['Urgent ones1']);
  expect(marek.html.text).toContain('Priority: Urgent');
});

test('a name is asked for, and what was chosen stays', async () => {
  await marek.get('/queue/all?status=new');
  await marek.click('Save this view');
  marek.form('Save view').fill({ Name: ' ', 'A team': true });
  await marek.click('Save view');
  expect(marek.status).toBe(422);
  expect(marek.html.text).toContain('Enter a name');
  expect(marek.form('Save view').values.scope).toBe('team');
});

test('the same form sent again makes one view', async () => {
  await marek.get('/queue/all/saving?status=open');
  const fields = { _key: 'twice-the-same-key', name: 'Once', scope: 'own', teamId: '' };
  for (let i = 0; i < 3; i += 1) await post(marek, '/queue/all/saving?status=open', fields);
  expect(await db('saved_views').where({ name: 'Once' })).toHaveLength(1);
  await db('saved_views').where({ name: 'Once' }).delete();
});

test('a filter of the view is taken off for the moment, and put back by its address', async () => {
  const path = `/queue/v-${await idOf('Urgent ones')}`;
  await marek.get(path);
  await marek.click('Remove filter: Priority: Urgent');
  expect(subjects(marek)).toHaveLength(3);
  await marek.click('Clear filters');
  expect(marek.path).toBe(path);
  expect(subjects(marek)).toEqual(['Scanner 1']);
});

describe('who sees a view', () => {
  test('the own one is nobody else’s: not there, not to be changed, not to be deleted', async () => {
    const id = await idOf('Urgent ones');
    for (const who of [ana, aisha, kwame]) {
      await who.get('/queue/all');
      expect(listed(who)).toEqual([]);
      await who.get(`/queue/v-${id}`);
      expect(who.status).toBe(404);
      await who.get('/queue/all');
      for (const [path, fields] of [
        [`/queue/views/${id}`, { _method: 'PUT', name: 'Mine now', scope: 'own', teamId: '', version: '1' }],
        [`/queue/views/${id}`, { _method: 'DELETE', confirmed: '1' }],
        [`/queue/views/${id}/position`, { direction: 'up' }],
        [`/queue/v-${id}/saving`, { _method: 'PUT' }],
      ] as const)
        expect((await post(who, path, fields)).status, path).toBe(404);
    }
    expect(await db('saved_views').where({ id }).first()).toMatchObject({ name: 'Urgent ones', version: 1 });
  });

  test('a team’s is shown to its members with a lock, and changed by its owner and admins only', async () => {
    await save(marek, '/queue/all?priority=urgent', 'Team urgent', { 'A team': true });
    const id = await idOf('Team urgent');
    await ana.get(`/queue/v-${id}`);
    expect(subjects(ana)).toEqual(['Scanner 1']);
    expect(ana.html.find('#saved-views use').attr('href')).toContain('#i-lock');
    await ana.get('/queue/all');
    const fields = { _method: 'PUT', name: 'Taken', scope: 'team', teamId: String(it.id), version: '1' };
    expect((await post(ana, `/queue/views/${id}`, fields)).status).toBe(403);
    await aisha.get(`/queue/v-${id}`);
    expect(aisha.status).toBe(404);
    await kwame.get(`/queue/views/${id}`);
    kwame.form('Save view').fill({ Name: 'Team, urgent' });
    await kwame.click('Save view');
    expect(await db('saved_views').where({ id }).first()).toMatchObject({ name: 'Team, urgent', version: 2 });
  });

  test('everyone’s is an admin’s to make, and widens nobody’s sight', async () => {
    await marek.get('/queue/all');
    const refused = await post(marek, '/queue/all/saving?priority=urgent', {
      name: 'For all',
      scope: 'everyone',
      teamId: '',
    });
    expect(refused.status).toBe(422);
    await save(kwame, '/queue/all?priority=urgent', 'For all', { 'Every coordinator': true });
    const id = await idOf('For all');
    await aisha.get(`/queue/v-${id}`);
    expect(subjects(aisha)).toEqual(['Payslip canary']);
    expect(listed(aisha)).toEqual(['For all1']);
    await marek.get(`/queue/v-${id}`);
    expect(marek.html.html).not.toContain('canary');
  });

  test('another team’s name is not to be had by a forged form', async () => {
    await marek.get('/queue/all');
    const fields = { name: 'Sneak', scope: 'team', teamId: String(hr.id) };
    expect((await post(marek, '/queue/all/saving', fields)).status).toBe(422);
    expect(await db('saved_views').where({ name: 'Sneak' })).toEqual([]);
  });

  test('an employee has none of it', async () => {
    await jonas.get('/queue/views');
    expect(jonas.status).toBe(404);
    expect((await post(jonas, '/queue/all/saving', { name: 'X', scope: 'own', teamId: '' })).status).toBe(
      404,
    );
  });
});

test('a change that somebody else made meanwhile is not overwritten', async () => {
  const id = await idOf('Urgent ones');
  await marek.get(`/queue/views/${id}`);
  marek.form('Save view').set('version', '9');
  marek.form('Save view').fill({ Name: 'Late' });
  await marek.click('Save view');
  expect(marek.status).toBe(422);
  expect(marek.html.text).toContain('meanwhile');
  await marek.click('Save view');
  expect(await db('saved_views').where({ id }).first()).toMatchObject({ name: 'Late', version: 2 });
});

test('views are put in order, and deleted after a question', async () => {
  await save(marek, '/queue/mine', 'Second');
  await marek.get('/queue/views');
  await marek.click('Move Second up');
  await marek.get('/queue/all');
  expect(listed(marek).slice(0, 2)).toEqual(['Second', 'Late1']);
  await marek.get('/queue/views');
  await marek.click('Delete Second');
  expect(marek.html.heading).toContain('Delete the view Second?');
  await marek.click('Delete view');
  expect(await db('saved_views').where({ name: 'Second' })).toEqual([]);
});

test('a list that was changed becomes the view’s by a press', async () => {
  const id = await idOf('Late');
  await marek.get(`/queue/v-${id}?priority=medium`);
  await marek.click('Save changes to this view');
  expect(marek.path).toBe(`/queue/v-${id}`);
  expect(subjects(marek)).toHaveLength(2);
});

test('the sidebar’s part comes alone to htmx, with its counts', async () => {
  await marek.get('/queue/all');
  const reply = await marek.partial('/queue/views/counts?nav=all', { target: 'div#saved-views' });
  expect(reply.text).not.toContain('<html');
  expect(reply.html.find('#saved-views .count').first().text()).toBe('2');
});

test("whoever left a team does not change its view any more, and others' searches are counted a few at a time", async () => {
  const lena = await makeUser({ role: 'coordinator', teams: [it], firstName: 'Lena' });
  const view = { owner_id: lena.id, scope: 'team', team_id: it.id, base: 'all', created_at: new Date() };
  const rows = Array.from({ length: 14 }, (_, i) => ({
    ...{ ...view, name: `Lena ${i}`, q: 'scanner', position: 50 + i, filters: '{}', updated_at: new Date() },
  }));
  await db('saved_views').insert(rows);
  const left = await signIn(lena);
  const id = await idOf('Lena 0');
  const fields = { name: 'Renamed', scope: 'team', teamId: `${it.id}`, version: '1' };
  await db('team_members').where({ user_id: lena.id }).delete();
  await left.get('/queue/views');
  const reply = await left.partial(`/queue/views/${id}`, { fields: { ...fields, _method: 'PUT' } });
  expect([403, 404]).toContain(reply.status);
  expect(await db('saved_views').where({ name: 'Renamed' })).toEqual([]);
  await ana.get('/queue/views');
  const counts = await ana.partial('/queue/views/counts', { target: 'div#saved-views' });
  expect(counts.html.text).toContain('Lena 13');
  expect(counts.text.match(/Lena \d+\s*3\b/g)?.length ?? 0).toBeLessThanOrEqual(10);
  await db('saved_views').where({ owner_id: lena.id }).delete();
});
