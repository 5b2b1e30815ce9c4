import { beforeEach, describe, expect, test } from 'vitest';
import { makeDigests } from '../../../src/domain/notifications/digesting.ts';
import { deliverDue } from '../../../src/domain/notifications/sending.ts';
import { unsubscribeToken } from '../../../src/domain/notifications/unsubscribing.ts';
import { createMailer } from '../../../src/mail/mailer.ts';
import type { Mail } from '../../../src/platform/mail-transport.ts';
import { testApp } from '../../support/app.ts';

const {
  db,
  config,
  services,
  clock,
  system,
  makeUser,
  makeTeam,
  makeTicket,
  comment,
  follow,
  signIn,
  visitor,
} = await testApp();

const it = await makeTeam();
const marek = await makeUser({ role: 'coordinator', teams: [it] });
const anna = await makeUser({ firstName: 'Anna' });
const ctx = await system();
const link = `/unsubscribe/${unsubscribeToken(ctx, anna.id)}`;

const choose = (topic: string, mail: string) =>
  db('notification_preferences')
    .insert({ user_id: anna.id, topic, page: true, mail, push: false })
    .onConflict(['user_id', 'topic'])
    .merge();
const mailChoices = async () => {
  const rows = await db('notification_preferences').where({ user_id: anna.id }).orderBy('topic');
  return Object.fromEntries(rows.map(({ topic, mail }) => [topic, mail]));
};

beforeEach(async () => {
  await db('notification_preferences').delete();
  await choose('reply', 'digest');
  await choose('status', 'now');
});

/** The digest that Anna is sent in the morning, whatever time it is now. */
async function digest(): Promise<Mail | undefined> {
  const ticket = await makeTicket({ by: anna, team: it });
  await comment(marek, ticket);
  await follow();
  for (let made = 0, hours = 0; made === 0 && hours < 26; hours += 1) {
    clock.advance({ hours: 1 });
    made = await makeDigests(await system());
  }
  const mails: Mail[] = [];
  const transport = { mode: 'smtp' as const, send: async (mail: Mail) => void mails.push(mail), close() {} };
  await db('deliveries').where({ state: 'pending' }).update({ next_attempt_at: db.fn.now() });
  await deliverDue(await system(), createMailer({ config, translator: services.translator, transport }));
  return mails.find(({ headers }) => headers['List-Id']?.startsWith('<digests.'));
}

test('a digest names the way out, in its headers and at its end, and other mails do not', async () => {
  const mail = await digest();
  expect(mail?.headers['List-Unsubscribe']).toBe(`<http://localhost:3000${link}>`);
  expect(mail?.headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
  expect(mail?.text).toContain(`Stop the digest: http://localhost:3000${link}`);
  expect(mail?.html).toContain(link);
});

describe('the link', () => {
  test('shows a page that asks, and changes nothing', async () => {
    const who = await visitor();
    await who.get(link);
    expect([who.status, who.html.heading]).toEqual([200, 'Stop the daily digest?']);
    expect(await mailChoices()).toEqual({ reply: 'digest', status: 'now' });
  });

  test('ends the digest when its button is pressed, by whoever is signed in or nobody', async () => {
    for (const who of [await visitor(), await signIn(marek)]) {
      await choose('reply', 'digest');
      await who.get(link);
      await who.click('Stop the digest');
      expect(who.html.heading).toBe('You get no daily digest any more');
      // Who asked is never left without the answer: it comes by itself from now on.
      expect(await mailChoices()).toEqual({ reply: 'now', status: 'now' });
      await who.get(link);
      expect(who.html.heading).toBe('You get no daily digest any more');
    }
  });

  test.each([
    ['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
    [
      'multipart/form-data; boundary=xx',
      '--xx\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--xx--\r\n',
    ],
  ])('is pressed by a mail program as %s, without cookies or tokens of ours', async (type, body) => {
    const robot = await visitor();
    const reply = await robot.request(link, { method: 'POST', headers: { 'content-type': type }, body });
    expect(reply.status).toBe(200);
    // Who asked is never left without the answer: it comes by itself from now on.
    expect(await mailChoices()).toEqual({ reply: 'now', status: 'now' });
    const again = await robot.request(link, { method: 'POST', headers: { 'content-type': type }, body });
    expect(again.status).toBe(200);
  });

  test('ends what was a digest without having been chosen, and what waits for the next one', async () => {
    const admin = await makeUser({ role: 'admin', teams: [it] });
    await makeTicket({ by: anna, team: it });
    await follow();
    expect(await db('digest_items').where({ user_id: admin.id })).not.toEqual([]);
    const robot = await visitor();
    await robot.request(`/unsubscribe/${unsubscribeToken(ctx, admin.id)}`, { method: 'POST' });
    expect(await db('digest_items').where({ user_id: admin.id, digest_id: null })).toEqual([]);
    expect(await db('notification_preferences').where({ user_id: admin.id })).toMatchObject([
      { topic: 'team', mail: 'off', page: true },
    ]);
  });

  test.each([
    ['of another person', link.replace(/\/\w+?_/, `/${marek.id.toString(36)}_`)],
    ['that was cut off', link.slice(0, -1)],
    ['of nothing', '/unsubscribe/x'],
    ['of odd characters', '/unsubscribe/%00_..%2f'],
  ])('%s is not one of ours, and does nothing', async (_what, forged) => {
    const who = await visitor();
    const page = await who.request(forged);
    expect(page.status).toBe(404);
    const posted = await who.request(forged, { method: 'POST' });
    expect([401, 403, 404]).toContain(posted.status);
    expect(await mailChoices()).toEqual({ reply: 'digest', status: 'now' });
  });
});
