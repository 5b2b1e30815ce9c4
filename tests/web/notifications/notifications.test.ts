import { expect, test } from 'vitest';
import { hashPassword } from '../../../src/domain/identity/passwords.ts';
import { createApp } from '../../../src/web/app.ts';
import { desk } from '../../jobs/desk.ts';
import { type Visitor, visitor } from '../../support/visitor.ts';

const PASSWORD = 'orange tram crosses bridge';
const { db, services, people, teams, raise, say, dispatch, unread } = await desk();
await db('users').update({ password_hash: await hashPassword(PASSWORD) });
const app = await createApp(services);

async function signIn(name: string): Promise<Visitor> {
  const who = await visitor(app);
  await who.get('/sign-in?next=/notifications');
  who.fill({ 'Work email': `${name}@company.example`, Password: PASSWORD });
  await who.click('Sign in');
  return who;
}

const ticket = await raise();
// The team is told of a ticket that nobody has; Marek's answer makes it his.
await dispatch();
await say(people.marek, ticket.number, { body: 'Unplug it' });
await say(people.anna, ticket.number, { body: 'Done' });
await dispatch();

test('everyone has the list, with what is new marked, and nobody without signing in', async () => {
  const marek = await signIn('marek');
  expect(marek.status).toBe(200);
  expect(marek.html.heading).toBe('Notifications');
  expect(marek.html.text).toContain('Anna Test has answered');
  expect(marek.html.text).toContain('Anna Test needs help');
  expect(marek.html.text).toContain('The printer smokes');
  const anna = await signIn('anna');
  expect(anna.html.text).toContain('Marek Test has answered');
  expect((await (await visitor(app)).request('/notifications')).status).toBe(302);
});

test('one is marked as read, then all', async () => {
  const marek = await signIn('marek');
  expect((await unread()).Marek).toBe(2);
  await marek.click(`Mark as read: Anna Test has answered (#${ticket.number})`);
  expect(marek.trail).toEqual([
    expect.stringMatching(/^POST \/notifications\/\d+\/reading 303$/),
    'GET /notifications 200',
  ]);
  expect((await unread()).Marek).toBe(1);
  await marek.click('Mark all as read');
  expect((await unread()).Marek).toBeUndefined();
  expect(marek.html.has('Mark all as read')).toBe(false);
  expect(await unread()).toMatchObject({ Anna: 1, Nadia: 1 });
});

test('another person’s notice stays as it is', async () => {
  const notice = await db('notifications').where({ user_id: people.nadia }).first('id');
  const anna = await signIn('anna');
  const form = anna.form(/^Mark as read/);
  const answer = await anna.request(`/notifications/${notice.id}/reading`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ _csrf: String(form.values._csrf) }).toString(),
  });
  expect(answer.status).toBe(303);
  expect((await unread()).Nadia).toBe(1);
});

test('a ticket that left one’s sight takes its title along', async () => {
  await db('tickets').where({ id: ticket.id }).update({ team_id: teams.hr });
  const nadia = await signIn('nadia');
  expect(nadia.html.text).not.toContain('The printer smokes');
  expect(nadia.html.text).toContain('Nothing new');
  await db('tickets').where({ id: ticket.id }).update({ team_id: teams.it });
});

test('the list goes on in pages', async () => {
  await db('settings').insert({ key: 'pageSize', value: '10' });
  for (let n = 0; n < 12; n += 1) await raise(people.ben, { subject: `Number ${n} of many` });
  await dispatch();
  const nadia = await signIn('nadia');
  expect(nadia.html.text).toContain('Number 11 of many');
  await nadia.click('Older');
  expect(nadia.html.text).toContain('Number 1 of many');
  expect(nadia.html.text).not.toContain('Number 11 of many');
  await nadia.click('Newest');
  expect(nadia.path).toBe('/notifications');
});

test('the same news in a row is one line, and unread and mentions have lists of their own', async () => {
  await db('notifications').update({ read_at: new Date() });
  await db('users').update({ unread: 0 });
  const own = await raise(people.anna, { subject: 'A long talk' });
  await dispatch();
  await db('notifications').update({ read_at: new Date() });
  await db('users').update({ unread: 0 });
  for (const body of ['One', 'Two', 'Three']) await say(people.anna, own.number, { body });
  await dispatch();
  const marek = await signIn('marek');
  await marek.click('Unread');
  expect(marek.path).toBe('/notifications?show=unread');
  expect(marek.html.text).toContain('Anna Test has answered 3 times');
  expect(marek.html.text).not.toContain('needs help');
  await marek.click(`Mark as read: Anna Test has answered 3 times (#${own.number})`);
  expect((await unread()).Marek).toBeUndefined();
  await say(people.nadia, own.number, { kind: 'note', body: 'We look' });
  await dispatch();
  await marek.get('/notifications?show=mentions');
  expect(marek.html.text).not.toContain('has answered');
  const anna = await signIn('anna');
  expect(anna.html.has('Mentions and assignments')).toBe(false);
  expect((await anna.request('/notifications?show=constructor')).status).toBe(200);
});
