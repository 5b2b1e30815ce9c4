import { readdirSync, watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { testApp, tokenOf } from '../../support/app.ts';
import { eventually } from '../../support/eventually.ts';
import { usualPeople } from '../../support/factories.ts';
import { file, type Visitor } from '../../support/visitor.ts';

const app = await testApp();
const { db, config, signIn, makeTicket } = app;
const { it, employee, coordinator, admin } = await usualPeople(app);
const ticket = await makeTicket({ by: employee, team: it });
const folder = path.join(config.filesDir, 'incoming');
await mkdir(folder, { recursive: true });
const [anna, marek, kwame] = [await signIn(employee), await signIn(coordinator), await signIn(admin)];

type Fields = [string, string | File][];
async function send(who: Visitor, at: string, fields: Fields, headers: Record<string, string> = {}) {
  const data = new FormData();
  for (const [name, value] of fields) data.append(name, value);
  const encoded = new Response(data);
  return who.request(at, {
    method: 'POST',
    headers: { 'content-type': encoded.headers.get('content-type') ?? '', origin: who.origin, ...headers },
    body: Buffer.from(await encoded.arrayBuffer()),
  });
}

const words: Fields = [
  ['subject', 'S'],
  ['body', 'B'],
];
const FORMS: [string, Visitor, string, Fields, string][] = [
  ['a new ticket', anna, paths.tickets, words, 'files'],
  ['a reply', anna, paths.comments(ticket), [['body', 'B']], 'files'],
  [
    'a note of the desk',
    marek,
    paths.comments(ticket),
    [
      ['body', 'B'],
      ['kind', 'note'],
    ],
    'files',
  ],
  [
    'a draft',
    marek,
    paths.comments(ticket),
    [
      ['body', 'B'],
      ['save', 'draft'],
    ],
    'files',
  ],
  [
    'a preview',
    marek,
    paths.comments(ticket),
    [
      ['body', 'B'],
      ['save', 'preview'],
    ],
    'files',
  ],
  ['the logo', kwame, '/admin/settings/logo', [['version', '0']], 'logo'],
  ['a preview of people', kwame, '/admin/users/import/preview', [], 'file'],
  ['people', kwame, paths.userImport, [['csv', 'email\na@company.example']], 'file'],
];

describe.each(FORMS)('%s with a file', (_name, who, at, fields, field) => {
  test('is refused without its token, with a wrong one, with one of somebody else, and from elsewhere', async () => {
    await anna.get('/profile');
    await marek.get('/profile');
    await kwame.get('/profile');
    const own = tokenOf(who);
    const theirs = tokenOf(who === anna ? marek : anna);
    const photo: Fields = [[field, file('a.txt', 'x'.repeat(70_000))]];
    const written: string[] = [];
    const watcher = watch(folder, (_event, name) => written.push(String(name)));
    const kept = async () => [
      await db('attachments').count(),
      await db('comments').count(),
      await db('tickets').count(),
      await db('drafts').count(),
      await db('users').count(),
      await db('settings').count(),
    ];
    const before = await kept();
    const refused: [string, Fields, Record<string, string>?][] = [
      ['none', [...fields, ...photo]],
      ['wrong', [['_csrf', 'wrong'], ...fields, ...photo]],
      ['another’s', [['_csrf', theirs], ...fields, ...photo]],
      ['two', [['_csrf', own], ['_csrf', own], ...fields, ...photo]],
      ['after the file, too late', [...photo, ...fields, ['_csrf', own]]],
      ['wrong in the header', [['_csrf', own], ...fields, ...photo], { 'x-csrf-token': 'wrong' }],
      ['of another site', [['_csrf', own], ...fields, ...photo], { origin: 'https://evil.example' }],
    ];
    for (const [name, sent, headers] of refused) {
      // Where a file stays in memory the order is of no matter.
      if (field !== 'files' && name.startsWith('after')) continue;
      expect((await send(who, at, sent, headers)).status, name).toBe(403);
    }
    expect(await kept()).toEqual(before);
    expect(written).toEqual([]);
    watcher.close();
    await eventually(() => readdirSync(folder).length === 0);
  });
});

test('with its token a file is stored, whether it stands in the body or in the header', async () => {
  await anna.get(paths.ticket(ticket));
  const photo: Fields = [['files', file('a.txt', 'bytes')]];
  const inBody = await send(anna, paths.comments(ticket), [
    ['_csrf', tokenOf(anna)],
    ['body', 'One'],
    ...photo,
  ]);
  const inHeader = await send(anna, paths.comments(ticket), [['body', 'Two'], ...photo], {
    'x-csrf-token': tokenOf(anna),
  });
  expect([inBody.status, inHeader.status]).toEqual([303, 303]);
  expect(await db('attachments').where({ ticket_id: ticket.id })).toHaveLength(2);
});

test('a NUL in a field or a name of a file is no error of the server', async () => {
  await anna.get(paths.ticket(ticket));
  const token: Fields = [['_csrf', tokenOf(anna)]];
  const replies = [
    await send(anna, paths.comments(ticket), [...token, ['body', 'a\0b']]),
    await send(anna, paths.tickets, [...token, ['subject', 'a\0b'], ['body', 'c\0d'], ['category', '\0']]),
    await send(anna, paths.comments(ticket), [...token, ['body', 'x'], ['files', file('a\0b.txt', 'bytes')]]),
    await send(anna, paths.comments(ticket), [...token, ['body', 'x'], ['save', 'draft'], ['uploads', '\0']]),
  ];
  expect(replies.map(reply => reply.status)).toEqual([303, 422, 400, 303]);
  await kwame.get(paths.userImport);
  const list = 'email,first name,last name\n\0new@company.example,A\0,B';
  const pasted = await send(kwame, `${paths.userImport}/preview`, [
    ['_csrf', tokenOf(kwame)],
    ['csv', list],
  ]);
  expect(pasted.status).toBe(200);
});
