import { expect, test } from 'vitest';
import { linkTickets } from '../../../src/domain/tickets/linking.ts';
import { paths } from '../../../src/paths.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { as, signIn, makeTicket, reload, follow } = app;
const { it, hr, employee, coordinator, stranger } = await usualPeople(app);
const marek = await signIn(coordinator);
const anna = await signIn(employee);
const raise = (subject = 'The printer hums') => makeTicket({ by: employee, team: it, subject });
const partial = { 'HX-Request': 'true', 'HX-Request-Type': 'partial', 'HX-Target': 'aside#properties' };

test('tickets are linked and parted by plain forms, and the history tells it', async () => {
  const [one, other] = [await raise(), await raise('The other one')];
  await marek.get(paths.ticket(one));
  marek.fill({ 'This ticket': 'blocks', 'Number of the other ticket': `#${other.number}` });
  await marek.click('Link ticket');
  expect(marek.html.text).toContain('The other one');
  expect(marek.html.text).toContain(`You linked #${other.number}: blocked by this`);
  await marek.click(`Remove link to #${other.number}`);
  expect(marek.html.text).toContain(`You removed the link to #${other.number}`);
});

test('a parent shows how many children are solved, and solves the rest', async () => {
  const parent = await raise();
  const ctx = await as(coordinator);
  const children = [await raise(), await raise()];
  for (const child of children) await linkTickets(ctx, parent, child, 'child');
  await marek.get(paths.ticket(parent));
  expect(marek.html.text).toContain('0 of 2 solved');
  await marek.click('Mark as solved');
  expect(marek.html.text).toContain('still open');
  expect((await reload(parent)).status).toBe('new');
  await marek.get(paths.ticket(parent));
  await marek.click('Mark the open children as solved');
  expect(marek.html.text).toContain('2 of 2 solved');
  await marek.click('Mark as solved');
  expect((await reload(parent)).status).toBe('resolved');
});

test('htmx gets the panel alone; what is wrong comes back with what was typed', async () => {
  const [one, other] = [await raise(), await raise()];
  await marek.get(paths.ticket(one));
  const linked = await post(
    marek,
    paths.links(one),
    { relation: 'related', number: String(other.number) },
    partial,
  );
  expect(linked.text).toContain('Linked tickets');
  expect(linked.text).not.toContain('<html');
  const refused = await post(marek, paths.links(one), { relation: 'related', number: '987654' }, partial);
  expect(refused.status).toBe(422);
  expect(refused.text).toContain('value="987654"');
});

test('words find the number of the other ticket, among those that may be seen', async () => {
  const [one, other] = [await raise('Walrus at the gate'), await raise('Walrus in the yard')];
  const foreign = await makeTicket({ by: employee, team: hr, subject: 'Walrus on the payroll' });
  await follow();
  const ask = async (text: string) => {
    const to = `${paths.linkSuggestions(one)}?number=${encodeURIComponent(text)}`;
    return (await marek.partial(to, { target: 'datalist#ticket-names' })).html.html;
  };
  const found = await ask('walrus');
  expect(found).toContain(`value="${other.number}"`);
  expect(found).toContain('Walrus in the yard');
  expect(found).not.toContain('Walrus at the gate');
  expect(found).not.toContain('payroll');
  expect(await ask(String(other.number))).toContain('Walrus in the yard');
  expect(await ask(String(foreign.number))).not.toContain('payroll');
  expect(await ask('w')).not.toContain('option');
  await marek.get(`${paths.linkSuggestions(one)}?number=walrus`);
  expect(marek.html.heading).toBe('Search');
  const words = await post(marek, paths.links(one), { relation: 'related', number: 'walrus' });
  expect(words.status).toBe(422);
  expect(words.text).toContain('The search finds it by its words');
  expect((await anna.partial(paths.linkSuggestions(one))).status).toBe(403);
});

test('employees see no links and make none; other teams find no such ticket', async () => {
  const [one, other] = [await raise(), await raise('A secret subject')];
  await linkTickets(await as(coordinator), one, other, 'related');
  await anna.get(paths.ticket(one));
  expect(anna.html.html).not.toContain('A secret subject');
  const form = { relation: 'related', number: String(other.number) };
  expect((await post(anna, paths.links(one), form)).status).toBe(403);
  expect((await post(anna, paths.childrenResolution(one))).status).toBe(403);
  expect((await post(anna, paths.link(one, 1), { _method: 'DELETE' })).status).toBe(403);
  const aisha = await signIn(stranger);
  expect((await post(aisha, paths.links(one), form)).status).toBe(404);
  expect((await post(aisha, paths.childrenResolution(one))).status).toBe(404);
});
