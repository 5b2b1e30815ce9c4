import { describe, expect, test } from 'vitest';
import type { Tx } from '../../../src/domain/context.ts';
import { Forbidden, Invalid, NotFound } from '../../../src/domain/errors.ts';
import { countStates, type LogPage, listMails, type MailLine } from '../../../src/domain/mail/log.ts';
import type { LogFilter } from '../../../src/domain/mail/log-filtering.ts';
import { findIncoming, findOutgoing, sourceOf } from '../../../src/domain/mail/one-mail.ts';
import { clearAddress, retryDelivery } from '../../../src/domain/mail/resending.ts';
import { redactComment } from '../../../src/domain/tickets/redacting.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { incoming, outgoing } from './log-rows.ts';

const world = await testWorld();
const { db, as, makeUser, makeTicket, comment } = world;
const { it, hr, coordinator, stranger, colleague } = await usualPeople(world);
const admin = await makeUser({ role: 'admin' });
const requester = await makeUser();
const log = await as(admin);
const at = (minutes: number) => new Date(Date.UTC(2026, 1, 20, 8, minutes));

const names = ({ lines }: LogPage) => lines.map(nameOf);
const nameOf = (line: MailLine) => `${line.direction}${line.id}`;
const found = async (filter: LogFilter) => new Set(names(await listMails(log, filter, {}, 100)));

const ticket = await makeTicket({ by: requester, team: it, subject: 'Der Drucker qualmt' });
const { commentId } = await comment(coordinator, ticket, { body: 'Words' });

const rows = {
  became: await incoming(db, {
    at: at(1),
    fate: 'ticket',
    ticket,
    subject: 'Drucker qualmt',
    from: 'ada@firm.example',
  }),
  parked: await incoming(db, {
    at: at(2),
    fate: 'parked',
    subject: 'Rechnung über Toner',
    from: 'who@else.example',
  }),
  broken: await incoming(db, { at: at(3), fate: 'quarantined', subject: null, from: null }),
  answer: await incoming(db, {
    at: at(9),
    fate: 'appended',
    ticket,
    commentId,
    subject: 'Re: Drucker',
    from: 'ada@firm.example',
  }),
  sent: await outgoing(db, { at: at(9), commentId, to: requester, columns: { state: 'sent', attempts: 1 } }),
  failed: await outgoing(db, {
    at: at(5),
    to: colleague,
    columns: { state: 'failed', attempts: 33, last_error: '550 no' },
  }),
  retrying: await outgoing(db, { at: at(6), to: colleague, columns: { state: 'pending', attempts: 3 } }),
  waiting: await outgoing(db, { at: at(7), to: colleague, columns: { state: 'pending', attempts: 0 } }),
  bounced: await outgoing(db, {
    at: at(8),
    to: colleague,
    columns: { state: 'sent', attempts: 1, bounced_at: at(9), bounce: '{"status":"5.1.1"}' },
  }),
};
const everything = new Set(Object.values(rows));

describe('the mail log', () => {
  test('has every mail once, in and out, the newest first, on pages in both directions', async () => {
    const forwards: string[] = [];
    const pages: LogPage[] = [];
    for (let older: string | undefined; ; ) {
      const page = await listMails(log, {}, { older }, 2);
      pages.push(page);
      forwards.push(...names(page));
      if (!page.older) break;
      older = page.older;
    }
    expect(new Set(forwards)).toEqual(everything);
    expect(forwards.length).toBe(everything.size);
    expect(pages[0]?.newer).toBeUndefined();
    const times = pages.flatMap(page => page.lines.map(line => line.at.getTime()));
    expect(times).toEqual([...times].sort((a, b) => b - a));
    const back: string[] = [];
    for (let newer = pages.at(-1)?.newer; newer; ) {
      const page = await listMails(log, {}, { newer }, 2);
      back.unshift(...names(page));
      newer = page.newer;
    }
    expect(back).toEqual(forwards.slice(0, back.length));
    expect(back.length).toBeGreaterThanOrEqual(forwards.length - 2);
  });

  test('tells the fate of what went out from its state and what came back', async () => {
    const { lines } = await listMails(log, { direction: 'out' });
    expect(Object.fromEntries(lines.map(line => [nameOf(line), line.fate]))).toEqual({
      [rows.sent]: 'sent',
      [rows.failed]: 'failed',
      [rows.retrying]: 'retrying',
      [rows.waiting]: 'waiting',
      [rows.bounced]: 'bounced',
    });
  });

  test('is narrowed by direction, fate, mailbox, address, words of the subject, ticket and day', async () => {
    const [box] = await db('mailboxes')
      .insert({ name: 'A', address: 'a@firm.example', kind: 'push' })
      .returning('id');
    const boxed = await incoming(db, {
      at: at(-60 * 24),
      fate: 'ignored',
      subject: 'Old',
      from: 'old@firm.example',
      more: { mailbox_id: box.id },
    });
    expect(await found({ fate: 'needs-you' })).toEqual(new Set([rows.parked, rows.broken, rows.failed]));
    expect(await found({ fate: 'bounced' })).toEqual(new Set([rows.bounced]));
    expect(await found({ fate: 'parked', direction: 'out' })).toEqual(new Set([]));
    expect(await found({ mailboxId: box.id })).toEqual(new Set([boxed]));
    expect(await found({ address: 'ADA@firm.example' })).toEqual(new Set([rows.became, rows.answer]));
    expect(await found({ address: requester.email })).toEqual(new Set([rows.sent]));
    expect(await found({ words: 'uber tone' })).toEqual(new Set([rows.parked]));
    expect(await found({ words: 'druck', direction: 'in' })).toEqual(new Set([rows.became, rows.answer]));
    expect(await found({ words: `#${ticket.number}` })).toEqual(
      new Set([rows.became, rows.answer, rows.sent]),
    );
    expect(await found({ words: 'nothinglikeit' })).toEqual(new Set([]));
    expect(await found({ words: '&|!' })).toEqual(new Set([]));
    expect(await found({ from: at(-60 * 25), to: at(-60) })).toEqual(new Set([boxed]));
    await db('inbound_mails').where({ mailbox_id: box.id }).delete();
  });

  test('counts what waits for a person, to a hundred and no further', async () => {
    expect(await countStates(log)).toMatchObject({
      parked: 1,
      quarantined: 1,
      failed: 1,
      retrying: 1,
      bounced: 1,
    });
    const many = Array.from({ length: 130 }, (_, n) => ({
      fate: 'parked',
      source: 'smtp',
      size: 1,
      sha256: `counted${n}`,
    }));
    await db('inbound_mails').insert(many);
    expect((await countStates(log)).parked).toBe(100);
    await db('inbound_mails').where('sha256', 'like', 'counted%').delete();
  });

  test('is the admins’', async () => {
    await expect(listMails(await as(coordinator), {})).rejects.toThrow(Forbidden);
    await expect(countStates(await as(colleague))).rejects.toThrow(Forbidden);
  });
});

describe('one mail', () => {
  const idOf = (name: string) => Number(name.replace(/\D+/, ''));

  test('of a ticket is found by who works it, one of none by admins, and by nobody else', async () => {
    const [answer, sent, parked] = [idOf(rows.answer), idOf(rows.sent), idOf(rows.parked)];
    const team = await as(coordinator);
    expect((await findIncoming(team, answer)).ticketNumber).toBe(ticket.number);
    expect((await findOutgoing(team, sent)).recipient.id).toBe(requester.id);
    expect((await sourceOf(team, answer)).toString()).toContain('Subject:');
    expect((await findIncoming(log, parked)).fate).toBe('parked');
    for (const who of [stranger, colleague, requester]) {
      const ctx = await as(who);
      await expect(findIncoming(ctx, answer)).rejects.toThrow(NotFound);
      await expect(findOutgoing(ctx, sent)).rejects.toThrow(NotFound);
      await expect(sourceOf(ctx, answer)).rejects.toThrow(NotFound);
    }
    for (const id of [parked, 0, -1, 999_999_999])
      await expect(findIncoming(team, id)).rejects.toThrow(NotFound);
  });

  test('of their own ticket with another team is absent for an admin, in the list, in counts and alone', async () => {
    const asking = await makeUser({ role: 'admin', teams: [hr] });
    const own = await makeTicket({ by: asking, team: it, subject: 'Mine' });
    const note = await comment(coordinator, own, { kind: 'note', body: 'Not for them' });
    const told = await outgoing(db, {
      at: at(20),
      commentId: note.commentId,
      to: coordinator,
      columns: { state: 'failed', template: 'ticket-note' },
    });
    const ctx = await as(asking);
    expect(names(await listMails(ctx, {}, {}, 100))).not.toContain(told);
    expect(await found({})).toContain(told);
    expect((await countStates(log)).failed - (await countStates(ctx)).failed).toBe(1);
    await expect(findOutgoing(ctx, idOf(told))).rejects.toThrow(NotFound);
    await expect(retryDelivery(ctx, { id: idOf(told) })).rejects.toThrow(NotFound);
    await db('deliveries')
      .where({ id: idOf(told) })
      .delete();
  });

  test('that was removed with its message has no source any more', async () => {
    const { commentId: gone } = await comment(requester, ticket, { body: 'Secret' });
    const name = await incoming(db, {
      at: at(30),
      fate: 'appended',
      ticket,
      commentId: gone,
      subject: 'S',
      from: 'a@b.example',
    });
    await db('comment_mails').insert({ comment_id: gone, mail_id: idOf(name), html: '<p>Secret</p>' });
    await redactComment(log, ticket, gone);
    expect((await findIncoming(log, idOf(name))).hasSource).toBe(false);
    await expect(sourceOf(log, idOf(name))).rejects.toThrow(NotFound);
  });
});

describe('what went out', () => {
  const idOf = (name: string) => Number(name.replace(/\D+/, ''));
  const row = (name: string) =>
    db('deliveries')
      .where({ id: idOf(name) })
      .first();

  test('is sent now on request: a failed one from its first attempt; who did it is kept with it', async () => {
    await retryDelivery(log, { id: idOf(rows.failed) });
    expect(await row(rows.failed)).toMatchObject({ state: 'pending', attempts: 0 });
    await retryDelivery(log, { id: idOf(rows.retrying) });
    expect(await row(rows.retrying)).toMatchObject({ state: 'pending', attempts: 3 });
    const { history } = await findOutgoing(log, idOf(rows.failed));
    expect(history).toMatchObject([
      { type: 'mail.retried', actor: { id: admin.id }, data: { was: 'failed' } },
    ]);
    await expect(retryDelivery(log, { id: idOf(rows.sent) })).rejects.toThrow(Invalid);
    await expect(retryDelivery(await as(coordinator), { id: idOf(rows.retrying) })).rejects.toThrow(
      Forbidden,
    );
  });

  test('goes to a marked address again once it is cleared', async () => {
    await db('mail_addresses').insert({
      address: colleague.email.toLowerCase(),
      hard_bounces: 3,
      undeliverable_since: new Date(),
    });
    expect((await findOutgoing(log, idOf(rows.bounced))).undeliverableSince).not.toBeNull();
    await clearAddress(log, { id: idOf(rows.bounced) });
    expect((await findOutgoing(log, idOf(rows.bounced))).undeliverableSince).toBeNull();
    await expect(clearAddress(await as(coordinator), { id: idOf(rows.bounced) })).rejects.toThrow(Forbidden);
  });
});

describe('with very many mails', () => {
  test('each page and count reads what it shows, by an index', async () => {
    await db.raw(`
      insert into inbound_mails (source, size, sha256, received_at, fate, from_address, subject)
      select 'smtp', 1, 'many' || n, timestamptz '2025-01-01' + n * interval '1 minute',
             case when n % 5000 = 0 then 'parked' when n % 3 = 0 then 'ignored' else 'appended' end,
             'p' || n % 900 || '@firm.example', 'Subject ' || n || case when n % 7 = 0 then ' printer' else '' end
      from generate_series(1, 30000) n`);
    const { rows: event } = await db.raw('select id from events order by id limit 1');
    await db.raw(
      `insert into events (type, object_type, occurred_at) select 'user.changed', 'user', timestamptz '2025-01-01' from generate_series(1, 30000)`,
    );
    await db.raw(
      `insert into deliveries (event_id, recipient_id, channel, template, state, created_at)
       select e.id, ?, 'mail', 'digest', case when e.id % 4000 = 0 then 'failed' else 'sent' end, timestamptz '2025-01-01' + e.id * interval '1 minute'
       from events e where e.id > ? and e.type = 'user.changed' and e.occurred_at = timestamptz '2025-01-01'`,
      [requester.id, event[0].id],
    );
    await db.raw('analyze inbound_mails, deliveries, events');
    const filters: LogFilter[] = [
      {},
      { fate: 'needs-you' },
      { fate: 'parked' },
      { fate: 'failed' },
      { fate: 'retrying' },
      { fate: 'bounced' },
      { address: 'p12@firm.example' },
      { address: 'nobody@firm.example' },
      { words: 'subject 4711' },
      { words: 'nothinglikeit' },
      { words: `#${ticket.number}` },
      { from: new Date('2025-01-03T00:00:00Z'), to: new Date('2025-01-04T00:00:00Z') },
    ];
    const READ = `select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as n from pg_stat_xact_user_tables
                  where relname in ('inbound_mails', 'deliveries', 'events')`;
    // The view also has what the connection read just before and has not reported yet, so the difference counts.
    const readBy = (work: (tx: Tx) => Promise<unknown>) =>
      log.transaction(async tx => {
        const readSoFar = async () => Number((await tx.db.raw(READ)).rows[0].n);
        const before = await readSoFar();
        await work(tx);
        return (await readSoFar()) - before;
      });
    const most: [string, number][] = [];
    for (const filter of filters) {
      const rows = await readBy(async tx => {
        const first = await listMails(tx, filter);
        await listMails(tx, filter, { older: first.older });
      });
      if (rows > 2_500) most.push([JSON.stringify(filter), rows]);
    }
    expect(most).toEqual([]);
    const counted = await readBy(countStates);
    expect(counted).toBeLessThan(2_000);
    // Common words: a window of the newest and no more, wherever the word stands.
    await db.raw(
      `update inbound_mails set subject = 'fax ' || subject where sha256 like 'many%' and received_at < timestamptz '2025-01-05'`,
    );
    await db.raw('vacuum analyze inbound_mails');
    for (const words of ['subject', 'printer', 'subject printer', 'fax'])
      expect([words, await readBy(tx => listMails(tx, { words }))]).toEqual([
        words,
        expect.toSatisfy(n => n < 22_500),
      ]);
    const walked = async (filter: LogFilter) => {
      const seen: string[] = [];
      const pages: LogPage[] = [];
      for (let older: string | undefined; ; older = pages.at(-1)?.older) {
        pages.push(await listMails(log, filter, { older }, 200));
        seen.push(...names(pages.at(-1)!));
        if (!pages.at(-1)?.older) return { seen, pages };
      }
    };
    // Nothing new has it: the page says how far it looked and leads on, until each mail was shown once.
    const fax = await walked({ words: 'fax' });
    expect(fax.pages[0]?.lines).toEqual([]);
    expect(fax.pages[0]?.reached).toBeInstanceOf(Date);
    expect(fax.pages.at(-1)?.reached).toBeUndefined();
    const all = async (like: string) =>
      (
        await db('inbound_mails')
          .whereLike('subject', like)
          .orderBy([
            { column: 'received_at', order: 'desc' },
            { column: 'id', order: 'desc' },
          ])
          .pluck('id')
      ).map(id => `in${id}`);
    expect(fax.seen).toEqual(await all('fax %'));
    expect((await walked({ words: 'printer', direction: 'in' })).seen).toEqual(await all('%printer%'));
    // And back again.
    const [second] = fax.pages.filter(page => page.lines.length > 0).slice(1);
    const before = await listMails(log, { words: 'fax' }, { newer: second?.newer }, 200);
    expect(names(before)).toEqual(fax.seen.slice(0, before.lines.length));
  }, 60_000);
});
