import { beforeEach, describe, expect, test } from 'vitest';
import { workThroughRuns } from '../../../src/domain/bulk/working.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { db, signIn, makeTicket, reload, system } = app;
const { it, hr, employee, coordinator, stranger, admin } = await usualPeople(app);
const mate = await app.makeUser({ role: 'coordinator', teams: [it], firstName: 'Nadia' });
const marek = await signIn(coordinator);
await app.set({ pageSize: 10 });
const tickets: Awaited<ReturnType<typeof makeTicket>>[] = [];
for (let i = 1; i <= 24; i += 1)
  tickets.push(await makeTicket({ by: employee, team: it, subject: `Printer ${i}` }));
const foreign = await makeTicket({ by: employee, team: hr, subject: 'Payslip canary' });

const LIST = '/queue/all?sort=oldest';
const bar = () => marek.form({ action: '/queue/bulk' });
const lastRun = async () =>
  (await db('bulk_runs').orderBy('id', 'desc').first()) as { id: number; state: string };
const ids = (from: number, to: number) => tickets.slice(from, to).map(ticket => String(ticket.id));

beforeEach(async () => {
  await marek.get(LIST);
});

/** Ticks these on the page in front, and presses. */
const press = async (subjects: number[], button: string | RegExp) => {
  for (const i of subjects) bar().fill({ [`Select #${tickets[i - 1]!.number}`]: true });
  await marek.submit(bar(), button);
};

describe('small reversible acts happen at once', () => {
  test('and say Undo, which puts them back', async () => {
    await press([1, 2], /^Assign to me/);
    expect(marek.html.notices.join()).toContain('2 tickets changed');
    await marek.click('Undo');
    expect(marek.path).toBe(LIST);
    expect(marek.html.notices.join()).toContain('2 tickets put back');
    expect((await reload(tickets[0]!)).assigneeId).toBe(null);
  });

  test('and are found again from the list for as long as they can be undone', async () => {
    await press([1], /^Assign to me/);
    await marek.get(LIST);
    await marek.click('Changes to many tickets');
    expect(marek.path).toBe('/queue/bulk');
    await marek.get(marek.html.find('tbody a').first().attr('href')!);
    await marek.click('Undo');
    expect((await reload(tickets[0]!)).assigneeId).toBe(null);
    await marek.get(LIST);
  });

  test('an act of the menu brings its value along', async () => {
    const reply = await post(marek, '/queue/bulk', {
      ids: ids(2, 3),
      do: 'status:on-hold:other',
      back: LIST,
    });
    expect(reply.status).toBe(303);
    expect(await reload(tickets[2]!)).toMatchObject({ status: 'on-hold', waitingOn: 'other' });
  });
});

describe('other acts are looked at first', () => {
  test('the preview says what changes and what not, and changes nothing', async () => {
    const closed = tickets[3]!;
    await post(marek, '/queue/bulk', { ids: String(closed.id), do: 'status:closed', back: LIST });
    await marek.get(LIST);
    await press([4, 5, 6], 'More');
    expect(marek.html.heading).toBe('What to do with 3 tickets');
    await marek.click('Close tickets');
    expect(marek.html.heading).toContain('Close');
    expect(marek.html.text).toContain('2 tickets change');
    expect(marek.html.text).toContain('One is closed already');
    expect(marek.html.text).toContain('This sends about 2 mails.');
    expect((await reload(tickets[4]!)).status).toBe('new');
    await marek.click('Close 2 tickets');
    expect(marek.path).toBe(LIST);
    expect(marek.html.notices.join()).toContain('2 tickets changed');
    expect((await reload(tickets[4]!)).status).toBe('closed');
  });

  test('a reply to nobody is refused and kept; a made-up placeholder too', async () => {
    await press([7], 'More');
    await marek.click('Reply to all');
    marek.fill({ Reply: 'Hello {{nonsense}}' });
    await marek.click('See what will change');
    expect(marek.status).toBe(422);
    expect(marek.html.text).toContain('We do not know {{nonsense}}');
    expect(marek.html.find('#f-text').text()).toContain('Hello {{nonsense}}');
    marek.fill({ Reply: 'Hello {{requester.first_name}}' });
    await marek.click('See what will change');
    await marek.click('Reply to one ticket');
    const said = await db('comments').where({ ticket_id: tickets[6]!.id }).orderBy('id', 'desc').first();
    expect(said.body).toBe('Hello Jonas');
  });

  test('tags, team, owner and a macro are asked for on a page', async () => {
    await press([8, 9], 'More');
    await marek.click('Add tags');
    marek.fill({ Tags: 'VPN, home office' });
    await marek.click('See what will change');
    expect(marek.html.text).toContain('2 tickets change');
    await marek.click('Change 2 tickets');
    expect((await reload(tickets[7]!)).tags).toEqual(['home office', 'vpn']);
    await press([8], 'More');
    await marek.click('Remove tags');
    marek.fill({ Tags: 'VPN' });
    await marek.click('See what will change');
    expect(marek.html.find('td[data-label=Then]').text().trim()).toBe('home office');
    await marek.get(LIST);
    await press([8], 'More');
    await marek.click('Add tags');
    marek.fill({ Tags: 'x'.repeat(41) });
    await marek.click('See what will change');
    expect(marek.status).toBe(422);
    expect(marek.html.find('#f-value-error').text()).toContain('Shorten the tag to 40 characters');
    marek.fill({ Tags: 'Dock' });
    await marek.click('See what will change');
    expect(marek.html.find('td[data-label=Then]').text().trim()).toBe('dock, home office, vpn');
    const wrong = await post(marek, '/queue/bulk', {
      ids: ids(7, 8),
      do: 'team',
      asked: '1',
      value: 'x',
      back: LIST,
    });
    expect(wrong.status).toBe(422);
  });

  test('merging asks for the one that stays', async () => {
    await press([9, 10], /^Merge/);
    marek.fill({ 'Merge the others into': `#${tickets[8]!.number} Printer 9` });
    await marek.click('See what will change');
    expect(marek.html.text).toContain('One is what the others are merged into');
    await marek.click('Merge one ticket');
    expect((await reload(tickets[9]!)).mergedInto).toBe(tickets[8]!.number);
  });
});

describe('what is ticked stays ticked while paging', () => {
  test('without scripts, by a button of the bar, there and back, until it is used or cleared', async () => {
    await press([1], 'Keep and go on to the next page');
    expect(marek.path).toContain('after=');
    expect(marek.html.text).toContain('and one on other pages');
    bar().fill({ [`Select #${tickets[10]!.number}`]: true });
    await marek.submit(bar(), 'Keep and go back a page');
    expect(marek.html.find(`[name=ids][value=${tickets[0]!.id}]`).attr('checked')).toBeDefined();
    await marek.submit(bar(), /^Assign to me/);
    expect(marek.html.notices.join()).toContain('2 tickets changed');
    expect((await reload(tickets[10]!)).assigneeId).toBe(coordinator.id);
    expect(marek.html.text).not.toContain('on other pages');
  });

  test('another list starts with nothing, and nothing leads away from this site', async () => {
    await press([1], 'Keep and go on to the next page');
    await marek.get('/queue/unassigned');
    expect(marek.html.text).not.toContain('on other pages');
    const away = await post(marek, '/queue/bulk', { ids: '1', to: 'https://evil.example/', back: LIST });
    expect(away.headers.location).toBe(LIST);
  });
});

describe('a whole list', () => {
  test('is frozen, confirmed on its own, done by the worker, and undone', async () => {
    bar().fill({ 'Select all on this page': true });
    await press([1], 'Select the whole list');
    expect(marek.html.heading).toBe('What to do with 24 tickets');
    await marek.click('Change priority');
    marek.fill({ 'New priority': 'Urgent' });
    await marek.click('See what will change');
    const { id } = await lastRun();
    await makeTicket({ by: employee, team: it, subject: 'Came later' });
    const unsure = await post(marek, `/queue/bulk/${id}/start`);
    expect(unsure.status).toBe(422);
    expect(unsure.text).toContain('Confirm that you mean the whole list');
    expect((await lastRun()).state).toBe('planned');
    await marek.get(`/queue/bulk/${id}`);
    marek.fill({ 'I mean all 24 tickets of the list, also those I have not looked at': true });
    await marek.click('Change 24 tickets');
    expect(marek.path).toBe(`/queue/bulk/${id}`);
    expect(marek.html.find('progress').attr('max')).toBe('24');
    expect(marek.html.link('Reload')).toBeDefined();
    const part = await marek.partial(`/queue/bulk/${id}`, { target: 'section#bulk-run' });
    expect(part.text).not.toContain('<html');
    expect(part.html.find('section#bulk-run[hx-trigger]')).toHaveLength(1);
    await workThroughRuns(await system());
    await marek.get(`/queue/bulk/${id}`);
    expect(marek.html.text).toContain('24 tickets changed');
    expect((await db('tickets').where({ subject: 'Came later' }).first()).priority).toBe('medium');
    await marek.click('Undo');
    await workThroughRuns(await system());
    expect((await reload(tickets[20]!)).priority).toBe('medium');
    await marek.get('/queue/bulk');
    expect(marek.html.all('row').length).toBeGreaterThan(2);
  });
});

describe('whose runs and tickets', () => {
  test('foreign, hidden and absent tickets are one number, and never named', async () => {
    for (const id of [String(foreign.id), '999999']) {
      await post(marek, '/queue/bulk', { ids: [id, ids(12, 13)[0]!], do: 'close', back: LIST });
      const run = await lastRun();
      await marek.get(`/queue/bulk/${run.id}`);
      expect(marek.html.text).toContain('One is not there, or not yours to see');
      expect(marek.html.html).not.toContain('canary');
      expect(marek.html.html).not.toContain(`/tickets/${foreign.number}`);
    }
    await post(marek, '/queue/bulk', { ids: [String(foreign.id), ids(12, 13)[0]!], do: 'merge', back: LIST });
    const merge = await post(marek, '/queue/bulk', {
      ids: ids(12, 13),
      do: 'merge',
      value: String(foreign.id),
      back: LIST,
    });
    await marek.get(merge.headers.location!);
    expect(marek.html.html).not.toContain('canary');
    expect(marek.html.text).toContain('0 tickets change');
  });

  test('a ticket that left the person’s sight is not named on the page of the run', async () => {
    const gone = await makeTicket({ by: employee, team: it, subject: 'Moved canary' });
    const moved = await post(marek, '/queue/bulk', {
      ids: String(gone.id),
      do: 'team',
      value: String(hr.id),
      back: LIST,
    });
    await marek.get(moved.headers.location!);
    await marek.click('Change one ticket');
    const run = await lastRun();
    await marek.get(`/queue/bulk/${run.id}`);
    expect(marek.html.text).toContain('A ticket you cannot see any more');
    expect(marek.html.html).not.toContain('Moved canary');
  });

  test('a run is not there for others; admins see it, and nobody else acts on it', async () => {
    await post(marek, '/queue/bulk', { ids: ids(13, 14), do: 'close', back: LIST });
    const planned = await lastRun();
    await post(marek, '/queue/bulk', { ids: ids(14, 15), do: 'priority:low', back: LIST });
    const ran = await lastRun();
    for (const who of [mate, stranger, employee]) {
      const other = await signIn(who);
      for (const { id } of [planned, ran]) {
        await other.get(`/queue/bulk/${id}`);
        expect(other.status).toBe(404);
        for (const verb of ['start', 'cancellation', 'undo'])
          expect((await post(other, `/queue/bulk/${id}/${verb}`)).status).toBe(404);
      }
    }
    const boss = await signIn(admin);
    await boss.get(`/queue/bulk/${ran.id}`);
    expect(boss.status).toBe(200);
    await boss.get(`/queue/bulk/${planned.id}`);
    expect(boss.status).toBe(404);
    expect((await reload(tickets[14]!)).priority).toBe('low');
  });

  test.each(['/queue/bulk/0', '/queue/bulk/x', '/queue/bulk/999999'])('%s is not there', async path => {
    await marek.get(path);
    expect(marek.status).toBe(404);
  });

  test('an employee has none of it', async () => {
    const anna = await signIn(employee);
    for (const path of ['/queue/bulk', '/queue/bulk/values?act=status']) {
      await anna.get(path);
      expect(anna.status).toBe(404);
    }
  });
});

test('the values of the bar come as a fragment for its menu', async () => {
  const part = await marek.partial('/queue/bulk/values?act=status', { target: 'div#bulk-status' });
  expect(part.text).not.toContain('<html');
  expect(part.text).toContain('value="status:on-hold:requester"');
  await marek.get('/queue/bulk/values?act=priority');
  expect(marek.html.heading).toBe('Change priority');
});

test('twenty equal presses of the same start are one run', async () => {
  await post(marek, '/queue/bulk', { ids: ids(15, 18), do: 'note', text: 'Once', back: LIST });
  const { id } = await lastRun();
  const replies = await Promise.all(
    Array.from({ length: 20 }, () => post(marek, `/queue/bulk/${id}/start`, { _key: 'the-same-key' })),
  );
  expect(new Set(replies.map(reply => reply.status))).toEqual(new Set([303]));
  const notes = await db('comments').where({ kind: 'note', body: 'Once' });
  expect(notes).toHaveLength(3);
});
