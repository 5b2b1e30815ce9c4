import { beforeEach, describe, expect, test } from 'vitest';
import { failedWork, retryFailed } from '../../src/domain/events/failed.ts';
import { deliverDue, MAX_ATTEMPTS, type Post } from '../../src/domain/notifications/sending.ts';
import { failureOf, MailError } from '../../src/platform/mail-failure.ts';
import { smtpSink } from '../support/smtp.ts';
import { desk } from './desk.ts';

const sink = await smtpSink();
const { db, services, system, people, raise, say, dispatch, settle, recorder, smtpPost } = await desk();

beforeEach(async () => {
  await settle();
  sink.mails.length = 0;
  sink.behave('accept');
});

const rows = () => db('deliveries').whereIn('id', latest).orderBy('id');
let latest: number[] = [];

/** One mail that is due: the receipt of a ticket of a team without people. */
async function oneMail() {
  await raise(people.olga);
  await dispatch();
  const [row] = await db('deliveries').where({ state: 'pending', template: 'ticket-received' }).select('id');
  await db('deliveries').where({ state: 'pending' }).whereNot({ id: row.id }).update({ state: 'cancelled' });
  latest = [row.id];
}
const makeDue = () => db('deliveries').whereIn('id', latest).update({ next_attempt_at: db.fn.now() });
const deliver = (post: Post) => deliverDue(system, post);
const idOf = (raw: string) => /^message-id: (.+)$/im.exec(raw)?.[1]?.trim();

test('a mail is sent once, with headers that name it and keep machines from answering', async () => {
  const { post, transport } = smtpPost(sink.url);
  await oneMail();
  expect(await deliver(post)).toMatchObject({ sent: 1 });
  expect(await deliver(post)).toMatchObject({ sent: 0 });
  transport.close();
  const [row] = await rows();
  expect(row).toMatchObject({ state: 'sent', attempts: 1, last_error: null, secret: null });
  expect(sink.mails).toHaveLength(1);
  const raw = sink.mails[0]?.raw ?? '';
  expect(idOf(raw)).toBe(row.message_id);
  expect(raw).toMatch(/^Auto-Submitted: auto-generated$/im);
  // Not "All": Exchange would then keep to itself that a mail could not be delivered.
  expect(raw).toMatch(/^X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply$/im);
  expect(raw).toMatch(/^References: <t\d+\.[a-z0-9]+@localhost>$/im);
  expect(raw).toMatch(/^List-Id: <tickets\.localhost>$/im);
  expect(raw).toMatch(/multipart\/alternative/);
});

test('a mail that waits for another goes out in the same turn, also when that one ends while the next is looked for', async () => {
  await raise(people.ben);
  await raise(people.olga);
  await raise(people.olga);
  await dispatch();
  const due = db('deliveries').where({ state: 'pending' });
  await due.clone().whereNot({ template: 'ticket-received' }).update({ state: 'cancelled' });
  const looked = new Promise<void>(resolve => {
    const listen = ({ sql, bindings }: { sql: string; bindings: readonly unknown[] }) => {
      if (!/skip locked/.test(sql) || !JSON.stringify(bindings[0]).includes(String(people.olga))) return;
      db.off('query', listen);
      resolve();
    };
    db.on('query', listen);
  });
  let olgas = 0;
  const post: Post = {
    async deliver({ to }) {
      if (to.id === people.olga && olgas++ === 0) await looked;
      return { result: 'sent', message: null };
    },
  };
  expect(await deliver(post)).toMatchObject({ sent: 3 });
});

test('two senders at once send each mail once', async () => {
  const { mails, post } = recorder();
  for (let n = 0; n < 15; n += 1) await raise();
  await dispatch();
  const counts = await Promise.all([deliver(post), deliver(post), deliver(post)]);
  expect(counts.reduce((sum, each) => sum + each.sent, 0)).toBe(45);
  expect(new Set(mails.map(mail => mail.messageId)).size).toBe(45);
  expect(mails).toHaveLength(45);
});

describe('when the server is difficult', () => {
  test.each(['refuse-for-now', 'close-after-data'] as const)(
    '%s: tried again, then there',
    async behaviour => {
      const { post, transport } = smtpPost(sink.url);
      sink.behave(behaviour, 'accept');
      await oneMail();
      await deliver(post);
      const [row] = await rows();
      expect(row).toMatchObject({ state: 'pending', attempts: 1 });
      expect(row.last_error).toMatch(/4[25]1/);
      expect(row.next_attempt_at > new Date(Date.now() + 30_000)).toBe(true);
      expect(sink.mails).toHaveLength(0);
      await makeDue();
      expect(await deliver(post)).toMatchObject({ sent: 1 });
      transport.close();
      expect(sink.mails).toHaveLength(1);
    },
  );

  test('refuse: failed at once, shown to admins, and sent when they say so', async () => {
    const { post, transport } = smtpPost(sink.url);
    sink.behave('refuse', 'accept');
    await oneMail();
    expect(await deliver(post)).toMatchObject({ refused: 1 });
    expect(await rows()).toMatchObject([{ state: 'failed', attempts: 1 }]);
    const { rows: failed } = await failedWork(system);
    expect(failed).toMatchObject([{ kind: 'mail', name: 'ticket-received', about: 'olga@company.example' }]);
    await retryFailed(system, 'mail', String(latest[0]));
    expect(await deliver(post)).toMatchObject({ sent: 1 });
    transport.close();
  });

  test('hang: the attempt ends in time and the mail is tried again on a fresh connection', async () => {
    const { post, transport } = smtpPost(sink.url, 400);
    sink.behave('hang', 'accept');
    await oneMail();
    const begun = performance.now();
    expect(await deliver(post)).toMatchObject({ away: 1 });
    expect(performance.now() - begun).toBeLessThan(3_000);
    await makeDue();
    expect(await deliver(post)).toMatchObject({ sent: 1 });
    transport.close();
    sink.hangUp();
  });

  test('cut after the last dot: at most one more, under the same Message-ID', async () => {
    const { post, transport } = smtpPost(sink.url);
    sink.behave('cut-before-answer', 'accept');
    await oneMail();
    expect(await deliver(post)).toMatchObject({ away: 1 });
    await makeDue();
    expect(await deliver(post)).toMatchObject({ sent: 1 });
    transport.close();
    expect(sink.mails).toHaveLength(2);
    expect(new Set(sink.mails.map(mail => idOf(mail.raw))).size).toBe(1);
  });

  test('down: never for good, and one look is enough for all that wait', async () => {
    const { post, transport } = smtpPost('smtp://127.0.0.1:1');
    for (let n = 0; n < 4; n += 1) await raise();
    await dispatch();
    const counts = await deliver(post);
    expect(counts).toMatchObject({ sent: 0, away: 1, refused: 0 });
    transport.close();
    const { rows: states } = await db.raw(
      `select attempts, count(*) as n from deliveries where state = 'pending' group by 1 order by 1`,
    );
    expect(states).toEqual([
      { attempts: 0, n: 11 },
      { attempts: 1, n: 1 },
    ]);
  });

  test('after more than four days it fails for good', async () => {
    const away: Post = { deliver: async () => ({ result: 'away', error: 'nobody there' }) };
    await oneMail();
    let minutes = 0;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      await makeDue();
      await deliver(away);
      const { rows: left } = await db.raw(
        'select extract(epoch from next_attempt_at - now()) / 60 as minutes from deliveries where id = ?',
        [latest[0] ?? 0],
      );
      if (attempt < MAX_ATTEMPTS) minutes += Number(left[0].minutes);
    }
    expect(await rows()).toMatchObject([{ state: 'failed', attempts: MAX_ATTEMPTS }]);
    expect(minutes / 1_440).toBeGreaterThan(4);
  });
});

test('what a failure means is read from who spoke and about what', () => {
  const error = (code: string, responseCode?: number, command?: string) =>
    failureOf(Object.assign(new Error('x'), { code, responseCode, command }));
  expect(error('EENVELOPE', 550, 'RCPT TO')).toBe('refused');
  expect(error('EMESSAGE', 554, 'DATA')).toBe('refused');
  expect(error('EENVELOPE', 451, 'RCPT TO')).toBe('later');
  expect(error('EAUTH', 535, 'AUTH PLAIN')).toBe('away');
  expect(error('EPROTOCOL', 554, 'CONN')).toBe('away');
  expect(error('EPROTOCOL', 421, 'CONN')).toBe('away');
  expect(error('EAUTH', 454, 'AUTH PLAIN')).toBe('away');
  expect(error('ECONNECTION')).toBe('away');
  expect(error('ETIMEDOUT')).toBe('away');
  expect(new MailError('later', 'x').failure).toBe('later');
});

test('a sender that died leaves its mail to be sent again after its lease, under the same name', async () => {
  await oneMail();
  const { mails, post } = recorder();
  let release = () => {};
  const stuck: Post = {
    deliver: async letter => {
      await post.deliver(letter);
      await new Promise<void>(resolve => {
        release = resolve;
      });
      return { result: 'sent', message: null };
    },
  };
  const first = deliver(stuck);
  await expect.poll(() => mails.length).toBe(1);
  expect(await deliver(post)).toMatchObject({ sent: 0 });
  await makeDue();
  expect(await deliver(post)).toMatchObject({ sent: 1 });
  release();
  await first;
  expect(mails).toHaveLength(2);
  expect(new Set(mails.map(mail => mail.messageId)).size).toBe(1);
  expect(await rows()).toMatchObject([{ state: 'sent', attempts: 2 }]);
});

describe('right before sending', () => {
  test('a suspended person and one without address get nothing', async () => {
    const ben = await raise(people.ben);
    await dispatch();
    await db('users').where({ id: people.ben }).update({ status: 'suspended' });
    const { mails, post } = recorder();
    await deliver(post);
    expect(mails.map(mail => mail.to.address)).not.toContain('ben@company.example');
    await db('users').where({ id: people.ben }).update({ status: 'active', email: null });
    await say(people.marek, ben.number, { body: 'Hello' });
    await dispatch();
    await deliver(post);
    expect(mails.map(mail => mail.to.name)).not.toContain('Ben Test');
    await db('users').where({ id: people.ben }).update({ email: 'ben@company.example' });
    const states = await db('deliveries')
      .where({ recipient_id: people.ben })
      .distinct('state')
      .pluck('state');
    expect(states).toContain('cancelled');
  });

  test('whoever lost the ticket meanwhile gets nothing, nor its notes', async () => {
    const ticket = await raise();
    await db('tickets').where({ id: ticket.id }).update({ assignee_id: people.nadia });
    await settle();
    await say(people.marek, ticket.number, { kind: 'note', body: 'The canary is yellow' });
    await dispatch();
    await db('team_members').where({ user_id: people.nadia }).delete();
    await db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: people.nadia });
    const { mails, post } = recorder();
    await deliver(post);
    expect(mails).toEqual([]);
    const [row] = await db('deliveries').where({ template: 'ticket-note' }).orderBy('id', 'desc').limit(1);
    expect(row).toMatchObject({ state: 'cancelled', recipient_id: people.nadia });
  });

  test('a fault in the letter itself is tried again, not lost', async () => {
    await oneMail();
    const broken: Post = {
      deliver: () => {
        throw new Error('The template broke');
      },
    };
    expect(await deliver(broken)).toMatchObject({ later: 1 });
    expect(await rows()).toMatchObject([{ state: 'pending', last_error: 'The template broke' }]);
  });
});

test('the worker’s services are what the tests use', () => {
  expect(services.config.mail.smtpUrl).toBeUndefined();
});
