import { expect, test } from 'vitest';
import { everyRow } from '../../../src/domain/tickets/exporting.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { db, as, signIn, makeTicket } = app;
const { it, hr, employee, coordinator } = await usualPeople(app);
const marek = await signIn(coordinator);
const anna = await signIn(employee);
for (let i = 1; i <= 7; i += 1) await makeTicket({ by: employee, team: it, subject: `Printer ${i}` });
await makeTicket({ by: employee, team: it, subject: '=HYPERLINK("http://evil.example")', impact: 'stopped' });
await makeTicket({ by: employee, team: hr, subject: 'Payslip canary', impact: 'stopped' });
const exports = () => db('events').where({ type: 'export.made' }).orderBy('id');

test('the list as it is filtered and sorted leaves as a table, and leaves a line in the audit log', async () => {
  await marek.get('/queue/all?priority=urgent');
  await marek.click('Export as CSV');
  expect(marek.status).toBe(200);
  await marek.get('/queue/all');
  const reply = await post(marek, '/queue/all.csv?sort=oldest');
  expect(reply.headers['content-type']).toContain('text/csv');
  expect(reply.headers['content-disposition']).toContain('tickets-all.csv');
  const [head, ...rows] = reply.text.trim().split('\r\n');
  expect(head).toContain('ID,Subject,Status,Priority,Requester');
  expect(rows.map(row => row.split(',')[1]).slice(0, 3)).toEqual(['Printer 1', 'Printer 2', 'Printer 3']);
  expect(rows).toHaveLength(8);
  const [first, second] = await exports();
  expect(first).toMatchObject({ actor_id: coordinator.id, object_label: 'tickets' });
  expect(first.data).toEqual({ list: 'tickets', filter: { view: 'all', priority: 'urgent' } });
  expect(second.data.filter).toEqual({ view: 'all' });
});

test('a formula is text, and what is not visible is not in it', async () => {
  await marek.get('/queue/all');
  for (const query of ['', `?team=${hr.id}`, '?q=payslip', `?requester=${employee.id}`]) {
    const reply = await post(marek, `/queue/all.csv${query}`);
    expect(reply.text).not.toContain('canary');
  }
  const reply = await post(marek, '/queue/all.csv?priority=urgent');
  expect(reply.text).toContain('"\'=HYPERLINK');
});

test('a visit is no export, and an employee has none', async () => {
  const before = (await exports()).length;
  await marek.get('/queue/all.csv');
  expect(marek.status).toBe(404);
  await anna.get('/');
  expect((await post(anna, '/queue/all.csv')).status).toBe(404);
  await marek.get('/queue/all');
  expect((await post(marek, '/queue/v-999.csv')).status).toBe(404);
  expect((await post(marek, '/queue/all.csv', { _csrf: 'wrong' })).status).toBe(403);
  expect(await exports()).toHaveLength(before);
});

test('batches follow each other without a gap, and none is read that nobody takes', async () => {
  const seen: number[] = [];
  for await (const batch of everyRow(await as(coordinator), { view: 'all' }, 3))
    seen.push(...batch.map(row => row.number));
  expect(seen).toHaveLength(8);
  expect(new Set(seen).size).toBe(8);
  const rows = everyRow(await as(coordinator), { view: 'all' }, 3);
  expect((await rows.next()).value).toHaveLength(3);
  await rows.return(undefined);
  expect((await rows.next()).done).toBe(true);
});

test('a search that is cut in the middle of a character, or holds none, still leaves its line', async () => {
  await marek.get('/queue/all');
  for (const q of [`${'a'.repeat(199)}😀`, 'a\0b']) {
    const reply = await post(marek, `/queue/all.csv?q=${encodeURIComponent(q)}`);
    expect(reply.status, q).toBe(200);
  }
});
