import { describe, expect, test } from 'vitest';
import { changeTicket } from '../../../src/domain/tickets/changing.ts';
import { addWatcher } from '../../../src/domain/tickets/watching.ts';
import { paths } from '../../../src/paths.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const app = await testApp();
const { db, as, signIn, makeTicket, makeUser, comment, reload, eventsOf } = app;
const { it, hr, employee, colleague, coordinator, stranger, admin } = await usualPeople(app);
const second = await makeUser({ role: 'coordinator', teams: [it], firstName: 'Priya' });
const anna = await signIn(employee);
const marek = await signIn(coordinator);
const kwame = await signIn(admin);
const raise = () => makeTicket({ by: employee, team: it });

describe('by plain forms', () => {
  test('the desk takes, solves, reopens and closes', async () => {
    const ticket = await raise();
    await marek.get(paths.ticket(ticket));
    await marek.click(/^Assign to me/);
    expect(marek.html.notices.join()).toContain('Assigned to you');
    expect(await reload(ticket)).toMatchObject({ assigneeId: coordinator.id, status: 'open' });
    await marek.click('Mark as solved');
    expect((await reload(ticket)).status).toBe('resolved');
    await marek.click('Reopen ticket');
    expect((await reload(ticket)).status).toBe('open');
    await marek.click('Close ticket');
    expect((await reload(ticket)).status).toBe('closed');
    expect(marek.path).toBe(paths.ticket(ticket));
  });

  test('the requester confirms, or reopens what is not solved', async () => {
    const ticket = await raise();
    await comment(coordinator, ticket, { then: 'solved' });
    await anna.get(paths.ticket(ticket));
    await anna.click('No, reopen it');
    expect(await reload(ticket)).toMatchObject({ status: 'open', needsReply: true });
    await comment(coordinator, ticket, { then: 'solved' });
    await anna.get(paths.ticket(ticket));
    await anna.click('Yes, close the ticket');
    expect(anna.html.notices.join()).toContain('Ticket closed');
    expect((await reload(ticket)).status).toBe('closed');
    await anna.click('Send a follow-up');
    expect(anna.html.text).toContain(`This continues #${ticket.number}`);
  });

  test('withdrawing asks first, on a page of its own', async () => {
    const ticket = await raise();
    await anna.get(paths.ticket(ticket));
    await anna.click('Withdraw ticket');
    expect(anna.html.heading).toBe(`Withdraw #${ticket.number}?`);
    expect((await reload(ticket)).status).toBe('new');
    await anna.click('Keep ticket');
    expect(anna.path).toBe(paths.ticket(ticket));
    await anna.click('Withdraw ticket');
    await anna.click('Withdraw ticket');
    expect((await reload(ticket)).status).toBe('withdrawn');
  });

  test('spam goes away and comes back', async () => {
    const ticket = await raise();
    await marek.get(paths.ticket(ticket));
    await marek.click('Mark as spam');
    expect(marek.path).toBe('/queue/needs-reply');
    await marek.get(paths.ticket(ticket));
    await marek.click('This is not spam');
    expect((await reload(ticket)).spamAt).toBeNull();
  });

  test('following and no longer following leaves who works the ticket on it', async () => {
    const ticket = await raise();
    await marek.get(paths.ticket(ticket));
    await marek.click('Follow');
    await marek.click('Stop following');
    expect(marek.path).toBe(paths.ticket(ticket));
    expect(await db('ticket_followers').where({ ticket_id: ticket.id })).toEqual([]);
  });

  test('a colleague is added, sees it, and leaves it for the list', async () => {
    const ticket = await raise();
    await anna.get(paths.ticket(ticket));
    anna.fill({ 'Add a colleague': 'nobody@company.example' });
    await anna.click('Add colleague');
    expect(anna.status).toBe(422);
    expect(anna.html.alerts.join()).toContain('work address of a colleague');
    anna.fill({ 'Add a colleague': colleague.email });
    await anna.click('Add colleague');
    expect(anna.status).toBe(200);
    const sofie = await signIn(colleague);
    await sofie.get(paths.ticket(ticket));
    expect(sofie.html.heading).toBe(ticket.subject);
    await sofie.click('Stop following');
    expect(sofie.path).toBe('/tickets');
  });

  test('an address that nobody has is named at its field on the desk, and stays as it was typed', async () => {
    const ticket = await raise();
    await marek.get(paths.ticket(ticket));
    marek.fill({ 'Work address of a colleague': 'nobody@company.example' });
    await marek.click('Add colleague');
    expect(marek.status).toBe(422);
    const field = marek.html.find('#p-watcher');
    expect(field.attr('value')).toBe('nobody@company.example');
    expect(marek.html.find(`#${field.attr('aria-describedby')}`).text()).toContain('work address of a');
    expect(marek.html.find('.error-summary a').attr('href')).toBe('#p-watcher');
  });

  test('a colleague is taken off again, by the requester and by the desk', async () => {
    const ticket = await raise();
    for (const who of [anna, marek]) {
      await addWatcher(await as(employee), ticket, colleague.email);
      await who.get(paths.ticket(ticket));
      await who.click(`Remove ${colleague.firstName} ${colleague.lastName}`);
      expect(who.html.notices.join()).toContain('does not see this ticket any more');
      expect(await db('ticket_followers').where({ ticket_id: ticket.id })).toEqual([]);
    }
    await marek.get(paths.ticket(ticket));
    expect(marek.html.has(`You removed ${colleague.firstName}`)).toBe(true);
  });

  test('the place in the list stays through what is done on the ticket', async () => {
    const ticket = await raise();
    await marek.get(`${paths.ticket(ticket)}?from=unassigned`);
    await marek.submit(marek.form('Save changes').fill({ Priority: 'High' }), 'Save changes');
    expect(marek.url.searchParams.get('from')).toBe('unassigned');
    await marek.click('Follow');
    await marek.click(/^Assign to me/);
    await marek.click('Mark as solved');
    expect(marek.url.searchParams.get('from')).toBe('unassigned');
  });

  test('what a ticket waits for is told by the same words in its history', async () => {
    const ticket = await raise();
    await changeTicket(await as(coordinator), ticket, { status: 'on-hold', waitingOn: 'requester' }, {});
    await marek.get(paths.ticket(ticket));
    expect(marek.html.has('changed status to Waiting on requester')).toBe(true);
  });

  test('an admin removes a message after being asked; a coordinator has no such button', async () => {
    const ticket = await raise();
    const { commentId } = await comment(employee, ticket, { body: 'My PIN is 4711' });
    await marek.get(paths.ticket(ticket));
    expect(marek.html.has('Remove message')).toBe(false);
    await kwame.get(paths.ticket(ticket));
    await kwame.submit(kwame.form({ action: paths.redaction(ticket, commentId) }));
    expect(kwame.html.heading).toBe('Remove this for good?');
    await kwame.click('Remove content');
    expect(kwame.html.html).not.toContain('4711');
    expect(kwame.html.has('The content of this message was removed.')).toBe(true);
  });
});

const ACTS = [
  'assignment',
  'resolution',
  'closure',
  'spam',
  'watch',
  'confirmation',
  'withdrawal',
  'reopening',
];

test.each(ACTS)('%s is not for just anybody who can see the ticket', async act => {
  const ticket = await raise();
  const manager = await makeUser();
  await db('users')
    .where({ id: employee.id })
    .update({ department_id: (await app.makeDepartment(manager)).id });
  const boss = await signIn(manager);
  await boss.get(paths.ticket(ticket));
  expect((await post(boss, `/tickets/${ticket.number}/${act}`, { confirmed: '1' })).status).toBe(403);
  expect(await reload(ticket)).toMatchObject({ version: 1, spamAt: null });
});

test.each(ACTS)('%s needs its token and takes no field it does not know', async act => {
  const ticket = await raise();
  await marek.get(paths.ticket(ticket));
  const at = `/tickets/${ticket.number}/${act}`;
  expect((await post(marek, at, { confirmed: '1', _csrf: 'wrong' })).status).toBe(403);
  expect((await post(marek, at, { confirmed: '1' }, { origin: 'https://evil.example' })).status).toBe(403);
  expect([403, 422]).toContain((await post(marek, at, { confirmed: '1', status: 'closed' })).status);
  expect(await reload(ticket)).toMatchObject({ version: 1, spamAt: null });
  expect((await marek.request(at)).status).toBe(404);
});

test('pressed twenty times at once, a button has one effect and one answer', async () => {
  const ticket = await raise();
  await marek.get(paths.ticket(ticket));
  const { _key } = marek.form('Mark as solved').values;
  const replies = await Promise.all(
    Array.from({ length: 20 }, () => post(marek, paths.resolution(ticket), { _key: _key! })),
  );
  expect(new Set(replies.map(reply => reply.status))).toEqual(new Set([303]));
  expect((await eventsOf(ticket)).map(event => event.type)).toEqual(['ticket.created', 'ticket.changed']);
});

test('a method is changed by the body of a form only: not by the address, a header, or to anything', async () => {
  const ticket = await raise();
  await marek.get(paths.ticket(ticket));
  const at = paths.watch(ticket);
  const watching = async () => (await db('ticket_followers').where({ ticket_id: ticket.id })).length;
  await post(marek, `${at}?_method=DELETE`);
  expect(await watching()).toBe(1);
  await post(marek, at, {}, { 'x-http-method-override': 'DELETE' });
  await post(marek, at, { _method: 'GET' });
  expect(await watching()).toBe(1);
  expect((await marek.request(`${at}?_method=DELETE`)).status).toBe(404);
  expect((await post(marek, at, { _method: 'DELETE', _csrf: 'wrong' })).status).toBe(403);
  expect(await watching()).toBe(1);
  await post(marek, at, { _method: 'delete' });
  expect(await watching()).toBe(0);
});

describe('the property panel', () => {
  const panel = async (who: typeof marek, ticket: { number: number }) => {
    await who.get(paths.ticket(ticket));
    return who.form('Save changes');
  };

  test('changes what was changed, by a plain form', async () => {
    const ticket = await raise();
    await marek.submit(
      (await panel(marek, ticket)).fill({
        Priority: 'Urgent',
        'Assigned to': `Priya Nr${second.email.match(/\d+/)}`,
      }),
      'Save changes',
    );
    expect(marek.html.notices.join()).toContain('Saved');
    expect(await reload(ticket)).toMatchObject({ priority: 'urgent', assigneeId: second.id, version: 2 });
  });

  test('as htmx brings itself, the thread and the head', async () => {
    const ticket = await raise();
    await marek.get(paths.ticket(ticket));
    const reply = await marek.partial(paths.properties(ticket), {
      target: 'aside#properties',
      fields: { was_priority: 'medium', priority: 'low' },
    });
    expect(reply.status).toBe(200);
    for (const id of ['properties', 'thread', 'ticket-head'])
      expect(reply.text).toContain(`hx-target="#${id}"`);
    expect(reply.text).not.toContain('<html');
  });

  test('says what cannot be, in the panel too', async () => {
    const ticket = await raise();
    await marek.get(paths.ticket(ticket));
    const fields = { was_assignee: '', assignee: String(employee.id) };
    expect((await post(marek, paths.properties(ticket), fields)).text).toContain(
      'Choose somebody of the team',
    );
    const reply = await marek.partial(paths.properties(ticket), { target: 'aside#properties', fields });
    expect(reply.status).toBe(422);
    expect(reply.html.alerts).toEqual(['Choose somebody of the team']);
    expect(reply.text).not.toContain('<html');
    expect((await reload(ticket)).version).toBe(1);
  });

  test('moved to another team, the ticket is out of sight and the queue comes up', async () => {
    const ticket = await raise();
    const hrName = (await db('teams').where({ id: hr.id }).first()).name;
    await marek.submit((await panel(marek, ticket)).fill({ Team: hrName }), 'Save changes');
    expect(marek.status).toBe(200);
    expect(marek.path).toBe('/queue/needs-reply');
    expect(marek.html.notices.join()).toContain('now belongs to another team');
    expect((await reload(ticket)).teamId).toBe(hr.id);
  });

  test('an edit over an older page shows both, keeps theirs, and “Use mine” saves all of mine', async () => {
    const ticket = await raise();
    const mine = (await panel(marek, ticket)).fill({ Priority: 'Low', Status: 'In progress' });
    await changeTicket(await as(second), ticket, { priority: 'urgent' });
    await marek.submit(mine, 'Save changes');
    expect(marek.status).toBe(409);
    expect(marek.html.heading).toBe(`Somebody else changed #${ticket.number} meanwhile`);
    const row = marek.html
      .find('tbody tr')
      .toArray()
      .map(each => marek.html.textOf(each));
    expect(row).toEqual(['Priority Medium Urgent Low']);
    expect(await reload(ticket)).toMatchObject({ priority: 'urgent', status: 'new', version: 2 });
    await marek.click('Use mine');
    expect(marek.status).toBe(200);
    expect(await reload(ticket)).toMatchObject({ priority: 'low', status: 'in-progress', version: 3 });
  });

  test('a third change while both were compared is a conflict again', async () => {
    const ticket = await raise();
    const mine = (await panel(marek, ticket)).fill({ Priority: 'Low' });
    await changeTicket(await as(second), ticket, { priority: 'urgent' });
    await marek.submit(mine, 'Save changes');
    await changeTicket(await as(second), await reload(ticket), { priority: 'high' });
    await marek.click('Use mine');
    expect(marek.status).toBe(409);
    await marek.click('Keep theirs');
    expect((await reload(ticket)).priority).toBe('high');
  });

  test('as htmx a conflict takes the place of the page, not of the panel', async () => {
    const ticket = await raise();
    await marek.get(paths.ticket(ticket));
    await changeTicket(await as(second), ticket, { priority: 'urgent' });
    const reply = await marek.partial(paths.properties(ticket), {
      target: 'aside#properties',
      fields: { was_priority: 'medium', priority: 'low' },
    });
    expect(reply.status).toBe(409);
    expect(reply.headers).toMatchObject({ 'hx-retarget': '#main', 'hx-reselect': '#main' });
    expect(reply.html.find('#main')).toHaveLength(1);
  });

  test('is not there for the requester, and a forged one is refused', async () => {
    const ticket = await raise();
    await anna.get(paths.ticket(ticket));
    expect(anna.html.find('#properties')).toHaveLength(0);
    expect((await post(anna, paths.properties(ticket), { priority: 'urgent' })).status).toBe(403);
    const fragment = await anna.partial(paths.ticket(ticket), { target: 'aside#properties' });
    expect(fragment.text).not.toContain('id="properties-form"');
    const aisha = await signIn(stranger);
    await aisha.get('/queue');
    expect((await post(aisha, paths.properties(ticket), { priority: 'urgent' })).status).toBe(404);
  });
});

test('everything that must hold does', async () => {
  await expectInvariants(db);
});
