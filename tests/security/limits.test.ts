import { expect, test } from 'vitest';
import { post, testApp } from '../support/app.ts';
import { usualPeople } from '../support/factories.ts';

const app = await testApp({ env: { LIMIT_TICKETS_PERSON: '2', LIMIT_SEARCH_PERSON: '3' } });
const people = await usualPeople(app);
const category = await app.makeCategory();
const fields = { subject: 'Again', body: 'x', category: String(category.id), impact: 'a-little' };

const visit = async (who: { email: string }) => {
  const visitor = await app.signIn(who);
  await visitor.get('/profile');
  return visitor;
};

test('sending a form twice is no way around the limit of tickets', async () => {
  const anna = await visit(people.employee);
  const statuses: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const form = { ...fields, _key: `the-form-number-${round}` };
    statuses.push((await post(anna, '/tickets', form)).status);
    statuses.push((await post(anna, '/tickets', form)).status);
  }
  expect(statuses).toEqual([303, 303, 303, 303, 429, 429, 429, 429]);
  expect(await app.db('tickets').where({ requester_id: people.employee.id })).toHaveLength(2);
});

test('the same form pressed many times at once is one ticket and no refusal', async () => {
  const sofie = await visit(people.colleague);
  const form = { ...fields, _key: 'pressed-very-often' };
  const replies = await Promise.all(Array.from({ length: 20 }, () => post(sofie, '/tickets', form)));
  expect(new Set(replies.map(reply => reply.status))).toEqual(new Set([303]));
  expect(await app.db('tickets').where({ requester_id: people.colleague.id })).toHaveLength(1);
});

test('messages and guests have a limit', async () => {
  const aisha = await app.makeUser();
  const ticket = await app.makeTicket({ by: aisha });
  const she = await visit(aisha);
  const replies: number[] = [];
  for (let i = 0; i < 7; i += 1)
    replies.push((await post(she, `/tickets/${ticket.number}/comments`, { body: `Message ${i}` })).status);
  expect(replies).toEqual([303, 303, 303, 303, 303, 303, 429]);
  const guests: number[] = [];
  for (let i = 0; i < 3; i += 1)
    guests.push(
      (await post(she, `/tickets/${ticket.number}/watchers`, { email: `n${i}@company.example` })).status,
    );
  expect(guests).toEqual([422, 422, 429]);
});

test('words are looked for as often in the queue as on the search page', async () => {
  const marek = await visit(people.coordinator);
  const statuses: number[] = [];
  for (const path of ['/search?q=a', '/queue/all?q=b', '/queue/mine?q=c', '/queue/all?q=d', '/search?q=e'])
    statuses.push((await marek.request(path)).status);
  expect(statuses).toEqual([200, 200, 200, 429, 429]);
  expect((await marek.request('/queue/all')).status).toBe(200);
});

test('a look at a text and at whom it can name has the limit of suggestions', async () => {
  const kwame = await visit(people.admin);
  const ticket = await app.makeTicket({ by: await app.makeUser(), team: people.it });
  const at = `/tickets/${ticket.number}`;
  const previews: number[] = [];
  const names: number[] = [];
  const tags: number[] = [];
  for (let i = 0; i < 4; i += 1) {
    previews.push((await kwame.partial(`${at}/preview`, { fields: { body: '**x**' } })).status);
    names.push((await kwame.partial(`${at}/colleagues?q=a`)).status);
    tags.push((await kwame.request('/tags?tag=a')).status);
  }
  expect(previews).toEqual([200, 200, 200, 429]);
  expect(names).toEqual([200, 200, 200, 429]);
  expect(tags).toEqual([200, 200, 200, 429]);
  const composed = await post(kwame, `${at}/comments`, { body: '**x**', save: 'preview' });
  expect(composed.status).toBe(429);
});

test('an employee who names a requester learns nothing about who has an account', async () => {
  const someone = await app.makeUser();
  const she = await visit(someone);
  const known = await post(she, '/tickets', { ...fields, requester: people.admin.email });
  const unknown = await post(she, '/tickets', { ...fields, requester: 'nobody@company.example' });
  expect([known.status, unknown.status]).toEqual([403, 403]);
});

test('counting up ids in the filter of a queue names nobody whose tickets one may not see', async () => {
  const hidden = await app.makeUser({ firstName: 'Wilhelmina' });
  const marek = await visit(people.stranger);
  expect((await marek.request(`/queue/all?requester=${hidden.id}`)).text).not.toContain('Wilhelmina');
  await app.makeTicket({ by: hidden, team: people.hr });
  expect((await marek.request(`/queue/all?requester=${hidden.id}`)).text).toContain('Requester: Wilhelmina');
});
