import { expect, test } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { db, signIn, makeCategory } = app;
const { it, employee, coordinator, admin } = await usualPeople(app);
await makeCategory({ team: it, name: 'Laptops' });
const kwame = await signIn(admin);

test('is added, changed, archived and brought back', async () => {
  await kwame.get(paths.adminTemplates);
  expect(kwame.html.has('No templates yet')).toBe(true);
  await kwame.get(paths.newAdminTemplate);
  kwame.fill({
    Name: 'New starter',
    'Who begins tickets with it': 'Everyone, also employees',
    'Subject (optional)': 'New starter on …',
    'Description (optional)': 'Name:\nFirst day:',
    Category: 'Laptops',
    Priority: 'High',
    'Tags (optional)': 'Laptop, new starter',
    'Checklist (optional)': '- Laptop\n- Badge',
  });
  await kwame.click('Add template');
  expect(kwame.trail[0]).toBe('POST /admin/ticket-templates 303');
  const [row] = await db('ticket_templates');
  expect(row).toMatchObject({
    audience: 'everyone',
    body: 'Name:\nFirst day:',
    priority: 'high',
    tags: ['laptop', 'new starter'],
    checklist: ['Laptop', 'Badge'],
  });
  await kwame.click('New starter');
  kwame.fill({ Name: 'Starter' });
  await kwame.click('Save changes');
  expect(kwame.html.notices.join()).toContain('Template saved');
  await kwame.click('Starter');
  await kwame.click('Archive template');
  await kwame.click('Bring back Starter');
  expect(await db('ticket_templates').whereNull('archived_at')).toHaveLength(1);
  const events = await db('events').where({ object_type: 'template' }).orderBy('id').pluck('type');
  expect(events).toEqual(['created', 'changed', 'archived', 'restored'].map(verb => `template.${verb}`));
  await kwame.get(paths.adminAudit);
  expect(kwame.html.text).toContain('Archived a ticket template');
});

test('a mistake is shown and what was typed stays', async () => {
  await kwame.get(paths.newAdminTemplate);
  kwame.fill({ Name: '', 'Subject (optional)': 'Kept', 'Checklist (optional)': 'x'.repeat(201) });
  await kwame.click('Add template');
  expect(kwame.status).toBe(422);
  expect(kwame.html.find('#f-subject').attr('value')).toBe('Kept');
  kwame.fill({ Name: 'Long' });
  await kwame.click('Add template');
  expect(kwame.status).toBe(422);
  expect(kwame.html.text).toContain('Shorten each item to 200 characters');
  expect(kwame.html.find('#f-checklist').text()).toContain('xxx');
});

test('somebody else’s change is shown, not overwritten', async () => {
  await db('ticket_templates').delete();
  const [row] = await db('ticket_templates').insert({ name: 'Leaver', subject: 'One' }).returning('*');
  await kwame.get(paths.adminTemplate(row.id));
  await db('ticket_templates').update({ subject: 'Two', version: 2 });
  kwame.fill({ 'Subject (optional)': 'Three' });
  await kwame.click('Save changes');
  expect(kwame.status).toBe(409);
  expect(kwame.html.text).toMatch(/Two/);
});

test('is the admins’ alone', async () => {
  for (const who of [await signIn(coordinator), await signIn(employee)]) {
    expect((await who.request(paths.adminTemplates)).status).toBe(404);
    expect((await who.request(paths.newAdminTemplate)).status).toBe(404);
    expect((await post(who, paths.adminTemplates, { name: 'X', audience: 'desk' })).status).toBe(404);
  }
});
