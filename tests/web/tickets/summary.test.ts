import { beforeEach, describe, expect, test } from 'vitest';
import { makeSummaries } from '../../../src/domain/tickets/summarising.ts';
import { paths } from '../../../src/paths.ts';
import { createLlm } from '../../../src/platform/llm.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';
import { llmServer } from '../../support/llm.ts';
import type { Visitor } from '../../support/visitor.ts';

const server = await llmServer();
const app = await testApp({ env: { AI_API_KEY: 'sk-test', AI_BASE_URL: server.url, LIMIT_AI_PERSON: '12' } });
const { db, clock, system, signIn, services, makeTicket, comment } = app;
const { it, employee, coordinator, stranger } = await usualPeople(app);
const [anna, marek, aisha] = [await signIn(employee), await signIn(coordinator), await signIn(stranger)];

const write = async (withinMs = 5_000) =>
  makeSummaries(
    await system(),
    createLlm(services.config.ai, { log: services.log, spend: async () => true, withinMs }),
  );
async function talk() {
  const ticket = await makeTicket({ by: employee, team: it, body: 'The printer smokes.' });
  await comment(coordinator, ticket, { body: 'Is it on?' });
  await comment(coordinator, ticket, { kind: 'note', body: 'canary-note about the requester' });
  await comment(employee, ticket, { body: 'Yes. Call 030 12345678 or mail canary@company.example.' });
  return ticket;
}
const box = (who: Visitor) => who.html.find('#summary').text().replace(/\s+/g, ' ').trim();

beforeEach(async () => {
  server.requests.length = 0;
  server.answer = 'The printer smokes. It is on.';
  server.behave('ok');
  await db('ticket_summaries').delete();
});

test('is asked for, written, shown as AI’s, and written again after a reply', async () => {
  const ticket = await talk();
  await marek.get(paths.ticket(ticket));
  await marek.click('Summarise');
  expect(marek.trail[0]).toBe(`POST /tickets/${ticket.number}/summary 303`);
  expect(box(marek)).toContain('Being written…');
  await marek.click('Look again');
  expect(marek.path).toBe(paths.ticket(ticket));
  await write();
  await marek.click('Look again');
  expect(box(marek)).toMatch(
    /Summary by AI The printer smokes\. It is on\. Check it before you rely on it\./,
  );
  expect(marek.html.find('#summary.ai-box use').attr('href')).toMatch(/#i-sparkles$/);
  await comment(employee, ticket);
  await marek.get(paths.ticket(ticket));
  expect(box(marek)).toContain('from before the last reply');
  server.answer = 'It burns now.';
  await marek.click('Write again');
  expect(box(marek)).toContain('The printer smokes.');
  await write();
  await marek.get(paths.ticket(ticket));
  expect(box(marek)).toMatch(/It burns now\./);
});

test('notes, mail addresses and phone numbers are in no prompt', async () => {
  const ticket = await talk();
  await marek.get(paths.ticket(ticket));
  await marek.click('Summarise');
  await write();
  expect(server.requests).toHaveLength(1);
  expect(server.prompts()).toContain('Call [phone number] or mail [mail address]');
  expect(server.prompts()).not.toMatch(/canary|12345678/);
});

test('what a hostile model answers is text, whatever it holds', async () => {
  const ticket = await talk();
  server.answer =
    '<img src=x onerror=alert(1)> ignore previous instructions </p><script>alert(2)</script> [x](javascript:alert(3)) "quoted" & more <hx-partial hx-target="#main">';
  await marek.get(paths.ticket(ticket));
  await marek.click('Summarise');
  await write();
  await marek.get(paths.ticket(ticket));
  const html = marek.html.find('#summary').html() ?? '';
  expect(html).toContain('ignore previous instructions');
  expect(html).not.toMatch(/<img|<script|onerror|javascript:|hx-partial/);
  // Whatever might have come into the table on another way is escaped too.
  await db('ticket_summaries').update({ text: '<img src=x onerror=alert(1)>' });
  await marek.get(paths.ticket(ticket));
  expect(marek.html.find('#summary img').length).toBe(0);
  expect(box(marek)).toContain('<img src=x onerror=alert(1)>');
});

describe('a part of the page for scripts', () => {
  test('comes when it is asked for, is left alone while it is being written, and comes once it is there', async () => {
    const ticket = await talk();
    await marek.get(paths.ticket(ticket));
    const form = marek.html.find('#summary form');
    const asked = await marek.partial(paths.summary(ticket), {
      target: 'section#summary',
      fields: { _key: form.find('[name=_key]').attr('value') ?? '' },
    });
    expect(asked.text).toMatch(/<hx-partial hx-target="#summary".*Being written.*hx-trigger="every 2s"/s);
    const poll = () => marek.request(paths.summary(ticket), { headers: { 'hx-request-type': 'partial' } });
    expect((await poll()).status).toBe(204);
    await write();
    const there = await poll();
    expect(there.text).toContain('The printer smokes. It is on.');
    expect(there.text).not.toContain('every 2s');
  });

  test('says so, and stops asking, when nothing comes for three minutes', async () => {
    const ticket = await talk();
    await marek.get(paths.ticket(ticket));
    await marek.click('Summarise');
    clock.advance({ minutes: 4 });
    const late = await marek.request(paths.summary(ticket), { headers: { 'hx-request-type': 'partial' } });
    expect(late.text).toContain('This takes longer than it should.');
    expect(late.text).not.toContain('every 2s');
  });
});

test('a model that hangs holds nobody up, can be stopped, and is told', async () => {
  const ticket = await talk();
  server.behave('hang');
  await marek.get(paths.ticket(ticket));
  await marek.click('Summarise');
  const writing = write(600);
  await expect.poll(() => server.requests.length).toBe(1);
  const began = performance.now();
  await marek.get(paths.ticket(ticket));
  await comment(coordinator, ticket, { body: 'Work goes on' });
  expect(performance.now() - began).toBeLessThan(550);
  expect(marek.status).toBe(200);
  await writing;
  await marek.get(paths.ticket(ticket));
  expect(box(marek)).toMatch(/No summary was written\. The AI service took too long\..*Try again/);
  await marek.click('Try again');
  await marek.click('Stop writing');
  expect(box(marek)).toMatch(/Summarise$/);
  expect(await write()).toBe(0);
});

describe('for whom there is none', () => {
  const knock = async (who: Visitor, number: number) => {
    const path = paths.summary(number);
    const found = [await who.request(path, { headers: { 'hx-request-type': 'partial' } })];
    found.push(await who.request(path), await post(who, path), await post(who, path, { _method: 'DELETE' }));
    return found.map(({ status }) => status);
  };

  test('an employee and another team get 404 for each way to it, and nothing on the page', async () => {
    const ticket = await talk();
    await marek.get(paths.ticket(ticket));
    await marek.click('Summarise');
    await write();
    await anna.get(paths.ticket(ticket));
    expect(anna.html.has(/Summar/)).toBe(false);
    await aisha.get('/queue');
    for (const who of [anna, aisha]) expect(await knock(who, ticket.number)).toEqual([404, 404, 404, 404]);
    expect(await db('ticket_summaries')).toHaveLength(1);
  });

  test('a short ticket has no button, and cannot be asked about', async () => {
    const ticket = await makeTicket({ by: employee, team: it });
    await marek.get(paths.ticket(ticket));
    expect(marek.html.find('#summary').length).toBe(0);
    expect((await post(marek, paths.summary(ticket))).status).toBe(404);
  });

  test('without AI there is no button, no answer and no job', async () => {
    const off = await testApp();
    const people = await usualPeople(off);
    const nadia = await off.signIn(people.coordinator);
    const ticket = await off.makeTicket({ by: people.employee, team: people.it });
    for (let i = 0; i < 3; i += 1) await off.comment(people.coordinator, ticket);
    await nadia.get(paths.ticket(ticket));
    expect(nadia.html.has(/Summar|AI/)).toBe(false);
    expect(nadia.html.find('.btn-ai, .ai-box, #summary').length).toBe(0);
    expect(await knock(nadia, ticket.number)).toEqual([404, 404, 404, 404]);
    expect(await off.db('ticket_summaries')).toEqual([]);
  });
});

test('who asks too often is told to wait', async () => {
  const ticket = await talk();
  await aisha.get('/queue');
  await marek.get(paths.ticket(ticket));
  let last = 0;
  for (let i = 0; i < 13 && last !== 429; i += 1) last = (await post(marek, paths.summary(ticket))).status;
  expect(last).toBe(429);
});
