import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { insertCompany } from '../../../seeds/company.ts';
import { systemActor } from '../../../src/domain/access/actor.ts';
import type { ImportMap } from '../../../src/domain/importing/import-map.ts';
import { importTickets, type Rejected } from '../../../src/domain/importing/importing.ts';
import { matchingIds } from '../../../src/domain/search/matching.ts';
import { createServices } from '../../../src/services.ts';
import { testDatabase } from '../../support/db.ts';
import { expectInvariants } from '../../support/invariants.ts';

const { db, config } = await testDatabase();
const services = await createServices(config, { db });
const company = await insertCompany(db);
const ctx = await services.contextFor(systemActor('import'));

let sources = 0;

/** Each test is a source of its own, so that references do not meet. */
function mapOf(changes: Partial<ImportMap> = {}): ImportMap {
  sources += 1;
  return {
    source: `old-${sources}`,
    columns: {
      ...{ ref: 'id', subject: 'title', body: 'text', requester: 'who', requesterEmail: 'mail' },
      ...{ team: 'group', status: 'state', priority: 'prio', assigneeEmail: 'owner', createdAt: 'opened' },
      category: 'about',
    },
    values: { status: { Done: 'closed', Parked: 'on-hold/requester' }, team: { G1: 'IT support' } },
    constants: {},
    createTeams: false,
    delimiter: ',',
    encoding: 'utf8',
    ...changes,
  };
}

const COLUMNS = ['id', 'title', 'text', 'who', 'mail', 'group', 'state', 'prio', 'owner', 'opened', 'about'];
type Line = Partial<Record<(typeof COLUMNS)[number], string>>;

const csv = (lines: Line[]) =>
  [
    COLUMNS.join(','),
    ...lines.map(line => COLUMNS.map(name => `"${(line[name] ?? '').replaceAll('"', '""')}"`).join(',')),
  ].join('\n');

async function run(text: string | Line[], map: ImportMap, options: { dryRun?: boolean } = {}) {
  const rejected: Rejected[] = [];
  const file = Readable.from([Buffer.from(typeof text === 'string' ? text : csv(text))]);
  const outcome = await importTickets(ctx, file, map, {
    ...options,
    onRejected: each => rejected.push(each),
  });
  return { outcome, rejected };
}

const ticketOf = (map: ImportMap, ref: string) =>
  db('tickets')
    .where({ source_ref: `${map.source}:${ref}` })
    .first();

describe('a row', () => {
  test('becomes a ticket with its words, people, team, state and time', async () => {
    const map = mapOf();
    const { outcome } = await run(
      [
        {
          ...{
            id: '7',
            title: 'Printer smokes',
            text: 'Since noon.\n\nPlease hurry: 打印机',
            who: 'Ada Byron King',
          },
          ...{ group: 'G1', state: 'Parked', prio: 'HIGH', owner: 'marek.nowak@halden.example' },
          ...{ opened: '2024-02-29 10:30', about: 'IT > Handheld scanners' },
        },
      ],
      map,
    );
    expect(outcome).toEqual({ rows: 1, written: 1, skipped: 0, rejected: 0 });
    const ticket = await ticketOf(map, '7');
    expect(ticket).toMatchObject({
      ...{
        subject: 'Printer smokes',
        status: 'on-hold',
        waiting_on: 'requester',
        priority: 'high',
        version: 2,
      },
      ...{
        team_id: company.teams.it,
        assignee_id: company.people.marek,
        source: 'import',
        needs_reply: false,
      },
      category_id: company.categories.scanners,
      created_at: new Date('2024-02-29T10:30:00Z'),
    });
    const caller = await db('users').where({ id: ticket.requester_id }).first();
    expect(caller).toMatchObject({
      first_name: 'Ada',
      last_name: 'Byron King',
      email: null,
      password_hash: null,
    });
    expect(await db('comments').where({ ticket_id: ticket.id }).pluck('body')).toEqual([
      'Since noon.\n\nPlease hurry: 打印机',
    ]);
    expect(await matchingIds(ctx, '打印机')).toContain(ticket.id);
    await expectInvariants(db);
  });

  test('mails nobody and leaves nothing in the outbox', async () => {
    await run([{ id: '1', title: 'Quiet', mail: 'jonas.weber@halden.example' }], mapOf());
    expect(await db('event_queue').first()).toBeUndefined();
    expect(await db('deliveries').first()).toBeUndefined();
  });

  test('belongs to the account with its address, and never makes one', async () => {
    const map = mapOf();
    await run(
      [
        { id: '1', title: 'Mine', mail: 'Jonas.Weber@halden.example', who: 'J.' },
        { id: '2', title: 'A stranger’s', mail: 'stranger@elsewhere.example' },
      ],
      map,
    );
    expect((await ticketOf(map, '1')).requester_id).toBe(company.people.jonas);
    const stranger = await db('users')
      .where({ id: (await ticketOf(map, '2')).requester_id })
      .first();
    expect(stranger).toMatchObject({
      first_name: 'stranger',
      email: null,
      password_hash: null,
      role: 'employee',
    });
  });

  test('of the same caller belongs to the same contact', async () => {
    const map = mapOf();
    await run(
      [
        { id: '1', title: 'One', who: 'Grace Hopper' },
        { id: '2', title: 'Two', who: 'grace  hopper' },
      ],
      map,
    );
    expect((await ticketOf(map, '1')).requester_id).toBe((await ticketOf(map, '2')).requester_id);
  });

  test('with a long subject is cut there and kept whole in the text', async () => {
    const map = mapOf();
    const subject = `${'word '.repeat(60)}end`;
    await run(
      [
        { id: '1', title: subject, text: 'More.' },
        { id: '2', text: 'No subject\nat all' },
      ],
      map,
    );
    const ticket = await ticketOf(map, '1');
    expect(ticket.subject).toHaveLength(200);
    expect((await db('comments').where({ ticket_id: ticket.id }).first()).body).toBe(`${subject}\n\nMore.`);
    expect((await ticketOf(map, '2')).subject).toBe('No subject at all');
  });

  test('without a column for the state is new, and its clock starts now', async () => {
    const map = mapOf();
    await run([{ id: '1', title: 'Old and open', opened: '2020-01-01' }], map);
    const ticket = await ticketOf(map, '1');
    expect(ticket).toMatchObject({ status: 'new', version: 1, needs_reply: true, due_state: 'none' });
    expect(ticket.due_at.getTime()).toBeGreaterThan(Date.now());
  });
});

describe('a bad row', () => {
  test.each<[string, Line, string]>([
    ['no reference', { title: 'x' }, 'The reference is empty'],
    ['no words', { id: 'b1' }, 'Subject and text are both empty'],
    ['an unknown team', { id: 'b2', title: 'x', group: 'G9' }, 'There is no team “G9”'],
    ['an unknown state', { id: 'b3', title: 'x', state: 'Odd' }, 'There is no status “Odd”'],
    ['an unknown priority', { id: 'b4', title: 'x', prio: '7' }, 'There is no priority “7”'],
    ['an unknown category', { id: 'b5', title: 'x', about: 'Magic' }, 'There is no category “Magic”'],
    ['a day that is none', { id: 'b6', title: 'x', opened: '31.02.2024' }, 'Not a time'],
    ['a time to come', { id: 'b7', title: 'x', opened: '2999-01-01' }, 'The time lies in the future'],
    [
      'an owner who is no coordinator',
      { id: 'b8', title: 'x', owner: 'jonas.weber@halden.example' },
      'No coordinator',
    ],
    [
      'an owner of another team',
      { id: 'b9', title: 'x', group: 'HR', owner: 'marek.nowak@halden.example' },
      'does not belong to the team',
    ],
    ['an address that is none', { id: 'b10', title: 'x', mail: 'me at home' }, 'Not an email address'],
    [
      'a text without end',
      { id: 'b11', title: 'x', text: 'a'.repeat(100_001) },
      'more than 100000 characters',
    ],
  ])('with %s is named, and only that one is left out', async (_, line, reason) => {
    const map = mapOf();
    const { outcome, rejected } = await run(
      [{ id: 'a', title: 'Good' }, line, { id: 'c', title: 'Good too' }],
      map,
    );
    expect(outcome).toEqual({ rows: 3, written: 2, skipped: 0, rejected: 1 });
    expect(rejected[0]).toMatchObject({
      reason: expect.stringContaining(reason),
      record: { title: line.title ?? '' },
    });
    expect(rejected[0]?.line).toBe(3);
  });

  test('that is no row at all does not end the run', async () => {
    const map = mapOf();
    const text = `${csv([{ id: '1', title: 'Good' }])}\nonly,two\n${csv([{ id: '3', title: 'Good' }]).split('\n')[1]}\n`;
    const { outcome, rejected } = await run(text, map);
    expect(outcome).toEqual({ rows: 3, written: 2, skipped: 0, rejected: 1 });
    expect(rejected[0]?.reason).toContain('Not a row of the table');
    expect(Object.keys(rejected[0]?.record ?? {})).toEqual(COLUMNS);
  });

  test('that only the database refuses leaves out itself alone, whole', async () => {
    const map = mapOf();
    await db.raw(`alter table comments add constraint no_cats check (body not like '%cat%')`);
    const before = await db('users').count('* as n').first();
    const { outcome, rejected } = await run(
      [
        { id: '1', title: 'Dog' },
        { id: '2', title: 'cat', who: 'Nobody Else' },
        { id: '3', title: 'Bird' },
      ],
      map,
    );
    await db.raw('alter table comments drop constraint no_cats');
    expect(outcome).toMatchObject({ written: 2, rejected: 1 });
    expect(rejected[0]?.reason).toContain('no_cats');
    expect(await ticketOf(map, '2')).toBeUndefined();
    expect(await db('users').where({ first_name: 'Nobody', last_name: 'Else' }).first()).toBeUndefined();
    expect(Number((await db('users').count('* as n').first())?.n)).toBe(Number(before?.n) + 1);
    await expectInvariants(db);
  });

  test('may hold what PostgreSQL cannot store: it is left out of the text', async () => {
    const map = mapOf();
    await run([{ id: '1', title: 'a\u0000b\u0007', text: 'line\r\nnext\ttab \ud83d' }], map);
    const ticket = await ticketOf(map, '1');
    expect(ticket.subject).toBe('ab');
    expect((await db('comments').where({ ticket_id: ticket.id }).first()).body).toMatch(/^line\nnext\ttab/);
  });
});

describe('a run', () => {
  test('that is repeated imports nothing twice', async () => {
    const map = mapOf();
    const lines = Array.from({ length: 600 }, (_, i) => ({
      id: String(i),
      title: `Ticket ${i}`,
      who: `Caller ${i % 9}`,
    }));
    expect((await run(lines.slice(0, 400), map)).outcome.written).toBe(400);
    expect((await run(lines, map)).outcome).toEqual({ rows: 600, written: 200, skipped: 400, rejected: 0 });
    expect(
      Number((await db('tickets').where('source_ref', 'like', `${map.source}:%`).count('* as n').first())?.n),
    ).toBe(600);
    await expectInvariants(db);
  });

  test('beside another of the same file writes each row once', async () => {
    const map = mapOf({ createTeams: true });
    const lines = Array.from({ length: 300 }, (_, i) => ({
      id: String(i),
      title: `T ${i}`,
      who: `W ${i}`,
      group: `New ${i % 3}`,
    }));
    const [one, two] = await Promise.all([run(lines, map), run(lines, map)]);
    expect(one.outcome.written + two.outcome.written).toBe(300);
    expect(one.outcome.rejected + two.outcome.rejected).toBe(0);
    expect(await db('teams').where('name', 'like', 'New %')).toHaveLength(3);
    await expectInvariants(db);
  });

  test('takes the first of two rows with one reference', async () => {
    const map = mapOf();
    const { outcome } = await run(
      [
        { id: '1', title: 'First' },
        { id: '1', title: 'Second' },
      ],
      map,
    );
    expect(outcome).toMatchObject({ written: 1, skipped: 1 });
    expect((await ticketOf(map, '1')).subject).toBe('First');
  });

  test('makes teams where the map allows it, and records that', async () => {
    const map = mapOf({ createTeams: true });
    await run(
      [
        { id: '1', title: 'x', group: 'Brand new' },
        { id: '2', title: 'y', group: 'brand NEW' },
      ],
      map,
    );
    const [team, ...more] = await db('teams').whereRaw(`lower(name) = 'brand new'`);
    expect(more).toEqual([]);
    expect(await db('events').where({ type: 'team.created', object_id: team.id })).toHaveLength(1);
  });

  test('for a look writes nothing', async () => {
    const map = mapOf();
    const { outcome } = await run([{ id: '1', title: 'x' }, { id: '2' }], map, { dryRun: true });
    expect(outcome).toMatchObject({ rows: 2, rejected: 1, written: 0 });
    expect(await ticketOf(map, '1')).toBeUndefined();
  });

  test('refuses a file without the columns of the map, and names both', async () => {
    await expect(run('id,titel\n1,x\n', mapOf())).rejects.toThrow(/no column title.*It has: id, titel/);
  });

  test('reads a file with a byte order mark, another delimiter and another encoding', async () => {
    const map = mapOf({ columns: { ref: 'id', subject: 'titel' }, delimiter: ';' });
    expect((await run('\ufeffid;titel\n1;Größe\n', map)).outcome.written).toBe(1);
    const latin = mapOf({ columns: { ref: 'id', subject: 'titel' }, delimiter: ';', encoding: 'latin1' });
    const file = Readable.from([Buffer.from('id;titel\n1;Größe\n', 'latin1')]);
    await importTickets(ctx, file, latin);
    expect((await ticketOf(latin, '1')).subject).toBe('Größe');
  });
});
