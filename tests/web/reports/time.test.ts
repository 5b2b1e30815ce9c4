import { expect, test } from 'vitest';
import { startTimer } from '../../../src/domain/tickets/timing.ts';
import { paths } from '../../../src/paths.ts';
import { post, testApp } from '../../support/app.ts';
import { type Made, usualPeople } from '../../support/factories.ts';

const app = await testApp({ env: { LIMIT_TICKETS_PERSON: '1000' } });
const { db, as, clock, signIn, makeTicket } = app;
const { it, hr, employee, colleague, coordinator, stranger, admin } = await usualPeople(app);
const day = (back: number) => new Date(clock.now().getTime() - back * 86_400_000).toISOString().slice(0, 10);

const ours = await makeTicket({ by: employee, team: it, subject: '=HYPERLINK("x")' });
const theirs = await makeTicket({ by: colleague, team: hr, subject: 'canary-subject' });
const spend = (who: Made, ticket: Made, minutes: number, back: number, note = '') =>
  db('time_entries').insert({ ticket_id: ticket.id, person_id: who.id, minutes, spent_on: day(back), note });
await spend(coordinator, ours, 90, 1, '+cmd');
await spend(admin, ours, 30, 2);
await spend(stranger, theirs, 600, 1, 'canary-note');
await spend(coordinator, ours, 60, 45);
await startTimer(await as(coordinator), ours, day(0));
const marek = await signIn(coordinator);
const rows = () =>
  marek.html
    .find('#time-report tbody tr')
    .toArray()
    .map(row => marek.html.$(row).text().replace(/\s+/g, ' ').trim());

test('sums the last thirty days by person, of one’s own teams alone', async () => {
  await marek.get(paths.timeReport);
  expect(rows()).toEqual([
    expect.stringMatching(/^Marek .* 1 1 1h 30m 75%$/),
    expect.stringMatching(/^Kwame .* 1 1 30m 25%$/),
  ]);
  expect(marek.html.text).not.toContain('canary');
  expect(marek.html.find('tfoot').text()).toContain('2h');
});

test('by team, category, requester and period; an address made up falls back', async () => {
  for (const by of ['team', 'category', 'requester', 'nonsense']) {
    await marek.get(`${paths.timeReport}?by=${by}&from=${day(60)}`);
    expect(marek.status).toBe(200);
    expect(marek.html.find('tfoot').text(), by).toContain('3h');
  }
  await marek.get(`${paths.timeReport}?from=2026-02-31&to=x`);
  expect(marek.status).toBe(200);
  await marek.get(`${paths.timeReport}?from=${day(60)}&to=${day(40)}`);
  expect(rows()).toHaveLength(1);
  await marek.get(`${paths.timeReport}?from=${day(40)}&to=${day(60)}`);
  expect(rows(), 'the wrong way round').toHaveLength(1);
  expect(marek.html.find('input[name=from]').attr('value')).toBe(day(60));
  await marek.get(`${paths.timeReport}?from=2001-01-01&to=2001-01-02`);
  expect(marek.html.has('No time in these days')).toBe(true);
});

test('who works all teams’ tickets sees all, an employee nothing', async () => {
  const boss = await signIn(admin);
  await boss.get(paths.timeReport);
  expect(boss.html.find('tfoot').text()).toContain('12h');
  const anna = await signIn(employee);
  expect((await anna.request(paths.timeReport)).status).toBe(404);
  expect((await post(anna, paths.timeReportCsv)).status).toBe(404);
});

test('the export streams entries, runs nothing in a spreadsheet, and is written down', async () => {
  expect((await marek.request(paths.timeReportCsv)).status).toBe(404);
  expect(await db('events').where({ type: 'export.made' })).toEqual([]);
  await marek.get(paths.timeReport);
  const csv = await post(marek, paths.timeReportCsv);
  expect(csv.headers['content-type']).toMatch(/text\/csv/);
  expect(csv.text).toContain(`"'=HYPERLINK(""x"")"`);
  expect(csv.text).toContain(`"'+cmd"`);
  expect(csv.text).toMatch(/,90,1\.5,/);
  expect(csv.text).not.toContain('canary');
  expect(csv.text.trim().split('\r\n')).toHaveLength(3);
  await marek.click('Export CSV');
  expect(marek.trail[0]).toContain('POST /reports/time.csv?from=');
  const [event] = await db('events').where({ type: 'export.made' });
  expect(event).toMatchObject({ actor_id: coordinator.id, object_label: 'time' });
});

test('htmx gets the table alone', async () => {
  await marek.get(paths.timeReport);
  const part = await marek.partial(paths.timeReport, { target: 'section#time-report' });
  expect(part.text).toMatch(/^<section class="sheet-body" id="time-report"/);
});
