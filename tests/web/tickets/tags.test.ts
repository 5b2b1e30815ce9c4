import { expect, test } from 'vitest';
import { addTags } from '../../../src/domain/tickets/tagging.ts';
import { paths } from '../../../src/paths.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp();
const { as, signIn, makeTicket, reload, follow } = app;
const { it, employee, coordinator, stranger } = await usualPeople(app);
const marek = await signIn(coordinator);
const anna = await signIn(employee);
const raise = () => makeTicket({ by: employee, team: it });
const partial = { 'HX-Request': 'true', 'HX-Request-Type': 'partial', 'HX-Target': 'aside#properties' };

test('a tag is added and removed by plain forms, leads to the tickets that have it, and stands in the history', async () => {
  const ticket = await raise();
  await marek.get(paths.ticket(ticket));
  marek.fill({ 'Add a tag': ' VPN, Home office' });
  await marek.click('Add tag');
  expect((await reload(ticket)).tags).toEqual(['home office', 'vpn']);
  expect(marek.html.notices.join()).toContain('Tag added');
  expect(marek.html.text).toContain('You changed tags by adding home office and vpn');
  expect(marek.html.find(`a[href="/queue/all?tag=home%20office"]`).length).toBe(1);
  await marek.click('Remove tag vpn');
  expect((await reload(ticket)).tags).toEqual(['home office']);
});

test('what is wrong comes back with what was typed', async () => {
  const ticket = await raise();
  await marek.get(paths.ticket(ticket));
  marek.fill({ 'Add a tag': 'x'.repeat(60) });
  await marek.click('Add tag');
  expect(marek.status).toBe(422);
  expect(marek.html.text).toContain('Shorten the tag to 40 characters');
  expect(marek.html.find('#p-tag').attr('value')).toBe('x'.repeat(60));
});

test('htmx gets the parts of the page that change, and a form that takes it back', async () => {
  const ticket = await raise();
  await marek.get(paths.ticket(ticket));
  const added = await post(marek, paths.tags(ticket), { tag: 'scanner' }, partial);
  const text = added.text;
  expect(added.headers['hx-trigger']).toContain('undo-form');
  expect(text).toContain('id="undo-form"');
  expect(text).not.toContain('<html');
  await post(marek, paths.tags(ticket), { tag: 'scanner', _method: 'DELETE' }, partial);
  expect((await reload(ticket)).tags).toEqual([]);
});

test('employees neither read tags nor set them, and other teams find no such ticket', async () => {
  const ticket = await raise();
  await addTags(await as(coordinator), ticket, ['difficult-person']);
  await anna.get(paths.ticket(ticket));
  expect(anna.html.html).not.toContain('difficult-person');
  expect((await post(anna, paths.tags(ticket), { tag: 'x' })).status).toBe(403);
  expect((await anna.request(paths.tagNames)).status).toBe(404);
  const aisha = await signIn(stranger);
  expect((await post(aisha, paths.tags(ticket), { tag: 'x' })).status).toBe(404);
});

test('names are suggested as a page, or for htmx as the list alone', async () => {
  const ticket = await raise();
  await addTags(await as(coordinator), ticket, ['<b>monitor']);
  await follow();
  await marek.get(`${paths.tagNames}?tag=${encodeURIComponent('<B>M')}`);
  expect(marek.html.text).toContain('<b>monitor');
  const list = await marek.request(`${paths.tagNames}?tag=%3Cb`, {
    headers: { 'HX-Request': 'true', 'HX-Request-Type': 'partial', 'HX-Target': 'datalist#tag-names' },
  });
  expect(list.text).toMatch(/^<datalist id="tag-names">\s*<option value="&lt;b&gt;monitor"><\/option>/);
});

test('changing a property offers to take it back', async () => {
  const ticket = await raise();
  await marek.get(paths.ticket(ticket));
  const fields = { priority: 'urgent', was_priority: 'medium', status: 'new', was_status: 'new' };
  const text = (await post(marek, paths.properties(ticket), fields, partial)).text;
  expect(text).toContain('name="was_priority" value="urgent"');
  expect(text).not.toContain('name="was_status" value="new" /><input type="hidden"');
  await post(marek, paths.properties(ticket), { priority: 'medium', was_priority: 'urgent' }, partial);
  expect((await reload(ticket)).priority).toBe('medium');
});
