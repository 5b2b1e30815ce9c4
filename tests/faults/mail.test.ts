import type { Express } from 'express';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deliverDue, type Post } from '../../src/domain/notifications/sending.ts';
import { createMailer } from '../../src/mail/mailer.ts';
import { createMailTransport } from '../../src/platform/mail-transport.ts';
import { createApp } from '../../src/web/app.ts';
import { PASSWORD, testWorld } from '../support/factories.ts';
import { smtpSink } from '../support/smtp.ts';
import { type Visitor, visitor } from '../support/visitor.ts';

const sink = await smtpSink();
const { db, config, services, system, makeUser, makeTicket, follow } = await testWorld();

let app: Express;
let web: Visitor;
const logged: { message: string; details: Record<string, unknown> }[] = [];

beforeAll(async () => {
  app = await createApp(services);
  const { email } = await makeUser();
  web = await visitor(app);
  await web.get('/sign-in?next=/tickets');
  web.fill({ 'Work email': email, Password: PASSWORD });
  await web.click('Sign in');
});

beforeEach(async () => {
  await db('deliveries').where({ state: 'pending' }).update({ state: 'cancelled' });
  sink.mails.length = 0;
  sink.hangUp();
  sink.behave('accept');
  logged.length = 0;
});

let people = 0;

/** As many mails that are due to people of a domain; returns their deliveries, in that order. */
async function mailsTo(domain: string, n: number): Promise<number[]> {
  for (let each = 0; each < n; each += 1) {
    people += 1;
    const user = await makeUser({ email: `p${people}@${domain}` });
    await makeTicket({ by: user });
  }
  await follow();
  await db('deliveries').where({ state: 'pending' }).update({ next_attempt_at: db.fn.now() });
  const ids = await db('deliveries as d')
    .join('users as u', 'u.id', 'd.recipient_id')
    .where({ 'd.state': 'pending', 'd.template': 'ticket-received' })
    .whereLike('u.email', `%@${domain}`)
    .orderBy('d.id')
    .pluck('d.id');
  return ids.map(Number);
}

const fates = (ids: number[]) =>
  db('deliveries').whereIn('id', ids).orderBy('id').select('state', 'attempts', 'last_error', 'message_id');
const arrivedAt = (domain: string) => sink.mails.filter(({ to }) => to[0]?.endsWith(`@${domain}`));
const idOf = (raw: string) => /^message-id:\s*(\S+)/im.exec(raw)?.[1];
const makeDue = (ids: number[]) =>
  db('deliveries').whereIn('id', ids).update({ next_attempt_at: db.fn.now() });

/** One turn of the worker against a server, with what it logged. */
async function turn({ url = sink.url, attemptMs = 1_500 } = {}) {
  const mail = { ...config.mail, smtpUrl: url };
  const log = (details: object, message = '') => {
    logged.push({ message, details: details as Record<string, unknown> });
  };
  const transport = createMailTransport({ mail }, services.log, { attemptMs });
  const post: Post = createMailer({ config, translator: services.translator, transport });
  const ctx = await system();
  const begun = performance.now();
  const counts = await deliverDue({ ...ctx, log: { debug: log, info: log, warn: log, error: log } }, post);
  transport.close();
  return { counts, ms: performance.now() - begun };
}

/** How long a page takes, at the worst of some, while `work` goes on. */
async function slowestPage(work: Promise<unknown>): Promise<number> {
  let over = false;
  const done = work.finally(() => {
    over = true;
  });
  let worst = 0;
  do {
    const begun = performance.now();
    const { status } = await web.request('/tickets');
    expect(status).toBe(200);
    worst = Math.max(worst, performance.now() - begun);
  } while (!over);
  await done;
  return worst;
}

describe('a server that is not there', () => {
  test('costs one attempt a turn, the mails wait, and the log says why', async () => {
    const ids = await mailsTo('down.example', 8);
    for (let n = 0; n < 3; n += 1) {
      const { counts, ms } = await turn({ url: 'smtp://127.0.0.1:1' });
      expect(counts).toMatchObject({ sent: 0, away: 1, failed: 0 });
      expect(ms).toBeLessThan(3_000);
    }
    const rows = await fates(ids);
    expect(rows.every(({ state }) => state === 'pending')).toBe(true);
    expect(rows.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(3);
    const [line] = logged;
    expect(line?.message).toBe('a mail is tried again later');
    expect(line?.details).toMatchObject({ domain: 'down.example', attempts: 1, minutes: 1 });
    expect(String(line?.details.err)).toContain('ECONNREFUSED');
  });

  test('holds up no page', async () => {
    await mailsTo('down.example', 3);
    const worst = await slowestPage(
      (async () => {
        for (let n = 0; n < 20; n += 1) await turn({ url: 'smtp://127.0.0.1:1' });
      })(),
    );
    expect(worst).toBeLessThan(1_500);
  });
});

describe('a domain that is difficult', () => {
  test('takes two places at most while it is slow, and the others are served meanwhile', async () => {
    const slow = await mailsTo('slow.example', 4);
    const quick = await mailsTo('quick.example', 12);
    sink.behaveTo('slow.example', 'slow');
    const { counts } = await turn({ attemptMs: 30_000 });
    expect(counts.sent).toBe(slow.length + quick.length);
    expect(sink.peak('slow.example')).toBeLessThanOrEqual(2);
    expect(sink.peak()).toBeLessThanOrEqual(6);
    // One after the other, the slow ones, which are older, would all come first.
    const lastSlow = sink.mails.findLastIndex(({ to }) => to[0]?.endsWith('@slow.example'));
    expect(lastSlow).toBeGreaterThan(slow.length);
    expect(await fates([...slow, ...quick])).toSatisfy((rows: { state: string }[]) =>
      rows.every(({ state }) => state === 'sent'),
    );
  });

  test('that takes mails and says nothing stops neither the others nor the pages', async () => {
    const mute = await mailsTo('mute.example', 3);
    const quick = await mailsTo('quick.example', 12);
    sink.behaveTo('mute.example', 'hang');
    const run = turn({ attemptMs: 5_000 });
    expect(await slowestPage(run)).toBeLessThan(1_500);
    const { counts } = await run;
    expect(counts).toMatchObject({ sent: quick.length, away: mute.length });
    expect((await fates(mute)).map(({ state }) => state)).toEqual(mute.map(() => 'pending'));
    expect((await fates(mute))[0]?.last_error).toContain('No answer within 5 s');
    expect(arrivedAt('quick.example')).toHaveLength(quick.length);
  });

  test('that greylists is asked a few times, left alone, and gets each mail once in the end', async () => {
    const grey = await mailsTo('grey.example', 9);
    const quick = await mailsTo('quick.example', 6);
    sink.behaveTo('grey.example', 'refuse-for-now');
    const { counts } = await turn();
    expect(counts.sent).toBe(quick.length);
    // Two may be on their way when the fifth is put off.
    expect(counts.later).toBeGreaterThanOrEqual(5);
    expect(counts.later).toBeLessThanOrEqual(6);
    expect(logged.find(({ details }) => details.domain === 'grey.example')?.details.err).toContain('451');
    sink.behaveTo('grey.example', 'accept');
    await makeDue(grey);
    await turn();
    expect(arrivedAt('grey.example')).toHaveLength(grey.length);
    expect(new Set(arrivedAt('grey.example').map(({ raw }) => idOf(raw))).size).toBe(grey.length);
  });
});

test('421 after the message: again, once, under the same name', async () => {
  const ids = await mailsTo('closing.example', 3);
  sink.behaveTo('closing.example', 'close-after-data');
  expect((await turn()).counts).toMatchObject({ sent: 0, later: 3 });
  const before = (await fates(ids)).map(({ message_id }) => message_id);
  sink.behave('accept');
  await makeDue(ids);
  expect((await turn()).counts).toMatchObject({ sent: 3 });
  expect(sink.mails).toHaveLength(before.length);
  expect(new Set(sink.mails.map(({ raw }) => idOf(raw)))).toEqual(new Set(before));
});

test('550: failed at once, logged as an error, and not tried again', async () => {
  const ids = await mailsTo('gone.example', 2);
  sink.behaveTo('gone.example', 'refuse');
  expect((await turn()).counts).toMatchObject({ refused: 2 });
  expect(await fates(ids)).toMatchObject([
    { state: 'failed', attempts: 1 },
    { state: 'failed', attempts: 1 },
  ]);
  expect(logged.filter(({ message }) => message === 'a mail could not be sent')).toHaveLength(2);
  await makeDue(ids);
  expect((await turn()).counts).toMatchObject({ sent: 0, refused: 0 });
});

test('cut right after the last dot: there at most twice, under one Message-ID', async () => {
  const ids = await mailsTo('cut.example', 4);
  sink.behaveTo('cut.example', 'cut-before-answer');
  await turn();
  sink.behave('accept');
  await makeDue(ids);
  await turn();
  const names = sink.mails.map(({ raw }) => idOf(raw));
  expect(new Set(names).size).toBe(4);
  expect(names.length).toBeLessThanOrEqual(8);
  expect((await fates(ids)).every(({ state }) => state === 'sent')).toBe(true);
});
