import { describe, expect, test } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';
import type { Visitor } from '../../support/visitor.ts';

const app = await testApp({ env: { LIMIT_TICKETS_PERSON: '1000' } });
const { db, clock, signIn, makeTicket } = app;
const { it, employee, coordinator, stranger, admin } = await usualPeople(app);
const [anna, marek, aisha] = [await signIn(employee), await signIn(coordinator), await signIn(stranger)];

const open = async () => {
  const ticket = await makeTicket({ by: employee, team: it });
  await marek.get(paths.ticket(ticket));
  return ticket;
};
const text = (who: Visitor, css: string) => who.html.find(css).text().replace(/\s+/g, ' ').trim();

describe('a checklist', () => {
  test('is made, ticked, changed and cleared with plain forms', async () => {
    const ticket = await open();
    expect(marek.html.has('Make a checklist')).toBe(true);
    marek.fill({ 'New items, one a line': '- Laptop\n- Badge' });
    await marek.click('Add to checklist');
    expect(marek.trail).toEqual([
      `POST /tickets/${ticket.number}/checklist 303`,
      `GET /tickets/${ticket.number} 200`,
    ]);
    expect(text(marek, '#checklist')).toContain('0 of 2 done');
    const [first, second] = await db('checklist_items').where({ ticket_id: ticket.id }).orderBy('position');
    await post(marek, paths.checklistCompletion(ticket, first.id));
    await marek.get(paths.ticket(ticket));
    expect(text(marek, '#checklist')).toContain('1 of 2 done');
    expect(marek.html.find('#checklist [aria-checked=true]').text()).toContain('Laptop');
    await post(marek, paths.checklistCompletion(ticket, first.id), { _method: 'DELETE' });
    const form = marek.form({ action: paths.checklistItem(ticket, second.id) });
    await marek.submit(form.fill({ Item: 'Badge and key' }), 'Save item');
    expect(text(marek, '#checklist')).toContain('Badge and key');
    await marek.submit(marek.form({ action: paths.checklistItem(ticket, second.id) }), 'Move up');
    expect((await db('checklist_items').where({ ticket_id: ticket.id }).orderBy('position'))[0].id).toBe(
      second.id,
    );
    await marek.submit(marek.form({ action: paths.checklistItem(ticket, second.id) }), 'Remove item');
    expect(text(marek, '#checklist')).toContain('0 of 1 done');
  });

  test('keeps what was typed when it is too much, and says so', async () => {
    const ticket = await open();
    marek.fill({ 'New items, one a line': 'x'.repeat(300) });
    await marek.click('Add to checklist');
    expect(marek.status).toBe(422);
    expect(marek.html.alerts.join()).toContain('Shorten each item');
    expect(marek.html.find('[name=items]').text()).toContain('xxx');
    expect(await db('checklist_items').where({ ticket_id: ticket.id })).toEqual([]);
  });

  test('htmx gets the list alone', async () => {
    const ticket = await open();
    const answer = await marek.partial(paths.checklist(ticket), {
      target: 'section#checklist',
      fields: { items: 'One', _key: 'abcdefgh-1' },
    });
    expect(answer.text).toMatch(/^<hx-partial hx-target="#checklist"/);
    expect(answer.text).not.toContain('id="properties"');
    const wrong = await marek.partial(paths.checklist(ticket), { fields: { items: ' ' } });
    expect(wrong.text).toContain('one item a line');
  });

  test('an ended ticket with open items says so', async () => {
    const ticket = await open();
    marek.fill({ 'New items, one a line': 'Laptop\nBadge' });
    await marek.click('Add to checklist');
    await marek.click('Mark as solved');
    await marek.get(paths.ticket(ticket));
    expect(text(marek, '#checklist')).toContain('Ended with 2 open items.');
  });
});

describe('time', () => {
  test('a timer runs on the ticket, is seen on others, and its time is kept', async () => {
    const ticket = await open();
    await marek.click('Start timer');
    expect(marek.html.notices.join()).toContain('Timer started');
    expect(marek.html.find('#time time').attr('data-since')).toBe(clock.now().toISOString());
    clock.advance({ minutes: 12 });
    const other = await open();
    expect(text(marek, '#time')).toContain(`#${ticket.number} 12m on your timer`);
    await marek.click('Stop timer');
    expect(marek.html.notices.join()).toContain(`12m kept on #${ticket.number}`);
    expect(marek.path).toBe(paths.ticket(other));
    await marek.get(paths.ticket(ticket));
    expect(text(marek, '#time')).toMatch(/Time spent 12m.*1 entries|Time spent 12m.*One entry/);
    await marek.click('Start timer');
    await marek.click('Discard timer');
    expect(await db('time_entries').whereNull('minutes')).toEqual([]);
  });

  test('is added by hand, in many ways, corrected and removed', async () => {
    const ticket = await open();
    const form = marek.form('Save time').fill({ Time: '1,5 h', 'What you did': 'Called the maker' });
    await marek.submit(form, 'Save time');
    expect(text(marek, '#time')).toMatch(/1h 30m.*Called the maker/);
    const [{ id }] = await db('time_entries').where({ ticket_id: ticket.id });
    await marek.submit(marek.form({ action: paths.timeEntry(ticket, id) }).fill({ Time: '45' }), 'Save time');
    expect(text(marek, '#time')).toContain('45m');
    await marek.submit(marek.form({ action: paths.timeEntry(ticket, id) }), 'Remove time');
    expect(marek.html.find('#time .spent').length).toBe(0);
  });

  test('a length nobody understands is refused with an example, and stays in the field', async () => {
    await open();
    await marek.submit(
      marek.form('Save time').fill({ Time: 'a while', 'What you did': 'Thought' }),
      'Save time',
    );
    expect(marek.status).toBe(422);
    expect(marek.html.alerts.join()).toContain('Write the time like 1h 30m, 1:30, 90 or 1.5h');
    expect(marek.html.find('#f-spent').attr('value')).toBe('a while');
    expect(marek.html.find('#f-time-note').attr('value')).toBe('Thought');
  });

  test('htmx gets the time alone', async () => {
    const ticket = await open();
    const answer = await marek.partial(paths.time(ticket), { fields: { spent: '20m', note: '' } });
    expect(answer.text).toMatch(/^<hx-partial hx-target="#time"/);
    expect(answer.text).not.toContain('id="checklist"');
  });
});

describe('a private note', () => {
  test('is kept with a button or as one types, and is the writer’s alone', async () => {
    const ticket = await open();
    await marek.submit(
      marek.form('Save note').fill({ 'Private note': 'canary-memo Ask Ana first' }),
      'Save note',
    );
    expect(marek.html.find('#f-memo').text()).toContain('canary-memo');
    const typed = await marek.partial(paths.memo(ticket), {
      target: 'textarea#f-memo',
      fields: { memo: 'canary-memo two', _method: 'PUT', _key: 'abcdefgh-2' },
    });
    expect(typed.status).toBe(204);
    await marek.partial(paths.memo(ticket), {
      fields: { memo: 'canary-memo three', _method: 'PUT', _key: 'abcdefgh-2' },
    });
    expect((await db('ticket_memos').where({ ticket_id: ticket.id })).map(row => row.body)).toEqual([
      'canary-memo three',
    ]);
    const boss = await signIn(admin);
    const ways = [paths.ticket(ticket), paths.searchFor('canary-memo'), paths.adminAudit];
    for (const who of [boss, anna, aisha])
      for (const way of ways)
        expect((await who.request(way)).text.replaceAll('q=canary-memo', '')).not.toContain('canary-memo t');
    expect((await post(boss, paths.adminAuditCsv)).text).not.toContain('canary-memo');
    expect(JSON.stringify(await db('events'))).not.toContain('canary-memo');
    expect(JSON.stringify(await db('deliveries'))).not.toContain('canary-memo');
    await marek.get(paths.ticket(ticket));
    await marek.submit(marek.form('Save note').fill({ 'Private note': '  ' }), 'Save note');
    expect(await db('ticket_memos').where({ ticket_id: ticket.id })).toEqual([]);
  });
});

test('who does not work the ticket finds none of it: not the page’s parts, not the routes', async () => {
  const ticket = await open();
  marek.fill({ 'New items, one a line': 'canary-item' });
  await marek.click('Add to checklist');
  await marek.submit(
    marek.form('Save time').fill({ Time: '10', 'What you did': 'canary-time' }),
    'Save time',
  );
  const [item] = await db('checklist_items').where({ ticket_id: ticket.id });
  const [entry] = await db('time_entries').where({ ticket_id: ticket.id });
  await anna.get(paths.ticket(ticket));
  expect(anna.html.find('#checklist, #time, #memo').length).toBe(0);
  for (const path of [paths.ticket(ticket), paths.searchFor('canary-item'), paths.tickets])
    expect((await anna.request(path)).text.replaceAll('q=canary-item', '')).not.toMatch(
      /canary-time|canary-item</,
    );
  await aisha.get(paths.queue);
  const routes: [string, Record<string, string>][] = [
    [paths.checklist(ticket), { items: 'x' }],
    [paths.checklistItem(ticket, item.id), { _method: 'PUT', text: 'x' }],
    [paths.checklistItem(ticket, item.id), { _method: 'DELETE' }],
    [paths.checklistPosition(ticket, item.id), { direction: 'up' }],
    [paths.checklistCompletion(ticket, item.id), {}],
    [paths.checklistCompletion(ticket, item.id), { _method: 'DELETE' }],
    [paths.time(ticket), { spent: '5' }],
    [paths.timeEntry(ticket, entry.id), { _method: 'PUT', spent: '5' }],
    [paths.timeEntry(ticket, entry.id), { _method: 'DELETE' }],
    [paths.timer(ticket), {}],
    [paths.memo(ticket), { _method: 'PUT', memo: 'x' }],
  ];
  for (const [path, fields] of routes) {
    expect((await post(anna, path, fields)).status, path).toBeGreaterThanOrEqual(403);
    expect((await post(aisha, path, fields)).status, path).toBe(404);
  }
  expect(await db('checklist_items').where({ ticket_id: ticket.id })).toHaveLength(1);
});
