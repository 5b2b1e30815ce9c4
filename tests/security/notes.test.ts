import { expect, test } from 'vitest';
import { post, testApp } from '../support/app.ts';
import { usualPeople } from '../support/factories.ts';
import type { Visitor } from '../support/visitor.ts';

const CANARY = 'kanarienvogel';
const FILE = 'geheimakte';

const app = await testApp();
const people = await usualPeople(app);
const manager = await app.makeUser();
const department = await app.makeDepartment(manager);
await app.db('users').where({ id: people.employee.id }).update({ department_id: department.id });

const ticket = await app.makeTicket({ by: people.employee, team: people.it, subject: 'Printer' });
await app.db('ticket_watchers').insert([
  { ticket_id: ticket.id, user_id: people.colleague.id },
  { ticket_id: ticket.id, user_id: people.stranger.id },
]);
const upload = await app.upload(people.coordinator, `${FILE}.txt`, `${CANARY} in a file`);
const { commentId } = await app.comment(people.coordinator, ticket, {
  kind: 'note',
  body: `A ${CANARY} sings`,
  uploadIds: [upload.id],
});
await app.comment(people.coordinator, ticket, { body: 'We look at it.' });
await app.follow();

/** Everything somebody could ask for about the ticket. */
const PATHS = [
  '/',
  '/tickets',
  '/tickets?show=shared',
  '/notifications',
  `/tickets/${ticket.number}`,
  `/tickets/${ticket.number}?show=all`,
  `/search?q=${CANARY}`,
  `/search?q=${FILE}`,
  `/search?q=printer`,
  '/search?q=printer%20-sings',
  `/queue/all?q=${CANARY}`,
  '/queue/all',
  '/queue/needs-reply',
  `/attachments/${upload.id}`,
  `/attachments/${upload.id}/thumbnail`,
  '/admin/audit',
];

async function everythingOf(who: Visitor): Promise<string> {
  const texts: string[] = [];
  for (const path of PATHS) {
    const answer = await who.request(path);
    texts.push(answer.text, JSON.stringify(answer.headers).replaceAll(encodeURIComponent(CANARY), ''));
    for (const target of ['thread', 'composer', 'properties', 'list', 'results', 'summary']) {
      const partial = await who.request(path, {
        headers: { 'hx-request-type': 'partial', 'hx-target': `div#${target}` },
      });
      texts.push(partial.text);
    }
  }
  const forms: Record<string, Record<string, string>> = {
    comments: { body: '' },
    watchers: { email: 'wrong' },
    properties: { priority: 'high' },
    watch: { _method: 'DELETE', confirmed: 'x' },
    draft: { body: 'mine', kind: 'note' },
  };
  for (const [path, fields] of Object.entries(forms)) {
    await who.get('/profile');
    texts.push((await post(who, `/tickets/${ticket.number}/${path}`, fields)).text);
  }
  for (const path of ['/admin/audit.csv', '/admin/users.csv']) texts.push((await post(who, path)).text);
  return texts.join('\n');
}

/** What was asked for comes back in the box; that is no leak. */
const unasked = (text: string) =>
  text
    .replace(/value="[^"]*"/g, '')
    .replace(/(q=|Search: |“)[^"&<\s]*/g, '')
    .replace(/<title>[^<]*<\/title>/g, '');

test.each([
  ['the requester', people.employee],
  ['a colleague who follows it', people.colleague],
  ['a coordinator of another team who follows it', people.stranger],
  ['the manager of the department', manager],
])('a note never reaches %s, by any page or fragment', async (_who, person) => {
  const text = unasked(await everythingOf(await app.signIn(person)));
  expect(text.includes(`#${ticket.number}`)).toBe(true);
  const leaks = ['sings', `${FILE}.txt`, 'msg-note', `id="c${commentId}"`];
  expect(leaks.filter(leak => text.includes(leak))).toEqual([]);
});

test('a link to the file of a note ends with the right to read it', async () => {
  const guest = await app.makeUser({ role: 'coordinator', teams: [people.it] });
  const she = await app.signIn(guest);
  const link = String((await she.request(`/attachments/${upload.id}`)).headers.location);
  expect((await she.request(link)).status).toBe(200);
  await app.db('team_members').where({ user_id: guest.id }).delete();
  expect((await she.request(link)).status).toBe(404);
  const [id, , until, signature] = link.split('/').at(-1)!.split('.');
  expect(
    (await she.request(`/attachments/signed/${id}.${people.admin.id}.${until}.${signature}`)).status,
  ).toBe(404);
});

test('a note that was begun is not put into the reply of somebody who may not write notes any more', async () => {
  const helper = await app.makeUser({ role: 'coordinator', teams: [people.it] });
  const she = await app.signIn(helper);
  await she.get('/profile');
  await post(she, `/tickets/${ticket.number}/draft`, { kind: 'note', body: 'They are being let go' });
  expect((await she.request(`/tickets/${ticket.number}`)).text).toContain('They are being let go');
  await app.db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: helper.id });
  await app.db('team_members').where({ user_id: helper.id }).delete();
  const page = await she.request(`/tickets/${ticket.number}`);
  expect(page.status).toBe(200);
  expect(page.text).not.toContain('They are being let go');
});

test('an admin who reads the notes of a team they are not in stands in the audit log, once an hour', async () => {
  const office = await app.makeUser({ role: 'admin' });
  const she = await app.signIn(office);
  const read = () => app.db('events').where({ type: 'ticket.notes-read', ticket_id: ticket.id });
  await she.get(`/tickets/${ticket.number}`);
  await she.get(`/tickets/${ticket.number}`);
  expect(await read()).toMatchObject([{ actor_id: office.id, internal: true }]);
  app.clock.advance({ hours: 2 });
  await she.get(`/tickets/${ticket.number}`);
  expect(await read()).toHaveLength(2);
  const [member, coordinator] = [await app.signIn(people.admin), await app.signIn(people.coordinator)];
  await member.get(`/tickets/${ticket.number}`);
  await coordinator.get(`/tickets/${ticket.number}`);
  expect(await read()).toHaveLength(2);
  await member.get('/admin/audit?kind=data');
  expect(member.html.text).toContain('Read the notes of a ticket');
});
