import { beforeEach, describe, expect, test } from 'vitest';
import { isPushService } from '../../src/domain/notifications/push-hosts.ts';
import { pushSender, subscribeBrowser } from '../../src/domain/notifications/push-subscriptions.ts';
import { deliverPushes } from '../../src/domain/notifications/pushing.ts';
import { markAllRead } from '../../src/domain/notifications/reading.ts';
import { changeTicket } from '../../src/domain/tickets/changing.ts';
import { findTicket } from '../../src/domain/tickets/ticket.ts';
import { createPushCarrier } from '../../src/mail/push-carrier.ts';
import { createPushClient } from '../../src/platform/web-push.ts';
import { pushService } from '../support/push-server.ts';
import { desk } from './desk.ts';

const service = await pushService();
const { db, services, system, people, teams, as, raise, say, dispatch, settle } = await desk();
const carrier = createPushCarrier(
  createPushClient({ fetch: service.fetch, timeoutMs: 300 }),
  services.translator,
);
const { publicKey } = await pushSender(system);
const deliver = () => deliverPushes(system, carrier);
const rows = () => db('deliveries').where({ channel: 'push' }).orderBy('id');

async function turnOn(userId: number) {
  const browser = service.browser(publicKey);
  await subscribeBrowser(await as(userId), browser.target);
  return browser;
}

async function assignedTo(userId: number) {
  const ticket = await raise();
  await settle();
  const marek = await as(people.marek);
  await changeTicket(marek, await findTicket(marek, ticket.number), { assigneeId: userId });
  await dispatch();
  return ticket;
}

beforeEach(async () => {
  await settle();
  await db('deliveries').where({ channel: 'push' }).delete();
  await db('push_subscriptions').delete();
  service.received.length = 0;
  service.faults.length = 0;
});

test('a browser that subscribed is told number and kind, sealed, and nothing else', async () => {
  const browser = await turnOn(people.nadia);
  const { number } = await assignedTo(people.nadia);
  expect(await deliver()).toBe(1);
  expect(service.faults).toEqual([]);
  expect(service.received).toHaveLength(1);
  const [{ path, headers, text }] = service.received as [(typeof service.received)[0]];
  expect(path).toBe(browser.path);
  expect(headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '43200', topic: `ticket-${number}` });
  expect(JSON.parse(text)).toEqual({
    title: `Ticket #${number}`,
    body: 'You have a new ticket',
    url: `/tickets/${number}`,
    tag: `ticket-${number}`,
  });
  expect(await rows()).toMatchObject([{ state: 'sent', attempts: 1 }]);
  expect(await deliver()).toBe(0);
});

test('the address of a browser is not readable in the database', async () => {
  const { target } = await turnOn(people.nadia);
  const [row] = await db('push_subscriptions');
  expect(JSON.stringify(row)).not.toContain(target.endpoint);
  expect(JSON.stringify(row)).not.toContain(target.auth);
  const [identity] = await db('push_identity');
  expect(JSON.stringify(identity)).not.toContain((await pushSender(system)).privateKey);
});

test('who has no browser, or did not choose the topic, has no delivery', async () => {
  await assignedTo(people.nadia);
  expect(await rows()).toEqual([]);
  await turnOn(people.nadia);
  await raise();
  await dispatch();
  expect(await rows()).toEqual([]);
});

test('each browser is told once, also when another of them is away for a while', async () => {
  const here = await turnOn(people.nadia);
  const away = await turnOn(people.nadia);
  service.behave(away.path, 'busy');
  await assignedTo(people.nadia);
  await deliver();
  const [row] = await rows();
  expect(row).toMatchObject({ state: 'pending', attempts: 1 });
  expect(row.next_attempt_at.getTime()).toBeGreaterThan(Date.now() + 30_000);
  service.behave(away.path, 'take');
  await rows().update({ next_attempt_at: db.fn.now() });
  await deliver();
  expect(service.received.map(each => each.path)).toEqual([here.path, away.path]);
  expect(await rows()).toMatchObject([{ state: 'sent', attempts: 2 }]);
});

test('a browser that turned it off is forgotten', async () => {
  const browser = await turnOn(people.nadia);
  service.behave(browser.path, 'gone');
  await assignedTo(people.nadia);
  await deliver();
  expect(await db('push_subscriptions')).toEqual([]);
  expect(await rows()).toMatchObject([{ state: 'sent' }]);
});

test.each(['hang', 'busy'] as const)(
  'a service that is %s is asked five times, then it is no news',
  async how => {
    const browser = await turnOn(people.nadia);
    service.behave(browser.path, how);
    await assignedTo(people.nadia);
    for (let n = 0; n < 5; n += 1) {
      await rows().update({ next_attempt_at: db.fn.now() });
      await deliver();
    }
    expect(await rows()).toMatchObject([{ state: 'cancelled', attempts: 5 }]);
    expect(service.received).toEqual([]);
  },
);

test('one whose every turn ended with a killed process is not tried for ever', async () => {
  await turnOn(people.nadia);
  await assignedTo(people.nadia);
  await rows().update({ state: 'sending', attempts: 5, next_attempt_at: db.fn.now() });
  expect(await deliver()).toBe(0);
  expect(await rows()).toMatchObject([{ state: 'cancelled', last_error: 'No attempt came to an end' }]);
  expect(service.received).toEqual([]);
});

test('no redirect is followed', async () => {
  const browser = await turnOn(people.nadia);
  service.behave(browser.path, 'redirect');
  await assignedTo(people.nadia);
  await deliver();
  expect(service.received).toEqual([]);
  expect(await rows()).toMatchObject([{ state: 'sent', attempts: 1 }]);
});

test('two workers tell each browser once', async () => {
  await turnOn(people.nadia);
  const tickets = await Promise.all(Array.from({ length: 5 }, () => raise()));
  await settle();
  const marek = await as(people.marek);
  for (const { number } of tickets)
    await changeTicket(marek, await findTicket(marek, number), { assigneeId: people.nadia });
  await dispatch();
  await Promise.all([deliver(), deliver(), deliver()]);
  expect(service.received).toHaveLength(5);
});

describe('rights are asked again when it is sent', () => {
  test('a note is not told to somebody who does not work the ticket any more', async () => {
    await turnOn(people.nadia);
    const ticket = await assignedTo(people.nadia);
    await deliver();
    service.received.length = 0;
    await db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: people.nadia });
    await db('notification_preferences').insert({
      user_id: people.nadia,
      topic: 'note',
      page: true,
      mail: 'now',
      push: true,
    });
    await say(people.marek, ticket.number, { kind: 'note', body: 'A kanarienvogel sings' });
    await dispatch();
    await db('tickets').where({ id: ticket.id }).update({ team_id: teams.hr });
    await deliver();
    expect(service.received).toEqual([]);
    const last = (await rows()).at(-1);
    expect(last).toMatchObject({ state: 'cancelled', last_error: 'The person may not see it any more' });
  });

  test('what was read on the page is not told', async () => {
    await turnOn(people.nadia);
    await assignedTo(people.nadia);
    await markAllRead(await as(people.nadia));
    await deliver();
    expect(service.received).toEqual([]);
  });

  test('somebody who was suspended hears nothing', async () => {
    await turnOn(people.nadia);
    await assignedTo(people.nadia);
    await db('users').where({ id: people.nadia }).update({ status: 'suspended' });
    await deliver();
    await db('users').where({ id: people.nadia }).update({ status: 'active' });
    expect(service.received).toEqual([]);
  });
});

test.each([
  ['https://fcm.googleapis.com/fcm/send/abc', true],
  ['https://updates.push.services.mozilla.com/wpush/v2/abc', true],
  ['https://web.push.apple.com/QK', true],
  ['https://wns2-par02p.notify.windows.com/w/?token=abc', true],
  ['http://fcm.googleapis.com/fcm/send/abc', false],
  ['https://fcm.googleapis.com:8443/x', false],
  ['https://fcm.googleapis.com@10.0.0.1/x', false],
  ['https://127.0.0.1/x', false],
  ['https://[::1]/x', false],
  ['https://169.254.169.254/latest/meta-data', false],
  ['https://fcm.googleapis.com.evil.example/x', false],
  ['https://evilpush.apple.com.example/x', false],
  ['file:///etc/passwd', false],
])('%s: %s', (endpoint, known) => {
  expect(isPushService(endpoint)).toBe(known);
});
