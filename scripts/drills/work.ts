import { createECDH, randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { planRun, startRun } from '../../src/domain/bulk/planning.ts';
import type { BulkTask } from '../../src/domain/bulk/task.ts';
import type { Context } from '../../src/domain/context.ts';
import { loadSignedIn } from '../../src/domain/identity/person.ts';
import { subscribeBrowser } from '../../src/domain/notifications/push-subscriptions.ts';
import { createTicket } from '../../src/domain/tickets/creating.ts';
import type { Services } from '../../src/services.ts';

/** What one round gave the worker to do; `token` is in the text of all of it. */
export type Work = { token: string; runId: number; tickets: number[]; held: number[]; readers: Reader[] };
export type Reader = { id: number; path: string; pushes: number };

/** A desk of its own, whose colleagues hear of nothing but what a drill makes for them. */
export type Desk = { services: Services; team: number; coordinator: number; tickets: number[] };

const HELD = 5;
const READERS = 3;

export async function makeDesk(services: Services, size: number): Promise<Desk> {
  const { db } = services;
  const [team] = await db('teams')
    .insert({ name: `Drill ${randomUUID()}` })
    .returning('id');
  const [category] = await db('categories').insert({ name: 'Drill', team_id: team.id }).returning('id');
  const coordinator = await makePerson(services, 'coordinator');
  await db('team_members').insert({ team_id: team.id, user_id: coordinator });
  const employee = await as(services, await makePerson(services, 'employee'));
  const numbers: number[] = [];
  for (let n = 0; n < size; n += 1) {
    const wanted = { subject: `Work ${n}`, body: 'Words', categoryId: category.id as number };
    numbers.push((await createTicket(employee, wanted)).number);
  }
  const tickets = await db('tickets').whereIn('number', numbers).orderBy('id').pluck('id');
  return { services, team: team.id, coordinator, tickets };
}

/** Many tickets changed at once, replies that go out, digests whose hour has struck, and news for browsers. */
export async function giveWork(desk: Desk, round: number): Promise<Work> {
  const { services, tickets, coordinator } = desk;
  const token = `work-${randomUUID()}`;
  const held = tickets.slice(0, HELD);
  await services.db('held_replies').insert(
    held.map(ticket_id => ({
      ...{ ticket_id, author_id: coordinator, body: `Reply ${token}`, then: 'keep', after_comment_id: 0 },
      release_at: services.db.fn.now(),
    })),
  );
  const readers: Reader[] = [];
  for (let n = 0; n < READERS; n += 1) readers.push(await makeReader(desk));
  const ctx = await as(services, coordinator);
  const task: BulkTask =
    round % 2
      ? { act: 'note', parameters: { body: `Note ${token}` } }
      : { act: 'add-tags', parameters: { tags: [`drill-${round}`] } };
  const run = await planRun(ctx, { ...task, ids: tickets, source: { kind: 'ids', back: '/queue/all' } });
  await startRun(ctx, run);
  for (const job of ['run-bulk', 'release-replies', 'send-digests', 'deliver-push']) services.world.wake(job);
  return { token, runId: run.id, tickets, held, readers };
}

/** Sees every ticket and is told of none by itself: two days ago something happened, and a browser waits. */
async function makeReader({ services, tickets }: Desk): Promise<Reader> {
  const { db } = services;
  const id = await makePerson(services, 'admin');
  const events: number[] = await db('events')
    .whereIn('ticket_id', tickets)
    .where({ type: 'ticket.created' })
    .orderBy('id')
    .limit(4)
    .pluck('id');
  await db('notification_times').insert({ user_id: id, digest_hour: 0 });
  const path = `/wp/${randomUUID()}`;
  const keys = createECDH('prime256v1');
  const p256dh = keys.generateKeys().toString('base64url');
  const target = {
    endpoint: `https://fcm.googleapis.com${path}`,
    p256dh,
    auth: randomBytes(16).toString('base64url'),
  };
  await subscribeBrowser(await as(services, id), target);
  const ago = new Date(Date.now() - 2 * 86_400_000);
  await db('digest_items').insert(
    events.map(event_id => ({
      ...{ user_id: id, event_id, topic: 'new', template: 'new-ticket', occurred_at: ago },
    })),
  );
  await db('deliveries').insert(
    events.map(event_id => ({
      ...{ event_id, recipient_id: id, channel: 'push', template: 'reply', next_attempt_at: db.fn.now() },
    })),
  );
  return { id, path, pushes: events.length };
}

async function makePerson({ db }: Services, role: string): Promise<number> {
  const [row] = await db('users')
    .insert({
      ...{ email: `${randomUUID()}@drill.example`, first_name: 'Drill', last_name: role, role },
      ...{ status: 'active', email_verified_at: new Date() },
    })
    .returning('id');
  return row.id;
}

async function as(services: Services, userId: number): Promise<Context> {
  const found = await loadSignedIn(services.db, userId);
  if (!found) throw new Error(`User ${userId} may not sign in`);
  return services.contextFor(found.person, { settings: found.settings });
}

/** Stands for the push services: how often each browser was told. See tests/support/preloads/push-here.js. */
export async function pushSink() {
  const told = new Map<string, number>();
  const server = createServer((req, res) => {
    req.resume().on('end', () => {
      told.set(req.url ?? '', (told.get(req.url ?? '') ?? 0) + 1);
      setTimeout(() => res.writeHead(201).end(), 5);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { told, url: `http://127.0.0.1:${port}`, close };
}

export type PushSink = Awaited<ReturnType<typeof pushSink>>;
