import { beforeEach, describe, expect, test } from 'vitest';
import { createContext } from '../../src/domain/context.ts';
import { makeDigests } from '../../src/domain/notifications/digesting.ts';
import { findPreferences, savePreferences } from '../../src/domain/notifications/preferences.ts';
import { deliverDue } from '../../src/domain/notifications/sending.ts';
import { topics } from '../../src/domain/notifications/topics.ts';
import { expectInvariants } from '../support/invariants.ts';
import { desk } from './desk.ts';

const { db, system, people, teams, as, raise, say, dispatch, settle, recorder } = await desk();

const at = (now: string) => {
  const { transaction: _, ...parts } = system;
  return createContext({ ...parts, now: () => new Date(now) });
};

/** Everything in the digest at eight, where they are. */
async function wantsDigest(userId: number, timeZone = 'Europe/Berlin', digestHour = 8) {
  await db('users').where({ id: userId }).update({ time_zone: timeZone });
  const ctx = await as(userId);
  const known = await findPreferences(ctx);
  const choices = Object.fromEntries(
    topics.map(topic => [topic, { ...known.choices[topic], mail: 'digest' as const }]),
  ) as typeof known.choices;
  await savePreferences(ctx, { ...known, choices, digestHour });
}

/** What was kept happened then. */
const happened = (when: string) => db('digest_items').whereNull('digest_id').update({ occurred_at: when });

async function digests() {
  const { mails, post } = recorder();
  await deliverDue(system, post);
  return mails.filter(mail => mail.subject.startsWith('Your day'));
}

beforeEach(async () => {
  await settle();
  await db('digest_items').delete();
  await db('digests').delete();
});
await wantsDigest(people.marek);

test('one mail tells what happened since, grouped by ticket, with where to change it', async () => {
  const one = await raise(people.anna, { subject: 'The printer smokes' });
  const two = await raise(people.ben, { subject: 'No network' });
  await say(people.anna, one.number, { body: 'It burns now' });
  await dispatch();
  await happened('2026-03-03T15:00:00Z');
  expect(await makeDigests(at('2026-03-04T06:59:00Z'))).toBe(0);
  expect(await makeDigests(at('2026-03-04T07:01:00Z'))).toBe(1);
  const [mail, ...more] = await digests();
  expect(more).toEqual([]);
  expect(mail).toMatchObject({ subject: 'Your day in 2 tickets', to: { name: 'Marek Test' } });
  const text = mail?.text ?? '';
  expect(text.split(`#${one.number} The printer smokes`)).toHaveLength(2);
  expect(text).toMatch(/- .* Anna Test needs help/);
  expect(text).toMatch(/- .* Anna Test has answered: It burns now/);
  expect(text).toContain(`#${two.number} No network`);
  expect(text).toContain('http://localhost:3000/notifications/preferences');
  expect(mail?.html).toContain(`http://localhost:3000/tickets/${one.number}`);
  expect(mail?.headers['List-Id']).toBe('<digests.localhost>');
  await expectInvariants(db);
});

test('once a day: the rest of it waits for tomorrow', async () => {
  await raise();
  await dispatch();
  await happened('2026-03-03T15:00:00Z');
  expect(await makeDigests(at('2026-03-04T07:01:00Z'))).toBe(1);
  await raise();
  await dispatch();
  await happened('2026-03-04T07:30:00Z');
  expect(await makeDigests(at('2026-03-04T20:00:00Z'))).toBe(0);
  expect(await makeDigests(at('2026-03-05T07:00:00Z'))).toBe(1);
});

test('a program that slept over the hour sends what was before it, and no more', async () => {
  await raise();
  await dispatch();
  await happened('2026-03-04T12:00:00Z');
  expect(await makeDigests(at('2026-03-04T13:00:00Z'))).toBe(0);
  await happened('2026-03-03T12:00:00Z');
  expect(await makeDigests(at('2026-03-04T13:00:00Z'))).toBe(1);
});

test('several workers at once make one', async () => {
  await raise();
  await dispatch();
  await happened('2026-03-03T15:00:00Z');
  const now = at('2026-03-04T08:00:00Z');
  const made = await Promise.all(Array.from({ length: 6 }, () => makeDigests(now)));
  expect(made.reduce((sum, n) => sum + n, 0)).toBe(1);
  expect(await digests()).toHaveLength(1);
  expect(await digests()).toHaveLength(0);
});

test('one that is killed on the way leaves neither the day nor the mail, and the next makes both', async () => {
  await raise();
  await dispatch();
  await happened('2026-03-03T15:00:00Z');
  const now = at('2026-03-04T08:00:00Z');
  await now
    .transaction(async tx => {
      expect(await makeDigests({ ...tx, transaction: work => work(tx) })).toBe(1);
      throw new Error('killed before the commit');
    })
    .catch(() => {});
  expect(await db('digests')).toEqual([]);
  expect(await db('digest_items').whereNotNull('digest_id')).toEqual([]);
  expect(await makeDigests(now)).toBe(1);
  expect(await digests()).toHaveLength(1);
});

describe('by the clock of the person', () => {
  test.each([
    [
      'the night clocks go forward, at an hour that does not exist',
      2,
      '2026-03-29T00:59:00Z',
      '2026-03-29T01:00:00Z',
    ],
    [
      'the night clocks go back, at an hour that comes twice',
      2,
      '2026-10-24T23:59:00Z',
      '2026-10-25T01:00:00Z',
    ],
    ['at midnight', 0, '2026-06-30T21:59:00Z', '2026-06-30T22:00:00Z'],
  ])('%s: once', async (_name, hour, before, after) => {
    await wantsDigest(people.marek, 'Europe/Berlin', hour);
    await raise();
    await dispatch();
    const hourBefore = new Date(Date.parse(after) - 3_600_000).toISOString();
    await happened(hourBefore);
    expect(await makeDigests(at(before))).toBe(0);
    expect(await makeDigests(at(after))).toBe(1);
    await raise();
    await dispatch();
    await happened(hourBefore);
    const hourLater = new Date(Date.parse(after) + 3_600_000).toISOString();
    expect(await makeDigests(at(hourLater))).toBe(0);
    await wantsDigest(people.marek);
  });
});

describe('who may not see it any more', () => {
  test('reads nothing of a ticket that moved away, and without another gets no mail', async () => {
    const ticket = await raise();
    await dispatch();
    await happened('2026-03-03T15:00:00Z');
    await makeDigests(at('2026-03-04T08:00:00Z'));
    await db('tickets').where({ id: ticket.id }).update({ team_id: teams.hr });
    expect(await digests()).toEqual([]);
    const [row] = await db('deliveries').where({ template: 'digest' }).orderBy('id', 'desc').limit(1);
    expect(row).toMatchObject({ state: 'cancelled', last_error: 'Nothing of it may be seen any more' });
  });

  test('reads no note of a ticket they only watch now, though they worked it when it was written', async () => {
    await wantsDigest(people.nadia);
    const ticket = await raise();
    await db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: people.nadia });
    await settle();
    await db('digest_items').delete();
    await say(people.marek, ticket.number, { kind: 'note', body: 'A kanarienvogel sings' });
    await say(people.marek, ticket.number, { body: 'Unplug it' });
    await dispatch();
    await happened('2026-03-03T15:00:00Z');
    expect(await db('digest_items').where({ user_id: people.nadia })).toHaveLength(2);
    await makeDigests(at('2026-03-04T08:00:00Z'));
    await db('tickets').where({ id: ticket.id }).update({ team_id: teams.hr });
    const [mail] = await digests();
    expect(mail?.text).toContain('Unplug it');
    expect(mail?.text).not.toMatch(/kanarienvogel|internal note/);
    expect(mail?.html).not.toContain('kanarienvogel');
  });
});
