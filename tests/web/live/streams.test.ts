import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { shutOut } from '../../../src/domain/identity/suspending.ts';
import { changeTicket } from '../../../src/domain/tickets/changing.ts';
import { startWeb } from '../../../src/server.ts';
import { createServices } from '../../../src/services.ts';
import { createApp } from '../../../src/web/app.ts';
import { endStreams, streamsOf } from '../../../src/web/live/streams.ts';
import { post, testApp } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { usualPeople } from '../../support/factories.ts';
import type { Visitor } from '../../support/visitor.ts';

const app = await testApp({ live: true });
const { db, config, services, as, comment, makeTicket, makeUser, signIn } = app;
const { it, hr, employee, coordinator, stranger, admin } = await usualPeople(app);
const ticket = await makeTicket({ by: employee, team: it });

/** A second web process on the same database: what one writes, pages of the other hear. */
const others = await createServices(config, { db, now: app.clock.now });
const otherApp = await createApp(others);
let server: Server;
let origin: string;
beforeAll(async () => {
  server = createServer(otherApp).listen(0, '127.0.0.1');
  await eventually(() => server.listening);
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  endStreams(others);
  server.closeAllConnections();
  server.close();
  await others.close();
  await services.close();
});

type Heard = { name: string; id: string; data: Record<string, unknown> };
type Ear = {
  status: number;
  heard: Heard[];
  text: string;
  ended: boolean;
  close(): void;
  headers: IncomingMessage['headers'];
};
const ears: Ear[] = [];
afterEach(() => {
  for (const ear of ears.splice(0)) ear.close();
});

/** Opens a stream as a page would and keeps what it is told, beats apart. */
function listen(who: Visitor, on: string, headers: Record<string, string> = {}, query = ''): Promise<Ear> {
  const cookie = [...who.cookies].map(pair => pair.join('=')).join('; ');
  return new Promise((resolve, reject) => {
    const asking = get(
      `${origin}/live?on=${on}${query}`,
      { headers: { accept: 'text/event-stream', cookie, ...headers }, agent: false },
      answer => {
        const ear: Ear = {
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          heard: [],
          text: '',
          ended: false,
          close: () => asking.destroy(),
        };
        answer.on('data', (chunk: Buffer) => {
          ear.text += chunk;
          ear.heard = ear.text
            .split('\n\n')
            .slice(0, -1)
            .map(block => Object.fromEntries(block.split('\n').map(line => line.split(/: (.*)/s))))
            .filter(block => block.event && block.event !== 'beat')
            .map(block => ({ name: block.event, id: block.id, data: JSON.parse(block.data) }));
        });
        answer.on('close', () => {
          ear.ended = true;
        });
        answer.on('error', () => {});
        ears.push(ear);
        resolve(ear);
      },
    );
    asking.on('error', reject);
  });
}
const names = (ear: Ear) => ear.heard.map(one => one.name);
const onTicket = `ticket:${ticket.number}`;
/** Until the process listens: the first stream opens the connection. */
const ready = () =>
  eventually(async () => {
    const { rows } = await db.raw(
      `select 1 from pg_stat_activity where datname = current_database() and application_name = 'smartsupport live' and query ~* '^(listen|select 1$)'`,
    );
    return rows.length > 0;
  });

describe('a stream', () => {
  test('is no page: nothing stores or squeezes it, and it does not keep the session alive', async () => {
    const marek = await signIn(coordinator);
    const ear = await listen(marek, onTicket, { 'accept-encoding': 'gzip, br' });
    expect(ear.status).toBe(200);
    expect(ear.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(ear.headers['cache-control']).toContain('no-store');
    expect(ear.headers['content-encoding']).toBeUndefined();
    expect(ear.headers['x-accel-buffering']).toBe('no');
    expect(ear.headers['set-cookie']).toBeUndefined();
    await eventually(() => /^retry: \d+\nevent: beat\nid: \d{13}\n/.test(ear.text));
    ear.close();
    await eventually(() => streamsOf(others).size() === 0);
  });

  test('tells the pages of another process of a reply within a second, and of the counts', async () => {
    const [marek, kwame] = [await signIn(coordinator), await signIn(admin)];
    const ear = await listen(marek, onTicket);
    const queue = await listen(kwame, 'queue:needs-reply');
    await ready();
    const started = performance.now();
    const { commentId } = await comment(employee, ticket);
    await eventually(() => names(ear).includes('ticket') && names(queue).includes('tickets'));
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(ear.heard.find(one => one.name === 'ticket')?.data).toEqual({ comment: commentId });
    expect(names(ear)).toContain('counts');
    expect(names(queue)).toContain('counts');
    expect(names(queue)).not.toContain('ticket');
  });

  test('is refused without a session, for a foreign ticket, and for an employee who wants the queue', async () => {
    const [nobody, aisha, jonas] = [await app.visitor(), await signIn(stranger), await signIn(employee)];
    expect((await listen(nobody, onTicket)).status).toBe(204);
    expect((await listen(aisha, onTicket)).status).toBe(404);
    expect((await listen(aisha, 'ticket:999999')).status).toBe(404);
    expect((await listen(jonas, 'queue')).status).toBe(404);
    expect((await listen(jonas, 'everything')).status).toBe(404);
  });
});

describe('what somebody may not know', () => {
  test('a note, a priority and who is here are not told to the requester; a reply is', async () => {
    const [jonas, marek] = [await signIn(employee), await signIn(coordinator)];
    const ear = await listen(jonas, onTicket);
    const desk = await listen(marek, onTicket);
    await ready();
    await comment(admin, ticket, { kind: 'note', body: 'CANARY' });
    await changeTicket(await as(admin), await app.reload(ticket), { priority: 'urgent' });
    await marek.get(`/tickets/${ticket.number}`);
    await post(await atTicket(admin), `/tickets/${ticket.number}/presence`, { state: 'viewing' });
    await eventually(() => names(desk).includes('presence'));
    expect(names(desk).filter(name => name === 'ticket').length).toBeGreaterThan(0);
    expect(ear.heard).toEqual([]);
    const { commentId } = await comment(admin, ticket, { body: 'Public' });
    await eventually(() => names(ear).includes('ticket'));
    expect(ear.heard.map(({ name, data }) => ({ name, data }))).toEqual([
      { name: 'ticket', data: { comment: commentId } },
    ]);
    expect(ear.text).not.toContain('CANARY');
  });

  test("another team's tickets move nobody's counts", async () => {
    const aisha = await signIn(stranger);
    const ear = await listen(aisha, 'queue');
    const own = await makeTicket({ by: employee, team: hr });
    await ready();
    await comment(employee, ticket);
    // The one that is told shows that the one before was not.
    await new Promise(resolve => setTimeout(resolve, 0));
    await eventually(
      async () => {
        if (names(ear).length === 0) await comment(employee, own);
        return names(ear).length > 0;
      },
      { every: 300 },
    );
    expect(names(ear).slice(0, 2)).toEqual(['counts', 'tickets']);
  });

  const atTicket = async (who: { email: string }) => {
    const visitor = await signIn(who);
    await visitor.get(`/tickets/${ticket.number}`);
    return visitor;
  };
});

describe('a right that ends', () => {
  test('ends the stream at once: suspension, signing out, another team', async () => {
    const left = await makeUser({ role: 'coordinator', teams: [it] });
    const moved = await makeUser({ role: 'coordinator', teams: [it] });
    const [a, b, c] = [await signIn(left), await signIn(coordinator), await signIn(moved)];
    const open = [await listen(a, onTicket), await listen(b, onTicket), await listen(c, onTicket)];
    const stays = await listen(await signIn(admin), onTicket);
    await ready();
    const started = performance.now();
    await (await as(admin)).transaction(tx => shutOut(tx, left.id));
    await b.get('/profile');
    await post(b, '/sign-out');
    // Behind the program's back, so that only the periodic look can notice.
    await db('team_members').where({ user_id: moved.id }).update({ team_id: hr.id });
    await eventually(() => open.every(ear => ear.ended), { within: 6_000 });
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(names(open[0]!)).toContain('end');
    expect(stays.ended).toBe(false);
  }, 15_000);
});

describe('what is missed', () => {
  test('while a page was away it is told to look again, if there is anything it may know of', async () => {
    const [jonas, marek] = [await signIn(employee), await signIn(coordinator)];
    const before = `${Date.now() + 3_000}`;
    const later = await listen(marek, onTicket, { 'last-event-id': before });
    const other = await makeTicket({ by: employee, team: it });
    const long = `${other.createdAt.getTime() - 60_000}`;
    const away = await listen(marek, `ticket:${other.number}`, { 'last-event-id': long });
    const drawn = await listen(marek, `ticket:${other.number}`, {}, `&since=${long}`);
    await eventually(() => names(away).includes('refresh') && names(drawn).includes('refresh'));
    await comment(coordinator, other, { kind: 'note' });
    const asker = await listen(jonas, `ticket:${other.number}`, { 'last-event-id': long });
    expect(names(later)).not.toContain('refresh');
    expect(names(asker)).toEqual([]);
  });

  test('when the connection that listens breaks it comes back by itself, and pages look again', async () => {
    const ear = await listen(await signIn(coordinator), onTicket);
    await ready();
    await db.raw(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'smartsupport live'`,
    );
    await eventually(() => names(ear).includes('refresh'));
    await comment(employee, ticket);
    await eventually(() => names(ear).includes('ticket'));
  }, 15_000);
});

describe('limits', () => {
  test('a person has a dozen streams; one more is told when to come again', async () => {
    const marek = await signIn(coordinator);
    const open = [];
    for (let n = 0; n < 12; n += 1) open.push(await listen(marek, onTicket));
    const more = await listen(marek, onTicket);
    expect(more.status).toBe(503);
    expect(Number(more.headers['retry-after'])).toBeGreaterThan(0);
    open[0]?.close();
    await eventually(() => streamsOf(others).size() === 11);
    expect((await listen(marek, onTicket)).status).toBe(200);
  });
});

describe('the end of a process', () => {
  test('tells each page to come again elsewhere, spread over seconds, and takes no new stream', async () => {
    const last = await createServices(config, { db, now: app.clock.now });
    const web = await startWeb(last);
    const marek = await signIn(coordinator);
    const before = origin;
    origin = web.address;
    const open = [await listen(marek, onTicket), await listen(marek, 'queue')];
    const started = performance.now();
    const stopped = web.stop({ lingerMs: 300 });
    await eventually(() => open.every(ear => ear.ended));
    expect(open.every(ear => /retry: \d{4}\n\n$/.test(ear.text))).toBe(true);
    expect((await listen(marek, onTicket)).status).toBe(503);
    await stopped;
    expect(performance.now() - started).toBeLessThan(3_000);
    origin = before;
    await last.close();
  });
});
