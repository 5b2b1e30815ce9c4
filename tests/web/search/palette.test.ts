import { expect, test } from 'vitest';
import { testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { signIn, makeTicket, comment, follow } = app;
const { it, hr, employee, coordinator, admin } = await usualPeople(app);
const ticket = await makeTicket({ by: employee, team: it, subject: 'Pelican scanner' });
const foreign = await makeTicket({ by: employee, team: hr, subject: 'Pelican salary' });
await comment(coordinator, ticket, { kind: 'note', body: 'heliotrope' });
await follow();

const lines = async (who: { email: string }, query: string) => {
  const person = await signIn(who);
  const { html } = await person.partial(`/palette?${query}`, { target: 'div#palette-list' });
  return html
    .find('[role=option]')
    .toArray()
    .map(line => `${html.textOf(line)} ${line.attribs.href}`);
};

test('tickets by words and by number, views and pages by name, within what may be seen', async () => {
  const found = (await lines(coordinator, 'q=pelican')).join('\n');
  expect(found).toContain('Pelican scanner');
  expect(found).not.toContain('salary');
  expect((await lines(coordinator, `q=${ticket.number}`))[0]).toContain(`/tickets/${ticket.number}`);
  expect((await lines(coordinator, `q=${foreign.number}`)).join()).not.toContain('salary');
  expect((await lines(coordinator, 'q=unass')).join()).toContain('/queue/unassigned');
  expect((await lines(coordinator, 'q=heliotrope')).join()).toContain('Pelican scanner');
  expect((await lines(coordinator, 'q=audit')).join()).not.toContain('/admin');
  expect((await lines(admin, 'q=audit')).join()).toContain('/admin/audit');
});

test('what can be done to the ticket on the page, and nothing for one that is not theirs', async () => {
  expect((await lines(coordinator, `on=${ticket.number}`)).join()).toContain('Assign to me');
  expect((await lines(coordinator, `q=assi&on=${ticket.number}`))[0]).toContain('Assign to me');
  for (const number of [foreign.number, 999_999])
    expect((await lines(coordinator, `on=${number}`)).join()).not.toContain('Assign to me');
});

test('is a page without scripts, and nothing for an employee', async () => {
  const kwame = await signIn(coordinator);
  await kwame.get('/palette?q=pelican');
  expect(kwame.status).toBe(200);
  await kwame.click(/Pelican scanner/);
  expect(kwame.html.heading).toBe('Pelican scanner');
  const anna = await signIn(employee);
  await anna.get('/palette?q=pelican');
  expect(anna.status).toBe(404);
  await anna.get('/search');
  expect(anna.html.find('#palette')).toHaveLength(0);
});

test('what was typed is text', async () => {
  const kwame = await signIn(coordinator);
  for (const q of ['<script>alert(1)</script>', '"><img src=x>', "'", '%', '\\']) {
    await kwame.get(`/palette?q=${encodeURIComponent(q)}`);
    expect(kwame.status, q).toBe(200);
    expect(kwame.html.find('main script, main img')).toHaveLength(0);
  }
});

test('a character that does not fit any more is left out whole', async () => {
  const kwame = await signIn(coordinator);
  const q = encodeURIComponent(`${'a'.repeat(199)}😀`);
  for (const path of [
    `/palette?q=${q}`,
    `/search?q=${q}`,
    `/queue/all?q=${q}`,
    `/search/suggestions?q=${q}`,
  ]) {
    await kwame.get(path);
    expect(kwame.status, path).toBe(200);
  }
});
