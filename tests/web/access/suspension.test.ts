import { get } from 'node:http';
import { afterAll, describe, expect, test } from 'vitest';
import { planRun, startRun } from '../../../src/domain/bulk/planning.ts';
import { findRun } from '../../../src/domain/bulk/run.ts';
import { workThroughRuns } from '../../../src/domain/bulk/working.ts';
import { findDraft } from '../../../src/domain/drafting.ts';
import { reinstateUser } from '../../../src/domain/identity/suspending.ts';
import { suspendUser } from '../../../src/domain/tickets/leaving.ts';
import { presentOn } from '../../../src/domain/tickets/presence.ts';
import { releaseReplies } from '../../../src/domain/tickets/releasing.ts';
import { sendComment } from '../../../src/domain/tickets/sending.ts';
import { endStreams } from '../../../src/web/live/streams.ts';
import { testApp } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { type Made, usualPeople } from '../../support/factories.ts';
import type { Visitor } from '../../support/visitor.ts';

/** Whoever is suspended is out: what they have open ends, and what they had begun does not go on without them. */
const app = await testApp({ live: true });
const { db, as, system, makeUser, makeTicket, reload, signIn, upload } = app;
const { it, employee, admin } = await usualPeople(app);
const coordinate = () => makeUser({ role: 'coordinator', teams: [it] });
const suspend = async (who: Made) => suspendUser(await as(admin), { userId: who.id });
afterAll(() => endStreams(app.services));

type Ear = { status: number; text: string; ended: boolean };
function listen(who: Visitor, on: string): Promise<Ear> {
  const cookie = [...who.cookies].map(pair => pair.join('=')).join('; ');
  return new Promise((resolve, reject) => {
    const headers = { accept: 'text/event-stream', cookie };
    get(`${who.origin}/live?on=${on}`, { headers, agent: false }, answer => {
      const ear: Ear = { status: answer.statusCode ?? 0, text: '', ended: false };
      answer.on('data', chunk => {
        ear.text += chunk;
      });
      for (const event of ['close', 'error'] as const)
        answer.on(event, () => {
          ear.ended = true;
        });
      resolve(ear);
    }).on('error', reject);
  });
}

describe.each([
  ['as an admin does it', suspend],
  // Nothing is told then: only the look every few seconds can notice.
  [
    'behind the program’s back',
    (who: Made) => db('users').where({ id: who.id }).update({ status: 'suspended' }),
  ],
])('every kind of stream ends within five seconds: %s', (_how, how) => {
  test('of the queue, of a ticket one works, and of one’s own ticket', async () => {
    const [marek, anna] = [await coordinate(), await makeUser()];
    const [worked, own] = [
      await makeTicket({ by: employee, team: it }),
      await makeTicket({ by: anna, team: it }),
    ];
    const [desk, hers] = [await signIn(marek), await signIn(anna)];
    const ears = await Promise.all([
      listen(desk, 'queue'),
      listen(desk, 'queue:mine'),
      listen(desk, `ticket:${worked.number}`),
      listen(hers, `ticket:${own.number}`),
    ]);
    const stays = await listen(await signIn(employee), `ticket:${worked.number}`);
    expect(ears.map(ear => ear.status)).toEqual([200, 200, 200, 200]);
    const started = performance.now();
    for (const who of [marek, anna]) await how(who);
    await eventually(() => ears.every(ear => ear.ended), { within: 6_000 });
    expect(performance.now() - started).toBeLessThan(5_000);
    for (const ear of ears) expect(ear.text).toContain('event: end');
    expect(stays.ended).toBe(false);
    expect((await listen(desk, 'queue')).status).toBe(204);
  }, 20_000);
});

test('a reply that was held never goes out: it is a draft again, with its files, for a person who comes back', async () => {
  const marek = await coordinate();
  await db('users').where({ id: marek.id }).update({ hold_seconds: 8 });
  const ticket = await makeTicket({ by: employee, team: it });
  const file = await upload(marek, 'log.txt', 'words');
  const { heldId } = await sendComment(await as(marek), ticket, {
    kind: 'reply',
    body: 'Never to be read',
    uploadIds: [file.id],
    then: 'solved',
  });
  expect(heldId).toBeTruthy();
  await suspend(marek);
  await db('held_replies').update({ release_at: db.raw(`now() - interval '1 second'`) });
  await releaseReplies(await system());
  expect(await db('held_replies')).toEqual([]);
  expect(await db('comments').where({ ticket_id: ticket.id, author_id: marek.id })).toEqual([]);
  expect((await reload(ticket)).statusKind).not.toBe('resolved');
  expect(await db('attachments').where({ id: file.id }).first()).toMatchObject({ comment_id: null });
  await reinstateUser(await as(admin), { userId: marek.id });
  const draft = await findDraft(db, marek.id, `ticket:${ticket.id}`);
  expect(draft?.body).toMatchObject({ body: 'Never to be read', uploads: String(file.id) });
});

test('a bulk run stops where it is, one that was only planned never starts, and nobody is shown as present', async () => {
  const marek = await coordinate();
  const tickets = [];
  for (let i = 0; i < 3; i += 1) tickets.push(await makeTicket({ by: employee, team: it }));
  const ids = tickets.map(ticket => ticket.id);
  const wanted = { act: 'priority', parameters: { priority: 'urgent' }, ids } as const;
  const source = { kind: 'ids', back: '/queue/all' } as const;
  const ctx = await as(marek);
  const [runs, planned] = [
    await planRun(ctx, { ...wanted, source }),
    await planRun(ctx, { ...wanted, source }),
  ];
  await startRun(ctx, runs);
  await db('ticket_presence').insert({ ticket_id: ids[0], user_id: marek.id, state: 'replying' });
  await suspend(marek);
  await db('bulk_runs')
    .where({ id: runs.id })
    .update({ started_at: new Date(Date.now() - 60_000) });
  await workThroughRuns(await system());
  const boss = await as(admin);
  expect(await findRun(boss, runs.id)).toMatchObject({ state: 'cancelled', stopReason: 'rights' });
  expect((await db('bulk_runs').where({ id: planned.id }).first()).state).toBe('planned');
  for (const ticket of tickets) expect((await reload(ticket)).priority).not.toBe('urgent');
  expect(await presentOn(boss, tickets[0]!)).toEqual([]);
});
