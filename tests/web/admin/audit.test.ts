import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { startOfDay, startOfNextDay } from '../../../src/web/admin/day-bounds.ts';
import { PASSWORD } from '../../domain/identity/accounts.ts';
import { post } from '../../support/app.ts';
import { ageSessions } from '../../support/sessions.ts';
import { desk } from './desk.ts';

const { admin, account, db } = await desk();

test('what was done is told in words, with from and to', async () => {
  await admin.get('/admin/settings');
  admin.form('Save company').fill({ 'Company name': 'Halden <b>Freight</b>' });
  await admin.click('Save company');
  await admin.get('/admin/audit');
  expect(admin.html.heading).toBe('Audit log');
  const row = admin.html.find('tbody tr').first();
  expect(admin.html.textOf(row)).toContain('Kwame Mensah');
  expect(row.find('.status').text()).toBe('Changed settings');
  expect(row.find('del').text()).toBe('SmartSupport');
  expect(row.find('ins').text()).toBe('Halden <b>Freight</b>');
  expect(admin.html.has('Chain not sealed yet')).toBe(true);
  await admin.click('Verify chain');
  expect(admin.html.has('The chain holds')).toBe(true);
  expect(admin.html.find('.sheet-head .badge').text()).toContain('Chain verified');
});

test('filters are kept in the address, and an empty answer says what to do', async () => {
  await admin.get('/admin/audit');
  admin.fill({ 'Person, ticket or address': 'kwame', Kind: 'Sign-in', From: '2020-01-01', To: '2020-01-02' });
  await admin.click('Show');
  expect(admin.path).toBe('/admin/audit?q=kwame&kind=sign-in&from=2020-01-01&to=2020-01-02');
  expect(admin.html.has('Nothing matches these filters')).toBe(true);
  await admin.get('/admin/audit?q=kwame&kind=sign-in&from=nonsense&older=x');
  expect(admin.html.find('tbody tr').length).toBeGreaterThan(0);
});

test('pages go older and newer, and htmx gets the list alone', async () => {
  await db('events').insert(
    Array.from({ length: 120 }, (_, n) => ({
      type: 'user.changed',
      object_type: 'user',
      object_label: `Nr ${n}`,
    })),
  );
  await admin.get('/admin/audit');
  expect(admin.html.find('tbody tr').length).toBe(50);
  await admin.click('Older');
  await admin.click('Older');
  expect(admin.html.find('tbody tr').length).toBeGreaterThan(20);
  await admin.click('Newer');
  expect(admin.html.find('tbody tr').length).toBe(50);
  const reply = await admin.partial('/admin/audit?kind=people', { target: 'div#audit-list' });
  expect(reply.html.find('#audit-list tbody tr').length).toBe(50);
  expect(reply.text).not.toContain('<html');
});

test('the log comes as CSV of any length, formulas made harmless, and the export is in the log', async () => {
  await account({ first_name: '=1+1', last_name: 'X' });
  await db('events').insert(
    Array.from({ length: 2_500 }, (_, n) => ({
      type: 'user.changed',
      object_type: 'user',
      object_label: n ? `@Nr ${n}` : '=1+1',
    })),
  );
  await admin.get('/admin/audit');
  const reply = await post(admin, '/admin/audit.csv?kind=people');
  const rows = parse(reply.text, { bom: true, columns: true }) as Record<string, string>[];
  expect(rows.length).toBeGreaterThan(2_500);
  expect(rows.every(row => !/^[=+\-@]/.test(row.On ?? ''))).toBe(true);
  await admin.get('/admin/audit?kind=data');
  expect(admin.html.find('tbody .status').first().text()).toBe('Exported a list');
});

test('an hour after the password was typed, it is asked for before the log leaves the house', async () => {
  await admin.get('/admin/audit?kind=people');
  await ageSessions(db, 'confirmedAt', 60);
  await admin.click('Export CSV');
  expect(admin.status).toBe(403);
  admin.fill({ Password: PASSWORD });
  await admin.click('Confirm');
  expect(admin.path).toBe('/admin/audit?kind=people');
  await admin.click('Export CSV');
  expect(admin.headers['content-type']).toContain('text/csv');
});

test('what failed for good is listed and can be run again; the schedule is told', async () => {
  const [event] = await db('events')
    .insert({ type: 'ticket.created', object_type: 'ticket', object_label: '#1' })
    .returning('id');
  await db('event_queue').insert({
    event_id: event.id,
    attempts: 9,
    failed_at: new Date(),
    last_error: 'boom <x>',
  });
  await db.raw(
    `insert into jobs.agenda_jobs (name, repeat_interval, next_run_at, last_run_at, last_finished_at)
     values ('fold-counts', '1 minute', now() + interval '1 minute', now(), now())`,
  );
  await admin.get('/admin/jobs');
  expect(admin.html.has('boom <x>')).toBe(true);
  expect(admin.html.has('Keep the counts beside the queue right')).toBe(true);
  await admin.click('Run again: Raised a ticket');
  expect(admin.html.has('Nothing failed')).toBe(true);
  expect((await db('event_queue').where({ event_id: event.id }).first()).failed_at).toBeNull();
});

test.each([
  ['2026-11-16', 'UTC', '2026-11-16T00:00:00.000Z', '2026-11-17T00:00:00.000Z'],
  ['2026-11-16', 'Europe/Amsterdam', '2026-11-15T23:00:00.000Z', '2026-11-16T23:00:00.000Z'],
  ['2026-03-29', 'Europe/Amsterdam', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
  ['2026-10-25', 'Europe/Amsterdam', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
  ['2026-06-01', 'Asia/Kathmandu', '2026-05-31T18:15:00.000Z', '2026-06-01T18:15:00.000Z'],
])('%s in %s begins and ends where people are', (day, zone, start, end) => {
  expect(startOfDay(day, zone)?.toISOString()).toBe(start);
  expect(startOfNextDay(day, zone)?.toISOString()).toBe(end);
});

test.each(['2026-02-30', 'x', '', '2026-1-1', '99999-01-01'])('%j is no day', day => {
  expect(startOfDay(day, 'UTC')).toBeUndefined();
});
