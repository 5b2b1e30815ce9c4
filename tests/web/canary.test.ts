import { describe, expect, test } from 'vitest';
import { saveDraft } from '../../src/domain/drafting.ts';
import { addItems } from '../../src/domain/tickets/checking.ts';
import { saveMemo } from '../../src/domain/tickets/memo.ts';
import { queueViews } from '../../src/domain/tickets/queue.ts';
import { redactComment } from '../../src/domain/tickets/redacting.ts';
import type { Ticket } from '../../src/domain/tickets/ticket.ts';
import { addTime } from '../../src/domain/tickets/timing.ts';
import { post, testApp } from '../support/app.ts';
import { type Made, usualPeople } from '../support/factories.ts';
import { routesOf } from '../support/routes.ts';
import type { Visitor } from '../support/visitor.ts';

/**
 * A word is planted wherever somebody must not look; then everything each person can get is read, byte by byte:
 * every page, part, file and export, every search and filter, and every answer to a form they have no right to.
 */
const app = await testApp();
const { db, as, makeUser, makeTicket, comment, upload, follow, signIn } = app;
const { it, hr, coordinator, admin } = await usualPeople(app);

// A search for the beginning of the words finds them, and its echo on the page is none of them.
const START = 'xylo';
const today = app.clock.now().toISOString().slice(0, 10);
let planted = 0;
function canary(what: string): string {
  planted += 1;
  return `${START}${what}${planted}q`;
}

async function plant(by: Made, team: Made) {
  const words = {
    subject: canary('subject'),
    body: canary('body'),
    note: canary('note'),
    file: canary('file'),
  };
  const noteFile = canary('notefile');
  const noteBytes = canary('notebytes');
  const draft = canary('draft');
  const memo = canary('draftmemo');
  const item = canary('item');
  const spent = canary('spent');
  const gone = canary('gone');
  const ticket = await makeTicket({ by, team, subject: words.subject, body: words.body });
  const desk = team === it ? coordinator : hrDesk;
  const open = await upload(by, `${words.file}.txt`, 'bytes');
  await comment(by, ticket, { body: 'With a file', uploadIds: [open.id] });
  const secret = await upload(desk, `${noteFile}.txt`, noteBytes);
  await comment(desk, ticket, { kind: 'note', body: words.note, uploadIds: [secret.id] });
  const { commentId } = await comment(desk, ticket, { body: gone });
  await redactComment(await as(team === it ? admin : hrAdmin), ticket, commentId);
  // Sending takes a draft away, so it comes last.
  await saveDraft(await as(desk), `ticket:${ticket.id}`, { body: draft, kind: 'note' });
  const working = await as(desk);
  await saveMemo(working, ticket, memo);
  await addItems(working, ticket, [item]);
  await addTime(working, ticket, { minutes: 5, note: spent, spentOn: today });
  return {
    ticket,
    open: [words.subject, words.body, words.file],
    secret: [words.note, noteFile, noteBytes, draft, memo, item, spent],
    gone,
  };
}

const hrDesk = await makeUser({ role: 'coordinator', teams: [hr], firstName: 'Aisha' });
const hrAdmin = await makeUser({ role: 'admin', teams: [hr] });
const manager = await makeUser();
const department = await app.makeDepartment(manager);
const requester = await makeUser({ department });
const watcher = await makeUser();
const nobody = await makeUser();

const own = await plant(requester, it);
const deskOwn = await plant(hrDesk, it);
const adminOwn = await plant(hrAdmin, it);
const foreign = await plant(await makeUser(), hr);
await db('ticket_watchers').insert({ ticket_id: own.ticket.id, user_id: watcher.id });
await follow();
const everything = [own, deskOwn, adminOwn, foreign];
const open = (...some: typeof everything) => some.flatMap(each => each.open);
const secret = (...some: typeof everything) => some.flatMap(each => each.secret);
const gone = everything.map(each => each.gone);

/** Everybody, and the words they must never get; of the rest they must get all, so that the walk is not blind. */
const people: [string, Made & { email: string }, string[], string[]][] = [
  ['an employee who has no tickets', nobody, [...open(...everything), ...secret(...everything), ...gone], []],
  [
    'the requester',
    requester,
    [...open(deskOwn, adminOwn, foreign), ...secret(...everything), ...gone],
    open(own),
  ],
  ['a watcher', watcher, [...open(deskOwn, adminOwn, foreign), ...secret(...everything), ...gone], open(own)],
  [
    'the manager of the requester’s department',
    manager,
    [...open(deskOwn, adminOwn, foreign), ...secret(...everything), ...gone],
    open(own),
  ],
  [
    'a coordinator of another team, who asked this one',
    hrDesk,
    [...open(own, adminOwn), ...secret(own, deskOwn, adminOwn), ...gone],
    [...open(deskOwn, foreign), ...secret(foreign)],
  ],
  [
    'an admin who asked another team',
    hrAdmin,
    [...secret(adminOwn), ...gone, ...everything.flatMap(each => each.secret.slice(3, 5))],
    [...open(...everything), ...secret(own, deskOwn, foreign).filter(word => !word.includes('draft'))],
  ],
  [
    'the team’s coordinator',
    coordinator,
    [...open(foreign), ...secret(foreign), ...gone],
    [...open(own, deskOwn, adminOwn), ...secret(own, deskOwn, adminOwn)],
  ],
];

/** The elements that pages offer to have drawn alone. */
const TARGETS = [
  ...[
    'thread',
    'composer',
    'properties',
    'list',
    'results',
    'suggestions',
    'palette-list',
    'f-more',
    'arrivals',
  ],
  ...['display-fields', 'saved-views', 'time-report', 'mentions', 'ticket-names', 'tag-names', 'canned-list'],
  ...['people', 'audit-list', 'mail-list'],
];
const routes = routesOf(app.app);

async function addresses(): Promise<string[]> {
  const tickets = everything.map(each => each.ticket);
  const ids = async (table: string) => (await db(table).orderBy('id').pluck('id')) as number[];
  const values: Record<string, (string | number)[]> = {
    ':number': tickets.map(ticket => ticket.number),
    ':view': [...queueViews],
    ':group': ['company', 'general', 'tickets', 'files'],
  };
  const filled = await Promise.all(
    routes
      .filter(({ method, path }) => method === 'GET' && !path.includes(':token'))
      .map(async ({ path }) => {
        const parameter = /:\w+/.exec(path)?.[0];
        if (!parameter) return [path];
        const table = path.startsWith('/attachments') ? 'attachments' : 'users';
        const all = values[parameter] ?? (await ids(table));
        return all.map(value => path.replace(parameter, String(value)));
      }),
  );
  return [
    ...filled.flat(),
    ...[`/search?q=${START}`, `/search?q=${START}+-nothing`, `/search?q=file+-${START}`],
    ...[`/palette?q=${START}`, `/search/suggestions?q=${START}`, `/tags?tag=${START}`],
    ...queueViews.flatMap(view => [`/queue/${view}?q=${START}`, `/queue/${view}?team=${it.id}`]),
    ...['open', 'solved', 'shared'].map(show => `/tickets?show=${show}`),
    ...tickets.flatMap(({ number, requesterId }) => [
      `/search?q=${number}`,
      `/tickets/${number}?show=all&from=all`,
      `/tickets/new?follow_up_of=${number}`,
      `/queue/all?requester=${requesterId}`,
    ]),
  ];
}

type Heard = { where: string; bytes: string };

/** The answer, and that to which it leads. */
async function hear(who: Visitor, where: string, heard: Heard[], headers: Record<string, string> = {}) {
  const reply = await who.request(where, { headers });
  heard.push({
    where: `${headers['hx-target'] ?? ''} ${where}`,
    bytes: JSON.stringify(reply.headers) + reply.text,
  });
  const to = reply.headers.location;
  if (to?.startsWith('/attachments/') || to?.startsWith('/tickets/')) await hear(who, to, heard);
  return reply.status;
}

const asking = (target: string) => ({
  'hx-request': 'true',
  'hx-request-type': 'partial',
  'hx-target': `div#${target}`,
});

const kindOf = (at: string) => at.replace(/\?.*/, '').replace(/\d+/g, '0');

/** Which parts a kind of page has is the same for all people: any other target gets the whole page once more. */
async function partsOfPages(): Promise<Map<string, string[]>> {
  const parts = new Map<string, string[]>();
  for (const who of [admin, coordinator, requester]) {
    const visitor = await signIn(who);
    const looked = new Set<string>();
    for (const at of await addresses()) {
      const kind = kindOf(at);
      if (looked.has(kind)) continue;
      if ((await visitor.request(at)).status !== 200) continue;
      looked.add(kind);
      for (const target of TARGETS) {
        const { text } = await visitor.request(at, { headers: asking(target) });
        const known = parts.get(kind) ?? [];
        if (!text.startsWith('<!doctype') && !known.includes(target)) parts.set(kind, [...known, target]);
      }
    }
  }
  return parts;
}

const parts = await partsOfPages();

async function hearEverything(who: Visitor): Promise<Heard[]> {
  const heard: Heard[] = [];
  for (const where of await addresses()) {
    const status = await hear(who, where, heard);
    expect(status, where).toBeLessThan(500);
    for (const target of parts.get(kindOf(where)) ?? []) await hear(who, where, heard, asking(target));
  }
  return heard;
}

test('every part of a page is asked for', () => {
  const asked = new Set([...parts.values()].flat());
  expect(TARGETS.filter(target => !asked.has(target))).toEqual([]);
});

const where = (heard: Heard[], word: string) =>
  heard.filter(({ bytes }) => bytes.includes(word)).map(each => each.where);

describe.each(people)('%s', (_name, who, never, always) => {
  test('gets no byte of what is not for them, by any address', async () => {
    const heard = await hearEverything(await signIn(who));
    const found = never.flatMap(word => where(heard, word).map(at => `${word}: ${at}`));
    expect(found).toEqual([]);
    expect(always.filter(word => where(heard, word).length === 0)).toEqual([]);
  }, 120_000);
});

test('nor by the answers to forms they may not send', async () => {
  for (const [name, who, never] of people.slice(0, 5)) {
    const person = await signIn(who);
    await person.get('/tickets');
    const forms = routes.filter(
      ({ method, path }) => method === 'POST' && path.startsWith('/tickets/:number'),
    );
    expect(forms.length).toBeGreaterThan(10);
    for (const { ticket } of everything as { ticket: Ticket }[]) {
      for (const { path } of forms) {
        const at = path.replace(':number', String(ticket.number)).replace(':id', '1');
        // Refused for its field, so that nothing changes and the page comes back where it may.
        const reply = await post(person, at, { nonsense: '1', body: '', email: '' });
        const bytes = reply.text + JSON.stringify(reply.headers);
        expect(
          never.filter(word => bytes.includes(word)),
          `${name}: ${at}`,
        ).toEqual([]);
      }
    }
  }
}, 120_000);

test('nor by a mail or a notice to them', async () => {
  const rows = await db('deliveries')
    .join('events', 'events.id', 'deliveries.event_id')
    .where('events.internal', true);
  const staff = new Set([coordinator.id, admin.id, hrDesk.id, hrAdmin.id]);
  expect(rows.filter(row => !staff.has(row.recipient_id))).toEqual([]);
  const notes = await db('deliveries').where({ template: 'ticket-note' }).pluck('recipient_id');
  for (const person of [requester, watcher, manager, nobody]) expect(notes).not.toContain(person.id);
});

test('who is not signed in gets none of it', async () => {
  const stranger = await app.visitor();
  const heard: Heard[] = [];
  for (const at of await addresses()) await hear(stranger, at, heard);
  const words = [...open(...everything), ...secret(...everything), ...gone];
  expect(words.flatMap(word => where(heard, word))).toEqual([]);
});
