import { describe, expect, test } from 'vitest';
import { changeTicket } from '../../../src/domain/tickets/changing.ts';
import { followTicket } from '../../../src/domain/tickets/watching.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { db, as, signIn, makeTicket, comment, upload, reload, follow } = app;
const { it, hr, employee, colleague, coordinator, stranger } = await usualPeople(app);
const marek = await signIn(coordinator);
const aisha = await signIn(stranger);

const plain = await makeTicket({ by: employee, team: it, subject: 'Plain' });
const tagged = await makeTicket({ by: colleague, team: it, subject: 'Tagged' });
await changeTicket(await as(coordinator), tagged, { tags: ['vip', 'dock-4'] });
const old = await makeTicket({ by: employee, team: it, subject: 'Old' });
await db('tickets')
  .where({ id: old.id })
  .update({
    created_at: new Date(Date.now() - 40 * 86_400_000),
    updated_at: new Date(Date.now() - 40 * 86_400_000),
  });
const held = await makeTicket({ by: employee, team: it, subject: 'Held' });
await comment(coordinator, held, { then: 'waiting' });
await makeTicket({
  by: employee,
  team: it,
  subject: 'Filed',
  uploadIds: [(await upload(employee, 'log.txt', 'hello')).id],
});
const phoned = await makeTicket({ by: coordinator, for: employee, team: it, subject: 'Phoned' });
await followTicket(await as(coordinator), plain);
await makeTicket({ by: employee, team: hr, subject: 'Payslip canary' });
await follow();

const subjects = (who = marek) =>
  who.html
    .find('.q-sub a')
    .toArray()
    .map(link => who.html.textOf(link))
    .sort();

test.each([
  ['tag=vip', ['Tagged']],
  ['tag=VIP', ['Tagged']],
  ['tag=nothing', []],
  ['source=phone', ['Phoned']],
  ['waiting=requester', ['Held']],
  ['created=older', ['Old']],
  ['updated=older', ['Old']],
  ['created=today', ['Filed', 'Held', 'Phoned', 'Plain', 'Tagged']],
  ['created=7d&tag=dock-4', ['Tagged']],
  ['file=yes', ['Filed']],
  ['following=yes', ['Plain']],
])('%s shows those and no others', async (query, wanted) => {
  await marek.get(`/queue/all?${query}`);
  expect(subjects()).toEqual(wanted);
});

test.each(['tag=%00', `tag=${'x'.repeat(60)}`, 'source=nonsense', 'created=soon', 'file=no', 'following=1'])(
  'an odd word (%s) is passed over',
  async query => {
    await marek.get(`/queue/all?${query}`);
    expect(marek.status).toBe(200);
    expect(subjects()).toHaveLength(6);
  },
);

describe('each property can be chosen without scripts, and taken off again', () => {
  test.each([
    ['Tag', 'vip', 'Tag: vip'],
    ['Status', 'On hold', 'Status: On hold'],
    ['Requester', /Sofie/, /Requester: Sofie/],
    ['Created', 'Last 7 days', 'Created: Last 7 days'],
    ['Attachment', 'Has an attachment', 'Attachment: Has one'],
    ['Following', 'I follow it', 'Following: By me'],
    ['Source', 'Phone', 'Source: Phone'],
    ['Waiting on', 'Requester', 'Waiting on: Requester'],
  ])('%s', async (name, value, chip) => {
    await marek.get('/queue/all?sort=oldest');
    await marek.get(marek.html.find('a.chip.no-js-only').attr('href')!);
    await marek.click(name);
    expect(marek.html.html).not.toContain('canary');
    const index = marek.html
      .find('.narrow-form a')
      .toArray()
      .findIndex(one => marek.html.textOf(one).match(value));
    await marek.get(marek.html.find('.narrow-form a').eq(index).attr('href')!);
    expect(marek.path).toContain('sort=oldest');
    expect(subjects().length).toBeGreaterThan(0);
    expect(marek.html.text).toMatch(chip);
    await marek.click(typeof chip === 'string' ? `Remove filter: ${chip}` : /^Remove filter: Requester/);
    expect(marek.path).toBe('/queue/all?sort=oldest');
  });
});

test('the values of a filter come alone to htmx', async () => {
  const reply = await marek.partial('/queue/all/filters?only=priority', { target: 'div#f-more' });
  expect(reply.text).not.toContain('<html');
  expect(reply.text).toContain('?priority=urgent');
});

describe('columns and density', () => {
  const heads = () =>
    marek.html
      .find('thead th')
      .toArray()
      .map(head => marek.html.textOf(head));

  test('are chosen on a page, kept for the person, and lead back', async () => {
    await marek.get('/queue/all?tag=vip');
    await marek.click('Columns and rows');
    marek.form('Save display').fill({ Tags: true, Team: true, Created: true, Status: false, Compact: true });
    await marek.click('Save display');
    expect(marek.path).toBe('/queue/all?tag=vip');
    expect(heads()).toContain('Tags');
    expect(heads()).not.toContain('Status');
    expect(marek.html.find('.q-tags').text()).toContain('dock-4, vip');
    expect(marek.html.find('table.is-compact')).toHaveLength(1);
    await aisha.get('/queue/all');
    expect(aisha.html.find('.q-tags')).toHaveLength(0);
  });

  test('none at all leaves the subject', async () => {
    await post(marek, '/queue/display', { density: 'comfortable', back: '/queue/all' });
    await marek.get('/queue/all');
    expect(heads().filter(Boolean)).toEqual(['Subject']);
    expect(subjects()).toHaveLength(6);
  });

  test('a made-up one is none, and the way back stays ours', async () => {
    const reply = await post(marek, '/queue/display', {
      columns: ['number', 'password_hash'],
      density: 'comfortable',
      back: '//evil.example',
    });
    expect(reply.headers.location).toBe('/queue');
    expect((await db('queue_displays').where({ user_id: coordinator.id }).first()).columns).toEqual([
      'number',
    ]);
  });
});

describe('new arrivals', () => {
  const arrived = async (query = '') => {
    const reply = await marek.partial(`/queue/needs-reply/arrivals?since=${since}${query}`, {
      target: 'div#arrivals',
    });
    expect(reply.status).toBe(200);
    return reply.html.text;
  };
  const since = new Date(app.clock.now().getTime() + 1).toISOString();

  test('are counted once they came, in this person’s list only, and their own doing is no news', async () => {
    expect(await arrived()).toBe('');
    app.clock.advance({ minutes: 1 });
    await makeTicket({ by: colleague, team: hr, subject: 'Other canary' });
    expect(await arrived()).toBe('');
    await makeTicket({ by: colleague, team: it, impact: 'stopped' });
    expect(await arrived()).toBe('One new ticket, show');
    await comment(employee, await reload(held));
    expect(await arrived()).toBe('2 new tickets, show');
    expect(await arrived('&priority=urgent')).toBe('One new ticket, show');
    await changeTicket(await as(coordinator), await reload(phoned), { assigneeId: coordinator.id });
    expect(await arrived()).toBe('2 new tickets, show');
  });

  test('a moment that is none, or a plain visit, is the list', async () => {
    const reply = await marek.partial('/queue/all/arrivals?since=nonsense', { target: 'div#arrivals' });
    expect(reply.html.text).toBe('');
    await marek.get(`/queue/all/arrivals?since=${since}&tag=vip`);
    expect(marek.path).toBe('/queue/all?tag=vip');
  });
});
