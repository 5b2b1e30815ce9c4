import { describe, expect, test } from 'vitest';
import { saveDraft } from '../../../src/domain/drafting.ts';
import { addItems } from '../../../src/domain/tickets/checking.ts';
import { linkTickets } from '../../../src/domain/tickets/linking.ts';
import { saveMemo } from '../../../src/domain/tickets/memo.ts';
import { addTags } from '../../../src/domain/tickets/tagging.ts';
import { addTime } from '../../../src/domain/tickets/timing.ts';
import { incoming, outgoing } from '../../domain/mail/log-rows.ts';
import { post, testApp } from '../../support/app.ts';
import { usualPeople } from '../../support/factories.ts';
import { routesOf } from '../../support/routes.ts';
import type { Visitor } from '../../support/visitor.ts';
import { type Answer, type Person, ROUTES, RULES, ruleOf } from './answers.ts';

/**
 * Every route, as everybody, with the ids of one ticket and of one coordinator's own things: what kind of answer it
 * gives is written in answers.ts, nothing of what is planted comes out, and a refusal leaves nothing behind.
 */
const often = Object.fromEntries(
  [
    ...['TICKETS_PERSON', 'TICKETS_ADDRESS', 'SIGN_IN_ACCOUNT', 'SIGN_IN_ADDRESS', 'SIGN_UP_ADDRESS'],
    ...['RESET_ADDRESS', 'UPLOADS_PERSON', 'SEARCH_PERSON', 'AI_PERSON'],
  ].map(name => [`LIMIT_${name}`, '100000']),
);
const app = await testApp({ env: { ...often, AI_API_KEY: 'sk-test', AI_BASE_URL: 'http://127.0.0.1:1' } });
const { db, as, makeUser, makeTicket, comment, upload, follow, signIn } = app;
const { it, hr, coordinator, stranger, colleague } = await usualPeople(app);
const admin = await makeUser({ role: 'admin' });
const watcher = await makeUser({ role: 'coordinator', teams: [hr] });
const manager = await makeUser();
const department = await app.makeDepartment(manager);
const requester = await makeUser({ department });
const suspended = await makeUser({ role: 'coordinator', teams: [it] });

let planted = 0;
const word = (what: string) => {
  planted += 1;
  return `quagga${what}${planted}z`;
};
/** What who sees the ticket reads, what the desk reads, and what only its owner does. */
const words = {
  open: { subject: word('subject'), body: word('body'), file: word('file') },
  desk: {
    note: word('note'),
    noteFile: word('notefile'),
    bytes: word('bytes'),
    held: word('held'),
    item: word('item'),
    spent: word('spent'),
    summary: word('summary'),
    mail: word('mail'),
    tag: word('tag'),
    linked: word('linked'),
  },
  own: {
    view: word('view'),
    reply: word('reply'),
    macro: word('macro'),
    draft: word('draft'),
    memo: word('memo'),
  },
};
const all = (group: object) => Object.values(group) as string[];
const { open, desk, own } = words;

const ticket = await makeTicket({ by: requester, team: it, subject: open.subject, body: open.body });
const linked = await makeTicket({ by: await makeUser(), team: it, subject: 'Another', body: 'Words' });
await db('tickets').where({ id: linked.id }).update({ subject: desk.linked });
const mine = await as(coordinator);
const publicFile = await upload(requester, `${open.file}.txt`, 'words');
const { commentId } = await comment(requester, ticket, { body: 'With a file', uploadIds: [publicFile.id] });
const noteFile = await upload(coordinator, `${desk.noteFile}.txt`, desk.bytes);
const { commentId: noteId } = await comment(coordinator, ticket, {
  kind: 'note',
  body: desk.note,
  uploadIds: [noteFile.id],
});
// A picture's small copy is as secret as the picture.
await db('attachments')
  .where({ id: noteFile.id })
  .update({ thumbnail_key: db.ref('storage_key'), thumbnail_state: 'made' });
await addItems(mine, ticket, [desk.item]);
await addTime(mine, ticket, {
  minutes: 5,
  note: desk.spent,
  spentOn: app.clock.now().toISOString().slice(0, 10),
});
await addTags(mine, ticket, [desk.tag]);
await linkTickets(mine, ticket, linked, 'related');
await saveMemo(mine, ticket, own.memo);
await saveDraft(mine, `ticket:${ticket.id}`, { body: own.draft, kind: 'note' });
await db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: watcher.id });
const made = async (table: string, values: Record<string, unknown>): Promise<number> =>
  (await db(table).insert(values).returning('id'))[0].id;
const heldId = await made('held_replies', {
  ticket_id: ticket.id,
  author_id: coordinator.id,
  body: desk.held,
  then: 'keep',
  upload_ids: [],
  after_comment_id: noteId,
  release_at: db.raw(`now() + interval '1 hour'`),
});
const viewId = await made('saved_views', {
  owner_id: coordinator.id,
  scope: 'own',
  name: own.view,
  base: 'all',
  filters: '{}',
  position: 1,
});
const replyId = await made('saved_replies', {
  name: own.reply,
  body: own.reply,
  says: 'reply',
  scope: 'own',
  owner_id: coordinator.id,
  position: 1,
});
const macroId = await made('saved_replies', {
  name: own.macro,
  body: own.macro,
  says: 'note',
  scope: 'own',
  owner_id: coordinator.id,
  actions: JSON.stringify({ status: 'resolved' }),
  position: 2,
});
const runId = await made('bulk_runs', {
  actor_id: coordinator.id,
  act: 'priority',
  parameters: JSON.stringify({ priority: 'urgent' }),
  source: JSON.stringify({ kind: 'ids', back: '/queue/all' }),
  total: 1,
});
await db('bulk_items').insert({ run_id: runId, position: 1, ticket_id: ticket.id });
await made('ticket_summaries', {
  ticket_id: ticket.id,
  state: 'made',
  text: desk.summary,
  model: 'm',
  covers_comment_id: noteId,
  requested_by: coordinator.id,
  requested_at: new Date(),
  made_at: new Date(),
});
const pushId = await made('push_subscriptions', {
  user_id: coordinator.id,
  endpoint_digest: 'x',
  sealed: 'x',
});
const templateId = await made('ticket_templates', {
  name: 'Broken screen',
  audience: 'everyone',
  subject: 'S',
  body: 'B',
});
await made('mail_templates', {
  event: 'ticket-reply',
  language: 'en',
  version: 1,
  subject: 'S',
  heading: 'H',
  button: 'B',
});
const mailId = await incoming(db, {
  fate: 'appended',
  ticket,
  commentId,
  subject: 'By mail',
  from: `${desk.mail}@company.example`,
});
await db('comment_mails').insert({
  comment_id: commentId,
  mail_id: Number(mailId.slice(2)),
  html: '<p>With a file</p>',
});
await follow();
const sentId = await outgoing(db, { commentId, to: requester });
const ofCoordinator = { user_id: coordinator.id };
await signIn(coordinator);
const idOf = async (table: string, where: object): Promise<number> =>
  (await db(table).where(where).first('id')).id;
const mailboxId = await made('mailboxes', { name: 'Push', address: 'push@company.example', kind: 'push' });
const ids = {
  comment: commentId,
  item: await idOf('checklist_items', { ticket_id: ticket.id }),
  entry: await idOf('time_entries', { ticket_id: ticket.id }),
  link: await idOf('ticket_links', { from_id: Math.min(ticket.id, linked.id) }),
  notification: await idOf('notifications', ofCoordinator),
  device: await idOf('user_sessions', ofCoordinator),
  category: ticket.categoryId ?? 0,
};

const ID_OF: [RegExp, number][] = [
  [/\/comments\/:id/, ids.comment],
  [/\/notes\/:id/, noteId],
  [/\/checklist\/:id/, ids.item],
  [/\/time\/:id/, ids.entry],
  [/\/links\/:id/, ids.link],
  [/\/held\/:id/, heldId],
  [/\/replies\/:id/, replyId],
  [/\/macros\/:id/, macroId],
  [/\/files\/:id|^\/attachments\/:id/, noteFile.id],
  [/\/watchers\/:id/, watcher.id],
  [/^\/queue\/bulk\/:id/, runId],
  [/^\/queue\/views\/:id/, viewId],
  [/^\/profile\/devices\/:id/, ids.device],
  [/^\/notifications\/push\/:id/, pushId],
  [/^\/notifications\/:id/, ids.notification],
  [/^\/admin\/canned-replies\/:id/, replyId],
  [/^\/admin\/ticket-templates\/:id/, templateId],
  [/^\/admin\/users\/:id/, requester.id],
  [/^\/admin\/mailboxes\/:id/, mailboxId],
  [/^\/admin\/teams\/:id/, it.id],
  [/^\/admin\/departments\/:id/, department.id],
  [/^\/admin\/categories\/:id/, ids.category],
  [/^\/admin\/mail-log\/in\/:id/, Number(mailId.slice(2))],
  [/^\/admin\/mail-log\/out\/:id/, Number(sentId.slice(3))],
  [/^\/admin\/jobs|^\/dev\/mail/, 1],
];

function addressOf(path: string): string {
  const id = ID_OF.find(([shape]) => shape.test(path))?.[1];
  if (path.includes(':id') && id === undefined) throw new Error(`No id is planted for ${path}`);
  const query = path === '/live' ? `?on=ticket:${ticket.number}` : '';
  return (
    path
      .replace(':number', String(ticket.number))
      .replace(':id', String(id))
      .replace(':view', `v-${viewId}`)
      .replace(':group', 'tickets')
      .replace(':kind', 'mail')
      .replace(':event/:language', 'ticket-reply/en')
      .replace(':version', '1')
      .replace(':token', 'made-up-by-somebody') + query
  );
}

const visitors = {
  anonymous: await app.visitor(),
  suspended: await signIn(suspended),
  colleague: await signIn(colleague),
  requester: await signIn(requester),
  manager: await signIn(manager),
  stranger: await signIn(stranger),
  watcher: await signIn(watcher),
  admin: await signIn(admin),
} satisfies Record<Person, Visitor>;
const people = Object.keys(visitors) as Person[];
await visitors.anonymous.get('/sign-in');
await db('users').where({ id: suspended.id }).update({ status: 'suspended', session_epoch: 7 });

const NEVER: Record<Person, string[]> = {
  anonymous: [...all(open), ...all(desk), ...all(own)],
  suspended: [...all(open), ...all(desk), ...all(own)],
  colleague: [...all(open), ...all(desk), ...all(own)],
  requester: [...all(desk), ...all(own)],
  manager: [...all(desk), ...all(own)],
  // A tag is a word of the whole desk: it is offered to whoever tags.
  stranger: [...all(open), ...all(desk).filter(one => one !== desk.tag), ...all(own)],
  watcher: [...all(desk).filter(one => one !== desk.tag), ...all(own)],
  admin: [own.view, own.draft, own.memo],
};

const routes = routesOf(app.app).map(({ method, path }) => ({ method, path, name: `${method} ${path}` }));
const answerOf = (name: string, person: Person): Answer => {
  const rule = ruleOf(name);
  return rule ? RULES[typeof rule === 'string' ? rule : rule[0]][person] : 'any';
};
const fieldsFor = (name: string) => {
  const rule = ruleOf(name);
  return typeof rule === 'object' ? rule[1] : {};
};

const isAs: Record<Answer, (status: number) => boolean> = {
  any: status => status < 500,
  nothing: status => status < 400,
  ok: status => status < 400 || status === 422 || status === 409,
  absent: status => status === 404,
  refused: status => status === 403 || status === 404,
  'sign-in': status => [204, 302, 401, 403].includes(status),
};

const PARTIAL = { 'hx-request': 'true', 'hx-request-type': 'partial', 'hx-target': 'div#thread' };

/** Every form of asking one route: as a page, and as a part of one; a form with what it would send. */
async function ask(
  who: Visitor,
  { method, path, name }: (typeof routes)[number],
  fields: Record<string, string>,
) {
  const at = addressOf(path);
  if (method !== 'GET') {
    const sent = { ...fields, ...(method !== 'POST' && { _method: method }) };
    return [await post(who, at, sent)];
  }
  // A stream never ends for who may hear it: streams have tests of their own.
  if (name === 'GET /live') return [await who.request(at, { headers: { accept: 'text/event-stream' } })];
  return [await who.request(at), await who.request(at, { headers: PARTIAL })];
}

type Walked = { wrong: string[]; leaks: string[] };
async function walk(person: Person, wanted: (answer: Answer, name: string) => boolean, isReal: boolean) {
  const walked: Walked = { wrong: [], leaks: [] };
  for (const route of routes) {
    const answer = answerOf(route.name, person);
    if (!wanted(answer, route.name)) continue;
    // Whoever may is refused for a field that no form has, so that the world stays as it is.
    const fields = isReal ? fieldsFor(route.name) : { nonsense: '1' };
    for (const reply of await ask(visitors[person], route, fields)) {
      if (!isAs[answer](reply.status)) walked.wrong.push(`${route.name}: ${reply.status}, not ${answer}`);
      if (answer === 'sign-in' && reply.status === 302 && !/^\/sign-in/.test(reply.headers.location ?? ''))
        walked.wrong.push(`${route.name}: led to ${reply.headers.location}`);
      const bytes = JSON.stringify(reply.headers) + reply.text;
      for (const one of NEVER[person]) if (bytes.includes(one)) walked.leaks.push(`${route.name}: ${one}`);
    }
  }
  return walked;
}

const KEPT = [
  ...[
    'tickets',
    'comments',
    'comment_versions',
    'attachments',
    'held_replies',
    'saved_views',
    'saved_replies',
  ],
  ...[
    'bulk_runs',
    'bulk_items',
    'checklist_items',
    'time_entries',
    'ticket_links',
    'ticket_watchers',
    'drafts',
  ],
  ...['ticket_followers', 'ticket_merges', 'ticket_memos', 'notifications', 'push_subscriptions', 'tags'],
  ...['ticket_templates', 'ticket_summaries', 'ticket_presence', 'events', 'settings', 'teams', 'categories'],
  ...['departments', 'team_members', 'working_times', 'queue_displays', 'notification_preferences'],
  ...['mailboxes', 'inbound_mails', 'inbound_sources', 'comment_mails', 'mail_addresses'],
  'mail_templates',
];
const digest = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    await Promise.all(
      KEPT.map(async table => {
        const { rows } = await db.raw(
          `select md5(string_agg(t::text, '|' order by t::text)) as sum from ${table} t`,
        );
        return [table, rows[0].sum];
      }),
    ),
  );

test('every route has an entry that says who gets what, and no entry is about a route that is gone', () => {
  expect(routes.filter(({ name }) => !ruleOf(name)).map(({ name }) => name)).toEqual([]);
  const names = new Set(routes.map(({ name }) => name));
  expect(Object.keys(ROUTES).filter(name => !names.has(name))).toEqual([]);
});

describe.each(people)('%s', person => {
  test('is refused where it is written, learns nothing by it, and leaves nothing behind', async () => {
    const before = await digest();
    const walked = await walk(
      person,
      answer => ['nothing', 'absent', 'refused', 'sign-in'].includes(answer),
      true,
    );
    expect(walked).toEqual({ wrong: [], leaks: [] });
    expect(await digest()).toEqual(before);
  }, 60_000);

  // Signing out, and ending one's other sessions, would end the walk.
  const ENDS = new Set(['POST /sign-out', 'DELETE /profile/devices', 'GET /live']);
  test('is let in where it is written, and finds nothing that is not for them', async () => {
    const walked = await walk(
      person,
      (answer, name) => ['ok', 'any'].includes(answer) && !ENDS.has(name),
      false,
    );
    expect(walked).toEqual({ wrong: [], leaks: [] });
  }, 60_000);
});

/** What was gone already is not missed: an answer like any, and the row of the other ticket is still there. */
const IDLE = new Set(['DELETE /tickets/:number/checklist/:id']);

describe('the id of a foreign thing under the number of one’s own ticket', () => {
  test('is as absent as one that is not there', async () => {
    const ours = await makeTicket({ by: colleague, team: hr });
    await visitors.stranger.get(`/tickets/${ours.number}`);
    expect(visitors.stranger.status).toBe(200);
    const before = await digest();
    const wrong: string[] = [];
    for (const route of routes.filter(({ path }) => /^\/tickets\/:number\/.*:id/.test(path))) {
      if (/watchers|held/.test(route.path)) continue;
      const own = { ...route, path: route.path.replace(':number', String(ours.number)) };
      for (const reply of await ask(visitors.stranger, own, fieldsFor(route.name))) {
        const isRefused = /redaction/.test(route.path) ? reply.status === 403 : reply.status === 404;
        if (!isRefused && !IDLE.has(route.name)) wrong.push(`${route.name}: ${reply.status}`);
        for (const one of NEVER.stranger) if (reply.text.includes(one)) wrong.push(`${route.name}: ${one}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(await digest()).toEqual(before);
  });
});

describe('a foreign id in the body of a form', () => {
  test('is as absent as one that is not there, and what it names stays as it was', async () => {
    const ours = await makeTicket({ by: colleague, team: hr });
    const who = visitors.stranger;
    const template = await made('ticket_templates', {
      name: 'Of the other team',
      audience: 'team',
      audience_team_id: it.id,
      subject: own.macro,
      body: own.macro,
    });
    const row = () => db('tickets').where({ id: ticket.id }).first();
    const files = () => db('attachments').where({ ticket_id: ticket.id }).orderBy('id');
    const before = [await row(), await files()];
    const at = `/tickets/${ours.number}`;
    const begun = { subject: 'Mine', body: 'x', category: String(ids.category), impact: 'a-little' };
    const forms: [string, Record<string, string>][] = [
      [`${at}/comments`, { body: 'With your file', kind: 'note', uploads: String(noteFile.id) }],
      [`${at}/draft`, { body: 'With your file', uploads: String(noteFile.id) }],
      [`${at}/merge`, { into: String(ticket.number), understood: '1' }],
      [`${at}/links`, { relation: 'parent', number: String(ticket.number) }],
      [`${at}/properties`, { assignee: String(coordinator.id), was_assignee: '' }],
      ['/tickets', { ...begun, follow_up_of: String(ticket.number) }],
      ['/tickets', { ...begun, template: String(template) }],
      ['/tickets', { ...begun, template: String(template), use_template: String(template) }],
      ['/tickets', { ...begun, uploads: String(noteFile.id) }],
      ['/queue/bulk', { ids: String(ticket.id), do: 'priority:urgent', back: '/queue/all' }],
      ['/queue/bulk', { ids: String(ticket.id), do: `macro:${macroId}`, asked: '1', back: '/queue/all' }],
      [
        '/admin/canned-replies',
        { name: 'x', body: 'x', says: 'reply', scope: 'team', teamId: String(it.id) },
      ],
      ['/queue/all/saving', { name: 'x', scope: 'team', teamId: String(it.id) }],
    ];
    const wrong: string[] = [];
    for (const [path, fields] of forms) {
      const reply = await post(who, path, fields);
      if (reply.status >= 500) wrong.push(`${path}: ${reply.status}`);
      const led = reply.headers.location ? await who.request(reply.headers.location) : reply;
      for (const one of NEVER.stranger)
        if ((reply.text + led.text).includes(one)) wrong.push(`${path}: ${one}`);
    }
    for (const path of [`/tickets/new?template=${template}`, `/tickets/new?follow_up_of=${ticket.number}`]) {
      const reply = await who.request(path);
      for (const one of NEVER.stranger) if (reply.text.includes(one)) wrong.push(`${path}: ${one}`);
    }
    expect(wrong).toEqual([]);
    expect([await row(), await files()]).toEqual(before);
    expect(await db('ticket_links').where({ to_id: ticket.id, from_id: ours.id })).toEqual([]);
    expect(await db('ticket_merges').where({ source_id: ours.id })).toEqual([]);
    expect(await db('saved_replies').where({ team_id: it.id })).toEqual([]);
    expect(await db('saved_views').where({ team_id: it.id })).toEqual([]);
  });
});
