import { beforeEach, describe, expect, test } from 'vitest';
import { systemActor } from '../../../src/domain/access/actor.ts';
import { createContext } from '../../../src/domain/context.ts';
import { dispatchEvents } from '../../../src/domain/events/dispatching.ts';
import {
  findPreferences,
  type Preferences,
  savePreferences,
} from '../../../src/domain/notifications/preferences.ts';
import { instantAt, quietUntil } from '../../../src/domain/notifications/quiet-hours.ts';
import type { Choice, Topic } from '../../../src/domain/notifications/topics.ts';
import { endDigest, unsubscribeToken } from '../../../src/domain/notifications/unsubscribing.ts';
import { defaultSettings } from '../../../src/domain/settings/settings.ts';
import { subscribers } from '../../../src/domain/subscribers.ts';
import { changeTicket } from '../../../src/domain/tickets/changing.ts';
import { findTicket } from '../../../src/domain/tickets/ticket.ts';
import { desk } from '../../jobs/desk.ts';
import { expectInvariants } from '../../support/invariants.ts';

const { db, services, system, people, teams, as, raise, say, dispatch, queued, unread, sendAll, settle } =
  await desk();
beforeEach(async () => {
  await settle();
  await db('notification_preferences').delete();
  await db('notification_times').delete();
  await db('team_assignments').delete();
});

async function wish(userId: number, topic: Topic, choice: Partial<Choice>, more: Partial<Preferences> = {}) {
  const ctx = await as(userId);
  const current = await findPreferences(ctx);
  const choices = { ...current.choices, [topic]: { ...current.choices[topic], ...choice } };
  await savePreferences(ctx, { ...current, choices, ...more });
}

const give = async (number: number, assigneeId: number) => {
  const ctx = await as(people.marek);
  return changeTicket(ctx, await findTicket(ctx, number), { assigneeId });
};

describe('what somebody chose', () => {
  test('is kept for their own topics, and the rest stays as usual', async () => {
    await wish(people.anna, 'status', { mail: 'off' });
    const found = await findPreferences(await as(people.anna));
    expect(found.choices.status).toEqual({ page: true, mail: 'off', push: true });
    expect(found.choices.reply.mail).toBe('now');
    expect(await db('notification_preferences').where({ topic: 'mention' })).toEqual([]);
    expect((await findPreferences(await as(people.marek))).choices.status.mail).toBe('now');
  });

  test('without mail there is none, and the page still tells', async () => {
    await wish(people.marek, 'team', { mail: 'off' });
    await raise();
    await dispatch();
    expect(await queued()).toEqual(['Anna ticket-received', 'Nadia ticket-new']);
    expect(await unread()).toEqual({ Marek: 1, Nadia: 1 });
  });

  test('without the page nothing is counted there', async () => {
    await wish(people.marek, 'team', { page: false });
    await raise();
    await dispatch();
    expect(await queued()).toContain('Marek ticket-new');
    expect(await unread()).toEqual({ Nadia: 1 });
    await expectInvariants(db);
  });

  test('receipts come unless they are switched off', async () => {
    await wish(people.anna, 'received', { mail: 'off' });
    await raise();
    await dispatch();
    expect(await queued()).toEqual(['Marek ticket-new', 'Nadia ticket-new']);
  });

  test('a ticket one only follows is a topic of its own', async () => {
    const { id, number } = await raise();
    await db('ticket_watchers').insert({ ticket_id: id, user_id: people.ben });
    await wish(people.ben, 'following', { mail: 'off' });
    await settle();
    await say(people.marek, number, { body: 'Unplug it' });
    await dispatch();
    expect(await queued()).toEqual(['Anna ticket-reply']);
    expect(await unread()).toMatchObject({ Ben: 1 });
  });

  test('what is for the digest waits there, once', async () => {
    await wish(people.marek, 'team', { mail: 'digest' });
    await raise();
    await dispatch();
    expect(await queued()).not.toContain('Marek ticket-new');
    expect(await db('digest_items').where({ user_id: people.marek })).toMatchObject([
      { topic: 'team', template: 'ticket-new', digest_id: null },
    ]);
  });
});

describe('a reply is never lost unseen', () => {
  const answered = async () => {
    const { number } = await raise();
    await settle();
    await say(people.marek, number, { body: 'Unplug it' });
    await dispatch();
  };

  test('an employee may choose when its mail comes, not that none does', async () => {
    await expect(wish(people.anna, 'reply', { mail: 'off' })).rejects.toThrow(/so that none is lost/);
    await wish(people.anna, 'reply', { mail: 'digest', page: false, push: false });
    await answered();
    expect(await queued()).toEqual([]);
    expect(await db('digest_items').where({ user_id: people.anna }).pluck('topic')).toEqual(['reply']);
  });

  test('a choice from before, or from another role, counts as at once', async () => {
    const off = { topic: 'reply', page: false, mail: 'off', push: false };
    await db('notification_preferences').insert({ user_id: people.anna, ...off });
    expect((await findPreferences(await as(people.anna))).choices.reply.mail).toBe('now');
    await answered();
    expect(await queued()).toEqual(['Anna ticket-reply']);
  });

  test('not with the digest that somebody ended: then it comes by mail, and so does the next', async () => {
    await db('digest_items').delete();
    await wish(people.anna, 'reply', { mail: 'digest', page: false, push: false });
    await answered();
    expect(await queued()).toEqual([]);
    await endDigest(system, unsubscribeToken(system, people.anna));
    expect(await queued()).toEqual(['Anna ticket-reply']);
    expect((await findPreferences(await as(people.anna))).choices.reply.mail).toBe('now');
    await endDigest(system, unsubscribeToken(system, people.anna));
    expect(await queued()).toEqual(['Anna ticket-reply']);
  });

  test('in quiet hours it waits, and comes', async () => {
    const quiet = { from: '00:00', to: '23:59', days: [1, 2, 3, 4, 5, 6, 7] };
    await wish(people.anna, 'reply', {}, { quiet });
    await answered();
    expect(await queued()).toEqual(['Anna ticket-reply']);
  });

  test('the desk may switch its mail off, and then has it on the page', async () => {
    await wish(people.marek, 'reply', { mail: 'off' });
    await expect(wish(people.marek, 'reply', { mail: 'off', page: false })).rejects.toThrow(/never hear/);
    await db('notification_preferences').where({ user_id: people.marek }).update({ page: false });
    expect((await findPreferences(await as(people.marek))).choices.reply).toMatchObject({ page: true });
  });

  test('a new status stays on the page at least; a receipt may go', async () => {
    await expect(wish(people.anna, 'status', { mail: 'off', page: false })).rejects.toThrow(/never hear/);
    await wish(people.anna, 'status', { mail: 'off' });
    await wish(people.anna, 'received', { mail: 'off', page: false, push: false });
    await raise();
    await dispatch();
    expect(await queued()).not.toContain('Anna ticket-received');
  });
});

describe('quiet hours', () => {
  const quiet = { from: '22:00', to: '07:00', days: [1, 2, 3, 4, 5] };
  const zone = 'Europe/Berlin';
  const at = (text: string) => new Date(text);

  test.each([
    ['in the evening', '2026-03-03T21:30:00Z', '2026-03-04T06:00:00.000Z'],
    ['after midnight', '2026-03-04T03:00:00Z', '2026-03-04T06:00:00.000Z'],
    ['at noon', '2026-03-04T12:00:00Z', undefined],
    ['the very minute it ends', '2026-03-04T06:00:00Z', undefined],
    ['on a Sunday evening, which was not chosen', '2026-03-08T22:00:00Z', undefined],
    ['on Saturday morning: still Friday’s night', '2026-03-07T03:00:00Z', '2026-03-07T06:00:00.000Z'],
    ['the summer evening', '2026-07-07T20:30:00Z', '2026-07-08T05:00:00.000Z'],
  ])('%s', (_when, now, end) => {
    expect(quietUntil(quiet, zone, at(now))?.toISOString()).toBe(end);
  });

  test('the night in which clocks change ends by the new clock', () => {
    const always = { ...quiet, days: [1, 2, 3, 4, 5, 6, 7] };
    // Clocks go forward on 29 March and back on 25 October 2026.
    expect(quietUntil(always, zone, at('2026-03-28T22:00:00Z'))?.toISOString()).toBe(
      '2026-03-29T05:00:00.000Z',
    );
    expect(quietUntil(always, zone, at('2026-10-24T21:00:00Z'))?.toISOString()).toBe(
      '2026-10-25T06:00:00.000Z',
    );
    expect(instantAt('2026-03-29', '02:30', zone).toISOString()).toBe('2026-03-29T01:30:00.000Z');
    expect(['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z']).toContain(
      instantAt('2026-10-25', '02:30', zone).toISOString(),
    );
  });

  test('mails wait for their end, notices do not, and what is urgent comes if one lets it', async () => {
    const now = new Date();
    const clock = (hours: number) =>
      new Date(now.getTime() + hours * 3_600_000).toISOString().slice(11, 13).concat(':00');
    const times = { from: clock(-1), to: clock(3), days: [1, 2, 3, 4, 5, 6, 7] };
    await db('users').whereIn('id', [people.marek, people.nadia]).update({ time_zone: 'UTC' });
    for (const id of [people.marek, people.nadia])
      await wish(id, 'reply', {}, { quiet: times, urgentThrough: id === people.nadia });
    const one = await raise();
    const two = await raise();
    await dispatch();
    expect(await unread()).toEqual({ Marek: 2, Nadia: 2 });
    const waits = async (template: string) => {
      const rows = await db('deliveries as d')
        .join('users as u', 'u.id', 'd.recipient_id')
        .where({ 'd.template': template, 'd.state': 'pending' })
        .select('u.first_name', db.raw("d.next_attempt_at > now() + interval '1 hour' as waits"));
      return rows.map(row => `${row.first_name} ${row.waits}`).sort();
    };
    expect(await waits('ticket-new')).toEqual(['Marek true', 'Marek true', 'Nadia true', 'Nadia true']);
    expect(await waits('ticket-received')).toEqual(['Anna false', 'Anna false']);
    await give(one.number, people.nadia);
    const nadia = await as(people.nadia);
    await changeTicket(nadia, await findTicket(nadia, two.number), { assigneeId: people.marek });
    await dispatch();
    expect(await waits('ticket-assigned')).toEqual(['Marek true', 'Nadia false']);
  });

  test('a quick change after another does not end them', async () => {
    const hour = (plus: number) =>
      `${String((new Date().getUTCHours() + plus + 24) % 24).padStart(2, '0')}:00`;
    await db('users').where({ id: people.anna }).update({ time_zone: 'UTC' });
    const { number } = await raise();
    await settle();
    await wish(
      people.anna,
      'status',
      {},
      { quiet: { from: hour(-1), to: hour(3), days: [1, 2, 3, 4, 5, 6, 7] } },
    );
    const marek = await as(people.marek);
    await changeTicket(marek, await findTicket(marek, number), { status: 'on-hold', waitingOn: 'other' });
    await dispatch();
    await changeTicket(marek, await findTicket(marek, number), { waitingOn: 'requester' });
    await dispatch();
    const [row] = await db('deliveries').where({ state: 'pending', template: 'ticket-status' });
    expect(row.next_attempt_at.getTime()).toBeGreaterThan(Date.now() + 3_600_000);
  });
});

describe('where a team’s tickets find their owner by themselves', () => {
  beforeEach(() => db('team_assignments').insert({ team_id: teams.it, method: 'round-robin' }));

  test('the team is not told at once, and who gets it is', async () => {
    const { number } = await raise();
    await dispatch();
    expect(await unread()).toEqual({});
    const [held] = await db('deliveries').where({ state: 'pending', template: 'ticket-new' });
    expect(held.next_attempt_at.getTime()).toBeGreaterThan(Date.now() + 60_000);
    await give(number, people.nadia);
    await dispatch();
    expect(await unread()).toEqual({ Anna: 1, Nadia: 1 });
    const mails = (await sendAll()).filter(mail => mail.to.name !== 'Anna Test');
    expect(mails.map(mail => `${mail.to.name}: ${mail.text.split('\n')[0]}`)).toEqual([
      'Nadia Test: Marek Test has given you a ticket',
    ]);
  });

  test('of what nobody got the team hears after all', async () => {
    await raise();
    await dispatch();
    expect((await sendAll()).map(mail => mail.to.name).sort()).toEqual([
      'Anna Test',
      'Marek Test',
      'Nadia Test',
    ]);
  });
});

test('a whole batch asks for what people chose in one statement', async () => {
  for (let n = 0; n < 6; n += 1) await raise();
  const system = createContext({
    ...(await services.contextFor(systemActor('test'), { settings: defaultSettings })),
  });
  const asked: string[] = [];
  const listen = ({ sql }: { sql: string }) => asked.push(sql);
  db.on('query', listen);
  await dispatchEvents(system, subscribers, 25);
  db.removeListener('query', listen);
  expect(asked.filter(sql => sql.includes('notification_preferences'))).toHaveLength(1);
});

describe('what went out of sight', () => {
  test('is not counted any more, for those who cannot see it, and only for them', async () => {
    const { id, number } = await raise();
    await db('ticket_watchers').insert({ ticket_id: id, user_id: people.ben });
    // Before the answer, which makes Marek its owner: the team is told of a ticket that nobody has.
    await dispatch();
    await say(people.marek, number, { body: 'Unplug it' });
    await dispatch();
    expect(await unread()).toEqual({ Anna: 1, Ben: 1, Marek: 1, Nadia: 1 });
    const marek = await as(people.marek);
    await changeTicket(marek, await findTicket(marek, number), { teamId: teams.hr });
    await dispatch();
    expect(await unread()).toEqual({ Anna: 1, Ben: 1, Olga: 1 });
    await expectInvariants(db);
  });

  test('a note on a ticket that is only watched now is none either', async () => {
    const { id, number } = await raise();
    await db('ticket_watchers').insert({ ticket_id: id, user_id: people.nadia });
    await settle();
    await say(people.marek, number, { kind: 'note', body: 'Coffee again' });
    await dispatch();
    expect(await unread()).toEqual({ Nadia: 1 });
    const marek = await as(people.marek);
    await changeTicket(marek, await findTicket(marek, number), { teamId: teams.hr });
    await dispatch();
    expect(await unread()).toEqual({ Olga: 1 });
    await expectInvariants(db);
  });
});
