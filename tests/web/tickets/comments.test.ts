import { expect, test } from 'vitest';
import { closeTicket } from '../../../src/domain/tickets/closing.ts';
import { paths } from '../../../src/paths.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';
import { file } from '../../support/visitor.ts';

const app = await testApp();
const { db, as, signIn, makeTicket, comment, reload } = app;
const { it, employee, colleague, coordinator, stranger } = await usualPeople(app);
const anna = await signIn(employee);
const marek = await signIn(coordinator);
const bodies = async (ticket: { id: number }) =>
  db('comments').where({ ticket_id: ticket.id }).orderBy('id').pluck('body');

test('an employee answers by a plain form and comes back to the message', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await anna.get(paths.ticket(ticket));
  anna.fill({ 'Write a reply': 'It _still_ smokes', 'Attach files': [file('smoke.txt', 'smoke')] });
  await anna.click('Send reply');
  expect(anna.trail).toEqual([
    expect.stringMatching(/^POST .*\/comments 303$/),
    `GET ${paths.ticket(ticket)} 200`,
  ]);
  expect(anna.html.notices.join()).toContain('Reply sent');
  expect(anna.html.find('.thread em').text()).toBe('still');
  expect(anna.html.has('smoke.txt')).toBe(true);
});

test('a coordinator answers and waits, notes, or solves, each by its own button', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  const send = async (button: string | RegExp, fill: Record<string, string>) => {
    await marek.get(paths.ticket(ticket));
    marek.form({ action: paths.comments(ticket) }).fill(fill);
    await marek.submit(marek.form({ action: paths.comments(ticket) }), button);
    return reload(ticket);
  };
  expect(await send(/Send and wait for/, { Message: 'Which one?' })).toMatchObject({
    status: 'on-hold',
    waitingOn: 'requester',
  });
  const noted = await send(/Send and wait for/, {
    Message: 'He means 4-17',
    'Kind of message': 'Internal note',
  }).catch(async () => {
    await marek.get(paths.ticket(ticket));
    const form = marek.form({ action: paths.comments(ticket) });
    await post(marek, paths.comments(ticket), {
      ...form.values,
      kind: 'note',
      body: 'He means 4-17',
      then: 'waiting',
    });
    return reload(ticket);
  });
  expect(noted.status).toBe('on-hold');
  expect(await db('comments').where({ ticket_id: ticket.id, kind: 'note' })).toHaveLength(1);
  expect(await send('Send and solve', { Message: 'Done' })).toMatchObject({ status: 'resolved' });
  expect(await send('Send and put on hold', { Message: 'Or not' })).toMatchObject({ waitingOn: 'other' });
  expect(await send('Send, keep open', { Message: 'Working' })).toMatchObject({ status: 'open' });
});

test('an empty message is 422 and keeps the file that came along', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await anna.get(paths.ticket(ticket));
  anna.fill({ 'Attach files': [file('kept.txt', 'kept')] });
  await anna.click('Send reply');
  expect(anna.status).toBe(422);
  expect(anna.html.alerts.join()).toContain('Write a message before you send it');
  expect(anna.html.has('kept.txt')).toBe(true);
  anna.fill({ 'Write a reply': 'Here it is' });
  await anna.click('Send reply');
  expect(anna.html.find('.thread').text()).toContain('kept.txt');
  expect(await bodies(ticket)).toHaveLength(2);
});

test('as htmx an answer brings the thread, an empty composer and, for the desk, the properties', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await marek.get(paths.ticket(ticket));
  const fields = { body: 'Hello', kind: 'reply', then: 'waiting' };
  const desk = await marek.partial(paths.comments(ticket), { target: 'form#composer', fields });
  expect(desk.status).toBe(200);
  expect(desk.text).not.toContain('<html');
  expect(targets(desk.text)).toEqual(expect.arrayContaining(['#thread', '#composer', '#properties']));
  expect(JSON.parse(String(desk.headers['hx-trigger']))).toEqual({ toast: { text: 'Reply sent' } });
  await anna.get(paths.ticket(ticket));
  const own = await anna.partial(paths.comments(ticket), {
    target: 'form#composer',
    fields: { body: 'Yes' },
  });
  expect(targets(own.text)).toEqual(expect.arrayContaining(['#thread', '#composer']));
  expect(targets(own.text)).not.toContain('#properties');
  const empty = await anna.partial(paths.comments(ticket), {
    target: 'form#composer',
    fields: { body: ' ' },
  });
  expect(empty.status).toBe(422);
  expect(empty.html.find('form#composer')).toHaveLength(1);
  expect(empty.html.find('#thread')).toHaveLength(0);
});

const targets = (html: string) =>
  [...html.matchAll(/<hx-partial hx-target="([^"]+)"/g)].map(found => found[1]);

test('twenty equal sends are one message with one answer', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await anna.get(paths.ticket(ticket));
  const fields = { ...anna.form('Send reply').values, body: 'Once' };
  delete (fields as Record<string, string>).files;
  const replies = await Promise.all(
    Array.from({ length: 20 }, () => post(anna, paths.comments(ticket), fields)),
  );
  expect(new Set(replies.map(reply => `${reply.status} ${reply.headers.location}`)).size).toBe(1);
  expect(replies[0]?.status).toBe(303);
  expect(await bodies(ticket)).toEqual(['It does not work.', 'Once']);
});

test('an employee who asks for a note, or for a status with the answer, gets neither', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await anna.get(paths.ticket(ticket));
  expect((await post(anna, paths.comments(ticket), { body: 'x', kind: 'note' })).status).toBe(403);
  expect((await post(anna, paths.comments(ticket), { body: 'x', then: 'solved' })).status).toBe(303);
  expect((await reload(ticket)).status).toBe('new');
  expect((await post(anna, paths.comments(ticket), { body: 'x', author_id: '1' })).status).toBe(422);
  expect((await post(anna, paths.comments(ticket), { body: 'x', then: 'nonsense' })).status).toBe(422);
});

test('what comes after the ticket was closed is refused and nothing is written', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await anna.get(paths.ticket(ticket));
  await closeTicket(await as(coordinator), ticket);
  expect((await post(anna, paths.comments(ticket), { body: 'Late' })).status).toBe(403);
  expect(await bodies(ticket)).toHaveLength(1);
});

test('the page of a manager has no way to answer, and a forged answer is refused', async () => {
  const manager = await app.makeUser();
  const worker = await app.makeUser({ department: await app.makeDepartment(manager) });
  const ticket = await makeTicket({ by: worker, team: it });
  const boss = await signIn(manager);
  await boss.get(paths.ticket(ticket));
  expect(boss.status).toBe(200);
  expect(boss.html.find('#composer')).toHaveLength(0);
  expect((await post(boss, paths.comments(ticket), { body: 'x' })).status).toBe(403);
});

test('a file waits with the draft it was chosen for; one that we do not take is said at once', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await anna.get(paths.ticket(ticket));
  anna.fill({ 'Write a reply': 'See the file', 'Attach files': [file('kept.txt', 'kept')] });
  await anna.click('Save draft');
  expect(anna.form('Send reply').values).toMatchObject({ body: 'See the file', uploads: expect.any(String) });
  expect(anna.html.has('kept.txt')).toBe(true);
  anna.fill({ 'Attach files': [file('run.exe', 'MZ')] });
  await anna.click('Save draft');
  expect(anna.status).toBe(422);
  expect(anna.html.alerts.join()).toContain('run.exe is not a kind of file we take');
  expect(anna.html.has('kept.txt')).toBe(true);
  await anna.click('Send reply');
  expect(anna.html.find('.thread').text()).toContain('kept.txt');
});

test('a draft is kept for its writer and comes back into the field, until it is sent', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: colleague.id });
  await anna.get(paths.ticket(ticket));
  anna.fill({ 'Write a reply': 'Half a thought' });
  await anna.click('Save draft');
  expect(anna.html.notices.join()).toContain('Draft saved');
  expect(anna.form('Send reply').values.body).toBe('Half a thought');
  expect(await bodies(ticket)).toHaveLength(1);
  const sofie = await signIn(colleague);
  await sofie.get(paths.ticket(ticket));
  expect(sofie.form('Send reply').values.body).toBe('');
  const quiet = await anna.partial(paths.draft(ticket), {
    target: 'textarea#reply',
    fields: { body: 'A whole one' },
  });
  expect(quiet.status).toBe(204);
  await anna.get(paths.ticket(ticket));
  await anna.click('Send reply');
  expect(anna.form('Send reply').values.body).toBe('');
  expect(await bodies(ticket)).toEqual(['It does not work.', 'A whole one']);
  const aisha = await signIn(stranger);
  await aisha.get('/tickets');
  expect((await post(aisha, paths.draft(ticket), { body: 'x' })).status).toBe(404);
});

test('a thread of the desk shows the note in its own colour, and the employee’s page has no word of it', async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await comment(coordinator, ticket, { kind: 'note', body: 'Canary in here' });
  await marek.get(paths.ticket(ticket));
  expect(marek.html.find('.msg-note').text()).toContain('Canary in here');
  await anna.get(paths.ticket(ticket));
  expect(anna.html.html).not.toMatch(/Canary|msg-note|Internal note/);
});

test('everything that must hold does', async () => {
  await expectInvariants(db, { filesDir: app.config.filesDir });
});
