import { expect, test } from 'vitest';
import { post, steady, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';
import { file } from '../../support/visitor.ts';

const app = await testApp();
const { db, signIn, makeCategory, makeTicket, reload, comment } = app;
const people = await usualPeople(app);
const { it, employee, colleague, coordinator, stranger } = people;
const category = await makeCategory({ team: it, name: 'Scanners' });

const last = async () => db('tickets').orderBy('id', 'desc').first();
const count = async () => (await db('tickets').count('* as n').first())?.n as number;
test('a ticket is sent by a plain form, with files, and its page comes up', async () => {
  const anna = await signIn(employee);
  await anna.get('/tickets/new');
  const sheet = anna.form('Send ticket').fill({
    'What is it about?': 'Scanners',
    Subject: 'The scanner is dark',
    'How much does it hold up your work?': 'A lot Slower, but moving',
    'What happened?': 'It went **dark** at nine.\n<script>alert(1)</script>',
    'Photos or files (optional)': [file('größe ü.txt', 'first'), file('b.txt', 'second')],
  });
  await anna.submit(sheet, 'Send ticket');
  const row = await last();
  expect(anna.trail).toEqual(['POST /tickets 303', `GET /tickets/${row.number} 200`]);
  expect(anna.html.heading).toBe('The scanner is dark');
  expect(anna.html.notices.join()).toContain(`Ticket #${row.number} sent`);
  expect(anna.html.has('größe ü.txt')).toBe(true);
  expect(anna.html.find('.prose strong').text()).toBe('dark');
  expect(anna.html.find('main script')).toHaveLength(0);
  expect(row).toMatchObject({ requester_id: employee.id, team_id: it.id, priority: 'high' });
});

test('what is missing is 422, said beside its field, and everything typed stays, files too', async () => {
  const anna = await signIn(employee);
  const before = await count();
  await anna.get('/tickets/new');
  anna.fill({ 'What happened?': 'Only this', 'Photos or files (optional)': [file('kept.txt', 'kept')] });
  await anna.click('Send ticket');
  expect(anna.status).toBe(422);
  expect(anna.html.title).toContain('Error: New ticket');
  expect(anna.html.alerts.join()).toContain('Enter a subject');
  expect(anna.html.alerts.join()).toContain('Choose what it is about');
  expect(anna.form('Send ticket').values).toMatchObject({ body: 'Only this', uploads: expect.any(String) });
  expect(anna.html.has('kept.txt')).toBe(true);
  expect(await count()).toBe(before);

  anna.fill({ 'What is it about?': 'Scanners', Subject: 'Now complete' });
  await anna.click('Send ticket');
  expect(anna.html.heading).toBe('Now complete');
  expect(anna.html.has('kept.txt')).toBe(true);
});

test('as htmx only the form comes back, and success is an address to go to', async () => {
  const anna = await signIn(employee);
  await anna.get('/tickets/new');
  const wrong = await anna.partial('/tickets', { target: 'form#new-ticket', fields: { subject: 'Half' } });
  expect(wrong.status).toBe(422);
  expect(wrong.text).not.toContain('<html');
  expect(wrong.html.find('form#new-ticket')).toHaveLength(1);
  expect(wrong.html.find('input[name=subject]').attr('value')).toBe('Half');
  expect(wrong.headers.vary).toMatch(/HX-Request-Type/i);
  const right = await anna.partial('/tickets', {
    target: 'form#new-ticket',
    fields: { subject: 'Whole', body: 'x', category: String(category.id), impact: 'a-little' },
  });
  expect(right.status).toBe(200);
  expect(right.headers['hx-redirect']).toBe(`/tickets/${(await last()).number}`);
});

test('the same form sent twenty times at once is one ticket with one answer; so is sending it again later', async () => {
  const anna = await signIn(employee);
  await anna.get('/tickets/new');
  const before = await count();
  const fields = {
    _key: anna.form('Send ticket').values._key!,
    subject: 'Twenty times',
    body: 'x',
    category: String(category.id),
    impact: 'a-little',
  };
  const replies = await Promise.all(Array.from({ length: 20 }, () => post(anna, '/tickets', fields)));
  expect(new Set(replies.map(reply => reply.status))).toEqual(new Set([303]));
  expect(new Set(replies.map(reply => reply.headers.location)).size).toBe(1);
  const late = await post(anna, '/tickets', fields);
  expect(late.headers.location).toBe(replies[0]?.headers.location);
  expect(await count()).toBe(before + 1);

  const other = await signIn(colleague);
  await other.get('/tickets/new');
  expect((await post(other, '/tickets', fields)).headers.location).not.toBe(late.headers.location);
});

test('a form without its token, from another site, or by another origin does nothing', async () => {
  const anna = await signIn(employee);
  await anna.get('/tickets/new');
  const before = await count();
  const fields = { subject: 'Forged', body: 'x', category: String(category.id), impact: 'a-little' };
  for (const reply of [
    await post(anna, '/tickets', { ...fields, _csrf: '' }),
    await post(anna, '/tickets', { ...fields, _csrf: 'wrong' }),
    await post(anna, '/tickets', fields, { origin: 'https://evil.example' }),
    await post(anna, '/tickets', fields, { origin: 'null' }),
    await post(anna, '/tickets', fields, { 'sec-fetch-site': 'cross-site' }),
    await post(anna, '/tickets', fields, { 'sec-fetch-site': 'same-site' }),
  ])
    expect(reply.status).toBe(403);
  expect(await count()).toBe(before);
});

test.each(['team', 'status', 'priority', 'assignee_id', 'requester_id', 'constructor', 'number'])(
  'a field that the form does not have (%s) is refused, not passed over',
  async name => {
    const anna = await signIn(employee);
    await anna.get('/tickets/new');
    const before = await count();
    const fields = { subject: 'Sly', body: 'x', category: String(category.id), impact: 'a-little' };
    const reply = await post(anna, '/tickets', Object.fromEntries([...Object.entries(fields), [name, '1']]));
    expect(reply.status).toBe(422);
    expect(reply.text).toContain('Sly');
    expect(await count()).toBe(before);
  },
);

test('an employee cannot name another requester; a coordinator can, by address', async () => {
  const anna = await signIn(employee);
  await anna.get('/tickets/new');
  expect(anna.html.has('Raise for')).toBe(false);
  const fields = {
    subject: 'For her',
    body: 'x',
    category: String(category.id),
    impact: 'a-little',
    requester: colleague.email,
  };
  expect((await post(anna, '/tickets', fields)).status).toBe(403);

  const marek = await signIn(coordinator);
  await marek.get('/tickets/new');
  expect((await post(marek, '/tickets', { ...fields, requester: 'nobody@company.example' })).status).toBe(
    422,
  );
  const reply = await post(marek, '/tickets', fields);
  expect(reply.status).toBe(303);
  expect(await last()).toMatchObject({ requester_id: colleague.id, source: 'phone' });
});

test('a made-up category, impact or follow-up is refused and tells nothing', async () => {
  const anna = await signIn(employee);
  await anna.get('/tickets/new');
  const foreign = await makeTicket({ by: colleague, team: it });
  const fields = { subject: 'A', body: 'x', category: String(category.id), impact: 'a-little' };
  expect((await post(anna, '/tickets', { ...fields, category: '999999' })).status).toBe(422);
  expect((await post(anna, '/tickets', { ...fields, impact: 'world-ends' })).status).toBe(422);
  const [theirs, absent] = await Promise.all(
    [foreign.number, 999_999].map(number =>
      post(anna, '/tickets', { ...fields, follow_up_of: String(number) }),
    ),
  );
  expect(theirs?.status).toBe(404);
  expect(steady(theirs!.text)).toBe(steady(absent!.text));
  await anna.get(`/tickets/new?follow_up_of=${foreign.number}`);
  expect(anna.status).toBe(404);
});

test('a foreign ticket and an absent one are the same 404, on every address below it', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const { commentId } = await comment(coordinator, ticket, { kind: 'note' });
  const below = [
    '',
    '/comments',
    '/draft',
    '/properties',
    '/assignment',
    '/resolution',
    '/confirmation',
    '/reopening',
  ];
  below.push('/closure', '/withdrawal', '/spam', '/watch', '/watchers', `/comments/${commentId}/redaction`);
  for (const who of [colleague, stranger]) {
    const eve = await signIn(who);
    await eve.get('/tickets');
    for (const tail of below) {
      const ask = async (number: number) => {
        const reply = tail
          ? await post(eve, `/tickets/${number}${tail}`, {
              confirmed: '1',
              body: 'x',
              email: 'a@company.example',
            })
          : await eve.request(`/tickets/${number}`);
        return { status: reply.status, body: steady(reply.text).replaceAll(`/tickets/${number}`, '') };
      };
      const [foreign, absent] = [await ask(ticket.number), await ask(999_999)];
      expect(foreign.status, tail).toBe(404);
      expect(foreign).toEqual(absent);
    }
  }
  expect((await reload(ticket)).version).toBe(1);
  for (const odd of ['abc', '1e3', '-1', '0', '99999999999999999999', '1%00', '..%2f1'])
    expect((await (await signIn(employee)).request(`/tickets/${odd}`)).status, odd).toBe(404);
});

test('who is not signed in is sent to sign in, and comes back to what they asked for', async () => {
  const nobody = await app.visitor();
  for (const path of [
    '/',
    '/tickets',
    '/tickets/new',
    '/tickets/1001',
    '/queue/all',
    '/search?q=x',
    '/attachments/1',
  ]) {
    const reply = await nobody.request(path);
    expect(reply.status, path).toBe(302);
    expect(reply.headers.location).toBe(`/sign-in?next=${encodeURIComponent(path)}`);
  }
});

test('my tickets leads to each page of them', async () => {
  await app.set({ pageSize: 10 });
  const someone = await app.makeUser();
  for (let i = 0; i < 12; i += 1) await makeTicket({ by: someone, subject: `Mine ${i}` });
  const anna = await signIn(someone);
  await anna.get('/tickets');
  expect(anna.html.all('link', /^Mine/)).toHaveLength(10);
  await anna.click(/Next/);
  expect(anna.html.all('link', /^Mine/)).toHaveLength(2);
  await anna.get('/tickets?show=open&after=2026-99-99%2000:00:00%2b00|1');
  expect(anna.status).toBe(200);
  await anna.get('/tickets?show=nonsense&show=solved');
  expect(anna.status).toBe(200);
});

test('the limit of tickets a minute holds, also against made-up keys, and repeats do not count', async () => {
  const strict = await testApp({ env: { LIMIT_TICKETS_PERSON: '3' } });
  const someone = await strict.makeUser();
  const leaf = await strict.makeCategory();
  const anna = await strict.signIn(someone);
  await anna.get('/tickets/new');
  const fields = { subject: 'Again', body: 'x', category: String(leaf.id), impact: 'a-little' };
  const key = 'one-form-sent-often';
  for (let i = 0; i < 6; i += 1)
    expect((await post(anna, '/tickets', { ...fields, _key: key })).status).toBe(303);
  const statuses = [];
  for (let i = 0; i < 5; i += 1)
    statuses.push((await post(anna, '/tickets', { ...fields, _key: '!' })).status);
  expect(statuses).toEqual([303, 303, 429, 429, 429]);
  const reply = await post(anna, '/tickets', fields);
  expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
});

test('everything that must hold does', async () => {
  await expectInvariants(db, { filesDir: app.config.filesDir });
});
