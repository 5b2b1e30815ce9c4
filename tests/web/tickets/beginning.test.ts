import { beforeAll, expect, test } from 'vitest';
import { createTemplate, type TemplateInput } from '../../../src/domain/tickets/templates.ts';
import { paths } from '../../../src/paths.ts';
import { testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';
import { file } from '../../support/visitor.ts';

const app = await testApp({ env: { LIMIT_TICKETS_PERSON: '1000' } });
const { db, as, signIn, makeCategory, reload } = app;
const { it, hr, employee, coordinator, admin } = await usualPeople(app);
const laptops = await makeCategory({ team: it, name: 'Laptops' });
const [anna, marek] = [await signIn(employee), await signIn(coordinator)];
const ids: Record<string, number> = {};

const make = async (values: Partial<TemplateInput> & { name: string }) => {
  const { id } = await createTemplate(await as(admin), {
    ...{ audience: 'desk', audienceTeamId: null, subject: `${values.name} on …`, body: 'Name:\nFirst day:' },
    ...{ categoryId: laptops.id, priority: null, teamId: null, assigneeId: null, tags: [], checklist: [] },
    ...values,
  });
  ids[values.name] = id;
};
beforeAll(async () => {
  await make({ name: 'New starter', checklist: ['Laptop', 'Badge'], tags: ['starter'] });
  await make({ name: 'Leaver', body: 'Last day:' });
  await make({ name: 'Replacement', audience: 'everyone' });
  await make({ name: 'Payroll', audience: 'team', audienceTeamId: hr.id });
});

test('each is offered to whom it is for', async () => {
  await marek.get(paths.newTicket);
  const offered = (who: typeof marek) =>
    who.html
      .find('[name=use_template]')
      .toArray()
      .map(one => who.html.$(one).text().trim());
  expect(offered(marek)).toEqual(['Leaver', 'New starter', 'Replacement']);
  await anna.get(paths.newTicket);
  expect(offered(anna)).toEqual(['Replacement']);
});

test('a ticket raised for somebody with a template carries its words, tags and list', async () => {
  await marek.get(paths.newTicketFrom(ids['New starter']!));
  expect(marek.html.text).toContain('Brings a checklist of 2 items.');
  expect(marek.html.find('#f-subject').attr('value')).toBe('New starter on …');
  marek.fill({ 'Raise for (optional)': employee.email, Subject: 'New starter on Monday' });
  await marek.click('Send ticket');
  const number = Number(marek.path.match(/\d+/)?.[0]);
  expect(await reload(number)).toMatchObject({
    subject: 'New starter on Monday',
    requesterId: employee.id,
    categoryId: laptops.id,
    teamId: it.id,
    tags: ['starter'],
  });
  expect(marek.html.find('#checklist').text()).toContain('0 of 2 done');
  await anna.get(paths.ticket(number));
  expect(anna.html.text).not.toContain('Badge');
});

test('what was typed and attached stays when a template is chosen, changed and taken back', async () => {
  await marek.get(paths.newTicket);
  marek.fill({
    Subject: 'My own words',
    'What happened?': 'She starts on Monday.',
    'Photos or files (optional)': [file('desk.txt', 'The desk', 'text/plain')],
  });
  await marek.click('New starter');
  expect(marek.status).toBe(200);
  const shown = () => ({
    subject: marek.html.find('#f-subject').attr('value') ?? '',
    body: marek.html.find('#f-body').text().trim(),
  });
  expect(shown()).toEqual({
    subject: 'My own words',
    body: 'She starts on Monday.\n\nName:\nFirst day:',
  });
  expect(marek.html.text).toContain('desk.txt');
  await marek.click('Leaver');
  expect(shown().body).toBe('She starts on Monday.\n\nLast day:');
  await marek.click('Leaver');
  expect(shown()).toEqual({ subject: 'My own words', body: 'She starts on Monday.' });
  expect(marek.html.find('[name=template]').length).toBe(0);
  expect(marek.html.text).toContain('desk.txt');
  expect(await db('tickets').where({ subject: 'My own words' })).toEqual([]);
});

test('a mistake keeps the template', async () => {
  await marek.get(paths.newTicketFrom(ids.Leaver!));
  marek.fill({ Subject: '' });
  await marek.click('Send ticket');
  expect(marek.status).toBe(422);
  expect(marek.html.find('[name=template]').attr('value')).toBe(String(ids.Leaver));
});

test('a template that is not for the person counts as none, in the address and in the form', async () => {
  await anna.get(paths.newTicketFrom(ids['New starter']!));
  expect(anna.html.find('#f-subject').attr('value')).toBe('');
  expect(anna.html.text).not.toContain('New starter');
  const form = anna.form('Send ticket');
  form.fill({ 'What is it about?': 'Laptops', Subject: 'Forged', 'What happened?': 'Words' });
  const sent = form.submission('Send ticket');
  sent.entries.push(['template', String(ids['New starter'])]);
  await anna.send(sent);
  const [ticket] = await db('tickets').where({ subject: 'Forged' });
  expect(ticket.tags).toEqual([]);
  expect(await db('checklist_items').where({ ticket_id: ticket.id })).toEqual([]);
});

test('htmx gets the form alone', async () => {
  await marek.get(paths.newTicket);
  const part = await marek.partial(paths.tickets, {
    target: 'form#new-ticket',
    fields: { use_template: String(ids.Leaver), subject: '', body: '' },
  });
  expect(part.status).toBe(200);
  expect(part.text.trim()).toMatch(/^<form\s+id="new-ticket"/);
  expect(part.text).toContain('Leaver on &#8230;');
});
