import { expect, test } from 'vitest';
import { testApp } from '../../support/app.ts';
import { testClock } from '../../support/clock.ts';
import { usualPeople } from '../../support/factories.ts';

const clock = testClock(new Date());
const app = await testApp({ clock });
const { signIn, makeTicket, makeUser, comment } = app;
const { it, coordinator, admin } = await usualPeople(app);

test('the desk starts at its queue', async () => {
  for (const who of [coordinator, admin]) {
    const person = await signIn(who, '/');
    expect(person.path).toBe('/queue/needs-reply');
  }
});

test('an employee starts with what waits for them, and says one where it is one', async () => {
  const someone = await makeUser({ firstName: 'Leïla' });
  const anna = await signIn(someone, '/');
  expect(anna.path).toBe('/');
  expect(anna.html.heading).toMatch(/^Good (morning|afternoon|evening), Leïla$/);
  expect(anna.html.has('Nothing waits for you.')).toBe(true);
  expect(anna.html.has('No open tickets')).toBe(true);

  const one = await makeTicket({ by: someone, team: it, subject: 'Dark scanner' });
  await anna.get('/');
  expect(anna.html.has('One ticket is moving. Nothing waits for you.')).toBe(true);
  await comment(coordinator, one, { body: 'Which **floor**?', then: 'waiting' });
  await comment(coordinator, one, { kind: 'note', body: 'canary' });
  await anna.get('/');
  expect(anna.html.has('One ticket waits for your answer.')).toBe(true);
  expect(anna.html.has('Marek needs an answer from you')).toBe(true);
  expect(anna.html.html).not.toContain('canary');

  const two = await makeTicket({ by: someone, team: it });
  await comment(coordinator, two, { then: 'waiting' });
  await anna.get('/');
  expect(anna.html.has('2 tickets wait for your answer.')).toBe(true);
});

test('an answer is shown in its own words, without what it quotes and without marks', async () => {
  const someone = await makeUser();
  const ticket = await makeTicket({ by: someone, team: it });
  await comment(coordinator, ticket, { body: '> It smokes\n\nWhich **floor**?', then: 'waiting' });
  const anna = await signIn(someone, '/');
  expect(anna.html.has('“Which floor?”')).toBe(true);
});

test('who cannot be reached by mail is told so, first here and where mails are chosen', async () => {
  const someone = await makeUser();
  const anna = await signIn(someone, '/');
  const told = 'Mail to your address came back, so none is sent to you any more.';
  expect(anna.html.has(told)).toBe(false);
  await app.db('mail_addresses').insert({
    address: someone.email.toLowerCase(),
    hard_bounces: 3,
    undeliverable_since: new Date(),
  });
  for (const path of ['/', '/notifications/preferences']) {
    await anna.get(path);
    expect(anna.html.has(told)).toBe(true);
  }
});

test('the field on the first page begins a ticket with its subject', async () => {
  const anna = await signIn(await makeUser(), '/');
  anna.fill({ 'Describe what you need help with': 'My <b>chair</b> squeaks' });
  await anna.click('Start a ticket');
  expect(anna.path).toMatch(/^\/tickets\/new\?/);
  expect(anna.form('Send ticket').values.subject).toBe('My <b>chair</b> squeaks');
});

test('other people’s tickets are not on it', async () => {
  await makeTicket({ by: coordinator, team: it, subject: 'Canary of the desk' });
  const anna = await signIn(await makeUser(), '/');
  expect(anna.html.html).not.toContain('Canary');
});
