import { describe, expect, test } from 'vitest';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { db, signIn, makeTicket, reload, follow } = app;
const { it, hr, employee, coordinator, stranger } = await usualPeople(app);
const marek = await signIn(coordinator);
const anna = await signIn(employee);
await app.set({ pageSize: 10 });
for (let i = 1; i <= 13; i += 1)
  await makeTicket({
    by: employee,
    team: it,
    subject: `Printer ${i}`,
    impact: i === 1 ? 'stopped' : 'a-little',
  });
const foreign = await makeTicket({ by: employee, team: hr, subject: 'Payslip canary' });
await follow();

const subjects = (who: typeof marek) =>
  who.html
    .find('.q-sub a')
    .toArray()
    .map(link => who.html.textOf(link));

test('the queue opens on what needs a reply, with its number, in order of the time left', async () => {
  await marek.get('/queue');
  expect(marek.path).toBe('/queue/needs-reply');
  expect(marek.html.title).toContain('Needs a reply (13)');
  expect(marek.html.heading).toBe('Needs a reply 13');
  expect(subjects(marek)).toHaveLength(10);
  expect(subjects(marek)[0]).toBe('Printer 1');
});

test('pages lead on and back, keep filter and order, and each ticket is on one of them', async () => {
  await marek.get('/queue/all?sort=oldest&priority=medium');
  const first = subjects(marek);
  await marek.click('Next');
  const second = subjects(marek);
  expect(marek.path).toContain('sort=oldest');
  expect(marek.path).toContain('priority=medium');
  expect([...first, ...second]).toEqual(Array.from({ length: 12 }, (_, i) => `Printer ${i + 2}`));
  await marek.click('Previous');
  expect(subjects(marek)).toEqual(first);
});

test('the foot says which tickets these are, and of how many where that is known', async () => {
  const foot = () => marek.html.textOf(marek.html.find('.pages > span')[0]!).trim();
  await marek.get('/queue/needs-reply');
  expect(foot()).toBe('1–10 of 13');
  await marek.click('Next');
  expect(foot()).toBe('11–13 of 13');
  await marek.get('/queue/all');
  expect(foot()).toBe('1–10');
  await marek.get('/queue/all?priority=urgent');
  expect(foot()).toBe('1 of 1');
});

test('the list alone comes back to htmx when words filter it, and the filter stays in the address', async () => {
  await marek.get('/queue/all');
  const reply = await marek.partial('/queue/all?q=%22Printer%207%22', { target: 'form#list' });
  expect(reply.status).toBe(200);
  expect(reply.text).not.toContain('<html');
  expect(reply.html.find('form#list')).toHaveLength(1);
  expect(reply.html.find('.q-sub a').text()).toBe('Printer 7');
  const other = await marek.partial('/queue/all', { target: 'div#nonsense' });
  expect(other.text).toContain('<html');
});

test('other teams’ tickets are in no view, no filter and no number', async () => {
  for (const path of [
    '/queue/all',
    `/queue/all?team=${hr.id}`,
    '/queue/all?q=payslip',
    `/queue/all?requester=${employee.id}`,
  ]) {
    await marek.get(path);
    expect(marek.status).toBe(200);
    expect(marek.html.html).not.toContain('canary');
  }
});

test('an employee has no queue: it is not there for them', async () => {
  for (const path of ['/queue', '/queue/all', '/queue/mine?q=x']) {
    await anna.get(path);
    expect(anna.status, path).toBe(404);
  }
  expect((await post(anna, '/queue/bulk', { ids: '1', do: 'assign-me' })).status).toBe(404);
});

test.each(['/queue/nonsense', '/queue/v-1'])('%s is not there', async path => {
  await marek.get(path);
  expect(marek.status).toBe(404);
});

test.each([
  'sort=nonsense',
  'sort=id;drop',
  'after=xxx',
  'after=WyIyMDI2LTk5LTk5IDAwOjAwOjAwKzAwIiwiMSJd',
  'before=WyIyMDI2LTAyLTMwIDAwOjAwOjAwKzAwIiwiMSJd',
  'priority=nonsense',
  'status=%27--',
  'team=abc',
  'team=999999999999999',
  'assignee=-1',
  'category=1e5',
  'q=%00',
  'q=%27%20%7C%20%3A%2A%20%26',
  `q=${'x'.repeat(5_000)}`,
  'sort=newest&sort=oldest&q[]=a&q[b]=c',
])('odd words in the address (%s) are passed over', async query => {
  await marek.get(`/queue/all?${query}`);
  expect(marek.status).toBe(200);
});

describe('changing several at once, without scripts', () => {
  const listForm = () => marek.form({ action: '/queue/bulk' });
  const tick = async (...titles: string[]) => {
    await marek.get('/queue/all?sort=oldest');
    const rows = await db('tickets').whereIn('subject', titles).orderBy('id');
    for (const row of rows) listForm().fill({ [`Select #${row.number}`]: true });
    return rows as { id: number; number: number }[];
  };

  test('those ticked are mine, and the list is where it was', async () => {
    const [two, three] = await tick('Printer 2', 'Printer 3');
    await marek.submit(listForm(), /^Assign to me/);
    expect(marek.html.notices.join()).toContain('2 tickets changed');
    expect(marek.path).toBe('/queue/all?sort=oldest');
    for (const one of [two, three]) expect((await reload(one!)).assigneeId).toBe(coordinator.id);
  });

  test('one ticket is said as one', async () => {
    await tick('Printer 4');
    await marek.submit(listForm(), /^Assign to me/);
    expect(marek.html.notices.join()).toContain('One ticket changed');
  });

  test('a status or a priority is asked for on a page that carries the tickets along', async () => {
    const [five] = await tick('Printer 5');
    await marek.submit(listForm(), /^Priority/);
    expect(marek.html.heading).toBe('Change the priority of one ticket');
    marek.fill({ 'New priority': 'Urgent' });
    await marek.click('Change one ticket');
    expect((await reload(five!)).priority).toBe('urgent');
    const [six] = await tick('Printer 6');
    await marek.submit(listForm(), /^Status/);
    marek.fill({ 'New status': 'Waiting on requester' });
    await marek.click('Change one ticket');
    expect(await reload(six!)).toMatchObject({ status: 'on-hold', waitingOn: 'requester' });
  });

  test('nothing ticked changes nothing', async () => {
    await marek.get('/queue/all');
    await marek.submit(listForm(), /^Assign to me/);
    expect(marek.html.text).toContain('Select at least one ticket first');
  });

  test('foreign and absent tickets are counted alike and stay as they are', async () => {
    await marek.get('/queue/all');
    const words = [];
    for (const id of [foreign.id, 999_999]) {
      const reply = await post(marek, '/queue/bulk', {
        ids: String(id),
        do: 'assign-me',
        back: '/queue/all',
      });
      expect(reply.headers.location).toBe('/queue/all');
      await marek.get('/queue/all');
      words.push(marek.html.find('.flashes').text().trim());
    }
    expect(words[0]).toContain('One ticket could not be changed');
    expect(words[1]).toBe(words[0]);
    expect((await reload(foreign)).version).toBe(1);
  });

  test('twenty equal presses are one change, and the way back is one of ours', async () => {
    const [seven] = await tick('Printer 7');
    const fields = { _key: listForm().values._key!, ids: String(seven!.id), do: 'assign-me' };
    const replies = await Promise.all(Array.from({ length: 20 }, () => post(marek, '/queue/bulk', fields)));
    expect(new Set(replies.map(reply => reply.status))).toEqual(new Set([303]));
    expect((await reload(seven!)).version).toBe(2);
    for (const back of ['https://evil.example', '//evil.example', 'javascript:alert(1)']) {
      expect((await post(marek, '/queue/bulk', { ...fields, back })).headers.location).not.toContain('evil');
      const asked = await post(marek, '/queue/bulk', { ids: fields.ids, do: 'status', back });
      expect(asked.text).not.toMatch(/href="(https:\/\/evil|\/\/evil|javascript)/);
    }
  });

  test('a made-up act, value or field changes nothing', async () => {
    await marek.get('/queue/all');
    const [eight] = await db('tickets').where({ subject: 'Printer 8' });
    const wrong: Record<string, string>[] = [
      { do: 'delete' },
      { do: 'priority', value: 'highest' },
      { do: 'status', value: 'nonsense' },
      { do: 'assign-me', team: String(hr.id) },
      { do: 'assign-me', _csrf: 'wrong' },
    ];
    for (const fields of wrong) await post(marek, '/queue/bulk', { ids: String(eight.id), ...fields });
    expect((await reload(eight)).version).toBe(1);
  });
});

test('the page of a ticket knows its neighbours in the list one came from', async () => {
  await marek.get('/queue/unassigned');
  const [, second] = subjects(marek);
  await marek.click(second!);
  expect(marek.html.heading).toBe(second);
  await marek.click('Next ticket');
  await marek.click('Previous ticket');
  expect(marek.html.heading).toBe(second);
});

test('a coordinator of another team sees their own queue only', async () => {
  const aisha = await signIn(stranger);
  await aisha.get('/queue/all');
  expect(subjects(aisha)).toEqual(['Payslip canary']);
});
