import { expect, test } from 'vitest';
import { testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';

const app = await testApp({ env: { LIMIT_SEARCH_PERSON: '40' } });
const { signIn, makeTicket, comment, follow, makeUser } = app;
const { it, employee, colleague, coordinator, stranger } = await usualPeople(app);
const ticket = await makeTicket({ by: employee, team: it, subject: 'Flamingo scanner' });
await comment(coordinator, ticket, { kind: 'note', body: 'heliotrope' });
await makeTicket({ by: colleague, team: null, subject: 'Flamingo of a colleague' });
await follow();

const titles = async (who: { email: string }, q: string) => {
  const person = await signIn(who);
  await person.get(`/search?q=${encodeURIComponent(q)}`);
  return person.html
    .find('#results a.title')
    .toArray()
    .map(link => person.html.textOf(link));
};

test('by a form, with what was asked still in the field', async () => {
  const anna = await signIn(employee);
  await anna.get('/search');
  anna.form('Search').fill({ 'Search tickets': 'flamingo' });
  await anna.click('Search');
  expect(anna.path).toBe('/search?q=flamingo');
  expect(anna.html.title).toContain('Search: flamingo');
  expect(anna.html.find('#q').attr('value')).toBe('flamingo');
  await anna.click('Flamingo scanner');
  expect(anna.html.heading).toBe('Flamingo scanner');
});

test('everybody finds what they may see', async () => {
  expect(await titles(employee, 'flamingo')).toEqual(['Flamingo scanner']);
  expect(await titles(colleague, 'flamingo')).toEqual(['Flamingo of a colleague']);
  expect(await titles(coordinator, 'flamingo')).toEqual(['Flamingo scanner', 'Flamingo of a colleague']);
  expect(await titles(stranger, 'flamingo')).toEqual(['Flamingo of a colleague']);
  expect(await titles(coordinator, 'heliotrope')).toEqual(['Flamingo scanner']);
  for (const who of [employee, colleague, stranger]) expect(await titles(who, 'heliotrope')).toEqual([]);
});

test('a number leads to its ticket; a foreign one and an absent one find nothing, alike', async () => {
  const anna = await signIn(employee);
  await anna.get(`/search?q=%23${ticket.number}`);
  expect(anna.path).toBe(`/tickets/${ticket.number}`);
  const sofie = await signIn(colleague);
  const pages = [];
  for (const number of [ticket.number, 999_999]) {
    await sofie.get(`/search?q=${number}`);
    expect(sofie.status).toBe(200);
    pages.push(sofie.html.find('#results').html()?.replaceAll(String(number), 'N'));
  }
  expect(pages[0]).toBe(pages[1]);
});

test('a name leads to what the person asked for; the page never says that nothing was found beside it', async () => {
  const marek = await signIn(coordinator);
  const name = `${colleague.firstName} ${colleague.lastName}`;
  await marek.get(`/search?q=${encodeURIComponent(name)}`);
  expect(marek.html.text).toContain(`No ticket says “${name}”`);
  expect(marek.html.text).not.toContain('Nothing found');
  await marek.click(name);
  expect(marek.path).toBe(`/queue/all?requester=${colleague.id}`);
});

test('a filter that does not know its value says so, and offers those it knows', async () => {
  const marek = await signIn(coordinator);
  await marek.get('/search?q=flamingo+priority:hgh');
  expect(marek.html.text).toContain('“priority:” does not know “hgh”.');
  await marek.click('priority:high');
  expect(marek.html.find('#q').attr('value')?.trim()).toBe('flamingo priority:high');
});

test('htmx gets the results only', async () => {
  const anna = await signIn(employee);
  await anna.get('/search');
  const reply = await anna.partial('/search?q=flamingo', { target: 'div#results' });
  expect(reply.text).not.toContain('<html');
  expect(reply.html.find('#results a.title').text()).toBe('Flamingo scanner');
});

test('what was typed is shown as text, however odd', async () => {
  const anna = await signIn(employee);
  for (const q of [
    '<script>alert(1)</script>',
    '"><img src=x>',
    "'; drop table tickets; --",
    '\u0000',
    '%',
    '\\',
  ]) {
    await anna.get(`/search?q=${encodeURIComponent(q)}`);
    expect(anna.status, q).toBe(200);
    expect(anna.html.find('main script, main img')).toHaveLength(0);
  }
});

test('searching has a limit', async () => {
  const eager = await signIn(await makeUser());
  for (let i = 0; i < 40; i += 1) expect((await eager.request('/search?q=x')).status).toBe(200);
  expect((await eager.request('/search?q=x')).status).toBe(429);
  expect((await eager.request('/search')).status).toBe(200);
});
