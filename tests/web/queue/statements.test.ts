import { afterEach, expect, test } from 'vitest';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { db, signIn, makeTicket, follow } = app;
const { it, employee, coordinator, admin } = await usualPeople(app);
for (let i = 0; i < 12; i += 1) await makeTicket({ by: employee, team: it });
await follow();

let asked: string[] = [];
db.on('query', ({ sql }: { sql: string }) => asked.push(sql));
afterEach(() => {
  asked = [];
});

/** All but the session's own: its row and the person with their rights. */
const own = () => asked.filter(sql => !/web_sessions|user_sessions|"?sessions"?/.test(sql));

test.each([
  ['a coordinator', coordinator],
  ['an admin', admin],
])('the list of %s takes at most four statements, however it is filtered and saved', async (_name, who) => {
  const person = await signIn(who);
  await person.get('/queue/all');
  for (const name of ['One', 'Two', 'Three'])
    await post(person, '/queue/all/saving?priority=medium', { name, scope: 'own', teamId: '' });
  const { id } = await db('saved_views').where({ name: 'Two', owner_id: who.id }).first('id');
  for (const path of [
    '/queue/needs-reply',
    '/queue/all?status=new&team=1&created=7d',
    `/queue/v-${id}?status=new`,
  ]) {
    asked = [];
    await person.get(path);
    expect(own().length, `${path}\n${own().join('\n\n')}`).toBeLessThanOrEqual(4);
  }
});

test('a poll for new arrivals is one statement', async () => {
  const marek = await signIn(coordinator);
  asked = [];
  await marek.partial('/queue/needs-reply/arrivals?since=2026-01-01T00:00:00Z', { target: 'div#arrivals' });
  expect(own()).toHaveLength(1);
});
