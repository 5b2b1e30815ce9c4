import { expect, test } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';
import { file } from '../../support/visitor.ts';

const app = await testApp();
const { db, signIn, makeCategory, makeTicket, comment } = app;
const { it, employee, colleague, coordinator } = await usualPeople(app);
await makeCategory({ team: it, name: 'Scanners' });
const anna = await signIn(employee);
const kept = () => db('drafts').where({ user_id: employee.id, scope: 'new-ticket' });

test('a ticket that was begun stands in the form on the next device, until it is sent', async () => {
  await anna.get(paths.newTicket);
  const fields = { subject: 'The scanner', body: 'It went', impact: 'a-lot', save: 'draft' };
  const quiet = await anna.partial(paths.tickets, { target: 'form#new-ticket', fields });
  expect(quiet.status).toBe(204);
  const phone = await signIn(employee);
  await phone.get(paths.newTicket);
  expect(phone.form('Send ticket').values).toMatchObject({
    subject: 'The scanner',
    body: 'It went',
    impact: 'a-lot',
  });
  expect(phone.html.text).toContain('Draft saved');
  const sofie = await signIn(colleague);
  await sofie.get(paths.newTicket);
  expect(sofie.form('Send ticket').values.body).toBe('');

  phone.fill({ 'What is it about?': 'Scanners' });
  const { _key } = phone.form('Send ticket').values;
  await phone.click('Send ticket');
  expect(phone.html.heading).toBe('The scanner');
  expect(await kept(), 'after sending').toEqual([]);
  // The copy that was on its way meanwhile is late.
  await anna.partial(paths.tickets, { target: 'form#new-ticket', fields: { ...fields, _key: String(_key) } });
  expect(await kept()).toEqual([]);
});

test('without JavaScript "Save draft" keeps words and files; what is emptied is begun no more', async () => {
  await anna.get(paths.newTicket);
  anna.fill({ Subject: 'With a file', 'Photos or files (optional)': [file('kept.txt', 'kept')] });
  await anna.click('Save draft');
  expect(anna.path).toBe(paths.newTicket);
  expect(anna.html.notices.join()).toContain('Draft saved');
  expect(anna.form('Send ticket').values).toMatchObject({ subject: 'With a file', impact: 'a-little' });
  expect(anna.html.has('kept.txt')).toBe(true);
  anna.fill({ Subject: '', Send: false });
  await anna.click('Save draft');
  expect(await kept()).toEqual([]);
});

test('a follow-up begins with its own words and leaves what was begun', async () => {
  const before = await makeTicket({ by: employee, team: it, subject: 'Closed one' });
  await comment(coordinator, before, { then: 'solved' });
  await anna.get(paths.newTicket);
  anna.fill({ Subject: 'Another matter' });
  await anna.click('Save draft');
  await anna.get(paths.ticket(before));
  await anna.click('Yes, close the ticket');
  await anna.click('Send a follow-up');
  expect(anna.form('Send ticket').values).toMatchObject({ subject: 'Closed one', body: '' });
  anna.fill({ 'What is it about?': 'Scanners', 'What happened?': 'Again' });
  await anna.click('Send ticket');
  expect(await kept()).toHaveLength(1);
});
