import { beforeEach, describe, expect, test } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { db, signIn, makeTicket, comment } = app;
const { it, employee, coordinator, admin } = await usualPeople(app);
const kwame = await signIn(admin);
const ticket = await makeTicket({ by: employee, team: it, subject: 'The printer <b>smokes</b>' });
await comment(coordinator, ticket, { kind: 'note', body: 'quaggasecret' });

const reply = { event: 'ticket-reply', language: 'en' };
const received = { event: 'ticket-received', language: 'en' };
beforeEach(async () => {
  await db('mail_templates').delete();
});

test('the list has a line for each event, says whose the words are, and what waits for its event', async () => {
  await kwame.get(paths.mailTemplates);
  expect(kwame.html.find('.rows li')).toHaveLength(18);
  expect(kwame.html.text).toContain('Used once approvals exist');
  expect(kwame.html.has('Changed')).toBe(false);
  await kwame.click('Ticket received');
  kwame.fill({ Heading: 'Thank you, {{recipient.first_name}}' });
  await kwame.click('Save changes');
  expect(kwame.trail[0]).toBe('POST /admin/templates/ticket-received/en 303');
  expect(kwame.html.notices.join()).toContain('Template saved');
  await kwame.get(paths.mailTemplates);
  const row = kwame.html.find('.rows li:has(.badge)');
  expect(row.text()).toContain('Ticket received');
  expect(row.text()).toContain(admin.firstName);
});

test('begins with the product’s own text, is taken back, and an earlier version is used again', async () => {
  await kwame.get(paths.mailTemplate(received));
  expect(kwame.form('Save changes').values.before).toContain('#{{ticket.number}}');
  expect(kwame.html.text).toContain('Nobody has changed it yet');
  kwame.fill({ 'Text after (optional)': 'Call us: {{company.help_line}}' });
  await kwame.click('Save changes');
  await kwame.click('Use the product’s own text');
  expect(kwame.html.notices.join()).toContain('own text is used again');
  expect(kwame.form('Save changes').values.after).toBe('');
  await kwame.click('Use version 1');
  expect(kwame.html.notices.join()).toContain('Version 1 is used again');
  expect(kwame.form('Save changes').values.after).toBe('Call us: {{company.help_line}}');
  expect(await db('mail_templates').orderBy('version').pluck('is_own')).toEqual([false, true, false]);
  await kwame.get(paths.adminAudit);
  expect(kwame.html.text).toContain('Changed the words of a mail');
  expect(kwame.html.text).toContain('Took up earlier words of a mail');
});

test('an unknown placeholder is an error beside the field that names it, and what was typed stays', async () => {
  await kwame.get(paths.mailTemplate(reply));
  kwame.fill({ 'Text before (optional)': 'Hi {{ticket.notes}}', Subject: '' });
  await kwame.click('Save changes');
  expect(kwame.status).toBe(422);
  expect(kwame.html.find('#f-subject-error').text()).toContain('Enter a subject');
  kwame.fill({ Subject: 'Fine' });
  await kwame.click('Save changes');
  expect(kwame.status).toBe(422);
  expect(kwame.html.find('#f-before-error').text()).toContain('{{ticket.notes}}');
  expect(kwame.form('Save changes').values.before).toBe('Hi {{ticket.notes}}');
  expect(await db('mail_templates')).toEqual([]);
});

test('somebody else’s change is shown beside one’s own, and replaced knowingly', async () => {
  await kwame.get(paths.mailTemplate(reply));
  await db('mail_templates').insert({
    ...reply,
    version: 1,
    ...{ subject: 'Theirs', heading: '{{news}}', after_text: '{{next_step}}', button: 'See the ticket' },
  });
  kwame.fill({ Subject: 'Mine' });
  await kwame.click('Save changes');
  expect(kwame.status).toBe(409);
  expect(kwame.html.text).toContain('Somebody else changed this meanwhile');
  expect(kwame.html.text).toContain('Theirs');
  await kwame.click('Save changes');
  expect(kwame.status).toBe(200);
  expect(await db('mail_templates').where({ version: 2 }).first('subject')).toEqual({ subject: 'Mine' });
});

describe('the preview', () => {
  const look = (fields: Record<string, string>) => {
    const { _csrf, _key, ...values } = kwame.form('Save changes').values;
    return post(kwame, paths.mailTemplatePreview(reply), { ...values, part: 'html', ...fields });
  };

  test('shows what was typed with a real ticket, in a document that can do nothing', async () => {
    await kwame.get(paths.mailTemplate(reply));
    const saved = await kwame.request(`${paths.mailTemplatePreview(reply)}?ticket=${ticket.number}`);
    expect(saved.headers['content-security-policy']).toBe(
      `sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'`,
    );
    expect(saved.text).toContain('The printer &lt;b&gt;smokes&lt;/b&gt;');
    const typed = await look({ heading: 'Typed {{ticket.number}}', ticket: `#${ticket.number}` });
    expect(typed.status).toBe(200);
    expect(typed.text).toContain(`Typed ${ticket.number}`);
    const text = await look({ part: 'text', ticket: String(ticket.number) });
    expect(text.text).toContain('You get this because');
    expect(saved.text + typed.text + text.text).not.toContain('quaggasecret');
    expect(await db('mail_templates')).toEqual([]);
  });

  test('says what is wrong in its place', async () => {
    await kwame.get(paths.mailTemplate(reply));
    expect((await look({ heading: '{{nothing.known}}' })).text).toContain('{{nothing.known}}');
    const absent = await look({ ticket: '999999' });
    expect(absent.status).toBe(422);
    expect(absent.text).toContain('There is no ticket #999999');
    expect((await look({ ticket: 'x' })).text).toContain('Enter the number of a ticket');
  });

  test.each(['digest', 'invitation', 'report', 'sla-breach'])('of %s is there', async event => {
    const answer = await kwame.request(paths.mailTemplatePreview({ event, language: 'en' }));
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('<h1');
    expect(answer.text).not.toContain('{{');
  });
});

test('a test goes to oneself, and what was typed stays without being saved', async () => {
  await kwame.get(paths.mailTemplate(reply));
  const form = kwame.form('Save changes').fill({ Heading: 'Only typed' });
  const { _csrf, ...values } = form.values;
  const sent = await post(kwame, paths.mailTemplateTest(reply), values);
  expect(sent.status).toBe(200);
  expect(sent.text).toContain(`A test is on its way to ${admin.email}`);
  expect(sent.text).toContain('Only typed');
  await post(kwame, paths.mailTemplateTest(reply), values);
  const rows = await db('deliveries').where({ template: 'template-test' });
  expect(rows.map(row => row.recipient_id)).toEqual([admin.id]);
  expect(rows[0].secret).not.toContain('Only typed');
  const forged = await post(kwame, paths.mailTemplateTest(reply), { ...values, to: 'x@evil.example' });
  expect(forged.status).toBe(422);
});

test('an event or a language that nobody knows is not there', async () => {
  for (const key of [
    { event: 'password-reset', language: 'en' },
    { event: 'constructor', language: 'en' },
    { event: 'ticket-reply', language: 'xx' },
    { event: 'ticket-reply', language: 'en-XA' },
  ])
    expect((await kwame.request(paths.mailTemplate(key))).status).toBe(404);
  expect((await post(kwame, paths.mailTemplateVersion(reply, 4))).status).toBe(404);
});

test('is the admins’ alone', async () => {
  for (const who of [await signIn(coordinator), await signIn(employee)]) {
    expect((await who.request(paths.mailTemplates)).status).toBe(404);
    expect((await who.request(paths.mailTemplate(reply))).status).toBe(404);
    expect((await who.request(paths.mailTemplatePreview(reply))).status).toBe(404);
    expect((await post(who, paths.mailTemplate(reply), { subject: 'X' })).status).toBe(404);
    expect((await post(who, paths.mailTemplateTest(reply), {})).status).toBe(404);
  }
});
