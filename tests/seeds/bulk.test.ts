import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillDatabase } from '../../seeds/bulk/filling.ts';
import { knownWords } from '../../seeds/bulk/words.ts';
import { insertCompany } from '../../seeds/company.ts';
import { systemActor } from '../../src/domain/access/actor.ts';
import { loadSignedIn } from '../../src/domain/identity/person.ts';
import { indexTickets } from '../../src/domain/search/documents.ts';
import { foldTicketCounts } from '../../src/domain/tickets/counting.ts';
import { createTicket } from '../../src/domain/tickets/creating.ts';
import { createServices } from '../../src/services.ts';
import { testDatabase } from '../support/db.ts';
import { expectInvariants } from '../support/invariants.ts';

const { db, url, config } = await testDatabase();
const services = await createServices(config, { db });
afterAll(() => services.close());

/** Names and definitions of all that a run sets aside. */
const shape = async () => {
  const { rows } = await db.raw(
    `select indexdef as it from pg_indexes where schemaname = 'public'
     union all select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated from pg_constraint
       where connamespace = 'public'::regnamespace
     union all select tgname || tgenabled::text from pg_trigger where not tgisinternal order by 1`,
  );
  return rows;
};

const count = async (table: string, where: object = {}) =>
  Number((await db(table).where(where).count('* as n').first())?.n);

describe('bulk tickets', () => {
  const before = { shape: [] as unknown[] };

  beforeAll(async () => {
    await insertCompany(db);
    before.shape = await shape();
    await fillDatabase(url, { tickets: 2_000, comments: 5, people: 300 });
  });

  test('are all there with their messages, and keep every rule', async () => {
    expect(await count('tickets')).toBe(2_000);
    const comments = await count('comments');
    expect(comments / 2_000).toBeGreaterThan(4.9);
    await expectInvariants(db);
  });

  test('leave every index, key and trigger as it was', async () => {
    expect(await shape()).toEqual(before.shape);
  });

  test('mail nobody', async () => {
    expect(await count('event_queue')).toBe(0);
    expect(await count('deliveries')).toBe(0);
  });

  test('are skewed as those of a real desk', async () => {
    const active = await db('tickets')
      .whereIn('status_kind', ['new', 'open', 'waiting'])
      .count('* as n')
      .first();
    expect(Number(active?.n)).toBeGreaterThan(60);
    expect(Number(active?.n)).toBeLessThan(150);
    const { rows } = await db.raw(
      'select count(*) as n from comments group by ticket_id order by 1 desc limit 1',
    );
    expect(rows[0].n).toBe(500);
    expect(await count('team_members')).toBeGreaterThanOrEqual(200);
    expect(
      (await db.raw("select min(created_at) < now() - interval '2 years' as old from tickets")).rows[0].old,
    ).toBe(true);
    expect(await db('tickets').whereRaw('updated_at > now()')).toEqual([]);
  });

  test('hold the words of known frequency', async () => {
    const found = async (word: string) =>
      (await db.raw('select count(*) as n from ticket_documents where public_words @@ ?::tsquery', [word]))
        .rows[0].n;
    expect(await found(knownWords.tenth)).toBe(200);
    expect(await found(knownWords.fiftieth)).toBe(40);
    expect(await found(knownWords.none)).toBe(0);
  });

  test('are found by the same documents that the live index would make', async () => {
    const ids: number[] = await db('tickets').orderBy('id').limit(60).pluck('id');
    const read = () =>
      db('ticket_documents')
        .whereIn('ticket_id', ids)
        .orderBy('ticket_id')
        .select('ticket_id', 'public_words', 'staff_words');
    const bulk = await read();
    await indexTickets(db, ids);
    expect(await read()).toEqual(bulk);
  });

  test('let the desk go on: the next ticket has its own number', async () => {
    const someone = await db('users').whereLike('email', 'person1@%').first('id');
    const signedIn = await loadSignedIn(db, someone.id);
    const ctx = await services.contextFor(signedIn!.person);
    const { number } = await createTicket(ctx, {
      subject: 'After the flood',
      body: 'Hello',
      categoryId: null,
    });
    expect(number).toBe(1_001 + 2_000);
    await foldTicketCounts(await services.contextFor(systemActor('test')));
    await db('event_queue').delete();
    await indexTickets(db, await db('tickets').where({ number }).pluck('id'));
    await expectInvariants(db);
  });

  test('may come a second time', async () => {
    await fillDatabase(url, { tickets: 500, comments: 3, people: 50 });
    expect(await count('tickets')).toBe(2_501);
    await expectInvariants(db);
    expect(await shape()).toEqual(before.shape);
  });

  test('that fail half-way leave everything as it was', async () => {
    const tickets = await count('tickets');
    await db.raw(`alter table events add constraint no_more check (id < 1000) not valid`);
    const withCheck = await shape();
    await expect(fillDatabase(url, { tickets: 300, comments: 3, people: 50 })).rejects.toThrow(/no_more/);
    expect(await shape()).toEqual(withCheck);
    await db.raw('alter table events drop constraint no_more');
    expect(await count('tickets')).toBe(tickets);
    await expectInvariants(db);
  });
});
