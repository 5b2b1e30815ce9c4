import { beforeAll, describe, expect, test } from 'vitest';
import { askForReset } from '../../../src/domain/identity/resetting.ts';
import type { Reading } from '../../../src/domain/mail/coming.ts';
import { storeMail } from '../../../src/domain/mail/storing.ts';
import { closeTicket, resolveTicket, withdrawTicket } from '../../../src/domain/tickets/closing.ts';
import { mergeTickets } from '../../../src/domain/tickets/merging.ts';
import { markSpam } from '../../../src/domain/tickets/spamming.ts';
import { findTicket } from '../../../src/domain/tickets/ticket.ts';
import { readMail } from '../../../src/mail/reading/reading.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';
import { type PostOffice, postOffice } from './post-office.ts';

const world = await testWorld();
const { db, as, makeUser, makeTicket, makeCategory, set } = world;
const people = await usualPeople(world);
const category = await makeCategory({ team: people.hr });
let office: PostOffice;

beforeAll(async () => {
  office = await postOffice(world, { team_id: people.it.id, category_id: category.id });
});

const ticketOf = (row: { ticket_id: number }) => db('tickets').where({ id: row.ticket_id }).first();
const commentOf = (row: { comment_id: number }) => db('comments').where({ id: row.comment_id }).first();
const userAt = (email: string) => db('users').whereRaw('lower(email) = ?', [email]).first();
const mailsTo = async (email: string) => {
  await world.follow();
  return db('deliveries as d')
    .join('users as u', 'u.id', 'd.recipient_id')
    .where('u.email', email)
    .pluck('d.template');
};

describe('a new mail', () => {
  test('of somebody we know becomes their ticket, with the mailbox’s team and category', async () => {
    const { employee, it } = people;
    const row = await office.send({ from: `Jonas <${employee.email}>`, subject: 'No paper' });
    expect(row).toMatchObject({
      fate: 'ticket',
      rule: 'new-ticket',
      person_id: employee.id,
      from_name: 'Jonas',
      subject: 'No paper',
    });
    expect(await ticketOf(row)).toMatchObject({
      subject: 'No paper',
      source: 'email',
      requester_id: employee.id,
      team_id: it.id,
      category_id: category.id,
      status: 'new',
      needs_reply: true,
    });
    expect(await commentOf(row)).toMatchObject({
      ticket_id: row.ticket_id,
      source: 'email',
      author_id: employee.id,
      kind: 'reply',
    });
    expect(await db('comment_mails').where({ comment_id: row.comment_id }).first()).toMatchObject({
      mail_id: row.id,
    });
  });

  test('of an unknown sender makes a contact who cannot sign in', async () => {
    const row = await office.send({
      from: 'Lee, Ann <Ann.Lee@elsewhere.example>',
      reads: { from: [{ name: 'Lee, Ann', address: 'Ann.Lee@elsewhere.example' }] },
    });
    expect(row).toMatchObject({ fate: 'ticket', rule: 'unknown-sender' });
    const contact = await userAt('ann.lee@elsewhere.example');
    expect(contact).toMatchObject({
      source: 'mail',
      role: 'employee',
      password_hash: null,
      email_verified_at: null,
    });
    expect((await ticketOf(row)).requester_id).toBe(contact.id);
    const again = await office.send({ from: 'ann.lee@elsewhere.example', body: 'More' });
    expect(again).toMatchObject({ fate: 'ticket', rule: 'new-ticket', person_id: contact.id });
  });

  test('without a subject or words has some', async () => {
    const row = await office.send({ from: people.employee.email, subject: '', body: '' });
    expect(await ticketOf(row)).toMatchObject({ subject: '(no subject)' });
    expect(await commentOf(row)).toMatchObject({ body: '(no text)' });
  });

  test('of an unknown sender is parked or refused where the mailbox says so; a trusted domain is let in', async () => {
    const parking = await postOffice(world, { unknown_senders: 'park' });
    const refusing = await postOffice(world, { unknown_senders: 'refuse' });
    expect(await parking.send({ from: 'p@strange.example' })).toMatchObject({
      fate: 'parked',
      rule: 'unknown-sender',
      ticket_id: null,
    });
    expect(await refusing.send({ from: 'r@strange.example' })).toMatchObject({
      fate: 'refused',
      rule: 'unknown-sender',
    });
    expect(await userAt('p@strange.example')).toBeUndefined();
    const foreign = await makeTicket({ by: people.employee, team: people.it });
    const to = await office.replyTo(foreign, people.employee);
    expect(await refusing.send({ from: people.colleague.email, to })).toMatchObject({
      fate: 'parked',
      rule: 'key-of-another',
    });
    await set({ trustedDomains: ['friends.example'] });
    expect(await refusing.send({ from: 'f@friends.example' })).toMatchObject({
      fate: 'ticket',
      rule: 'trusted-domain',
    });
    expect(await refusing.send({ from: people.employee.email })).toMatchObject({
      fate: 'ticket',
      rule: 'new-ticket',
    });
  });

  test('with NUL and half letters in every place is a ticket all the same', async () => {
    const evil = 'a\0b\ud800c';
    const row = await office.send({
      from: people.employee.email,
      reads: {
        subject: evil,
        reply: { text: evil, html: `<p>${evil}</p>`, quotedText: evil, quotedHtml: evil },
        problems: [evil],
        files: [
          { filename: evil, contentType: evil, content: Buffer.from('MZ\0'), contentId: evil, role: 'file' },
        ],
        from: [{ name: evil, address: people.employee.email }],
      },
    });
    expect(row).toMatchObject({ fate: 'ticket', last_error: null });
  });
});

test('a second copy shows what the first one said, whichever was there first', async () => {
  const raw = Buffer.from(
    `From: Jonas <${people.employee.email}>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <copy@x.example>\r\n\r\nx\r\n`,
  );
  const store = async () =>
    (await storeMail(await world.system(), { raw, source: 'smtp', mailboxId: office.mailbox.id })).id;
  const [first, before] = [await store(), await store()];
  await office.handle(undefined, async bytes => ({ mail: await readMail(bytes), failure: null }));
  for (const id of [first, before, await store()])
    expect(await office.rowOf(id)).toMatchObject({
      subject: 'Grüße',
      from_name: 'Jonas',
      from_address: people.employee.email,
    });
});

describe('an answer', () => {
  test('of the requester opens what was solved, and starts the clock', async () => {
    const ticket = await makeTicket({ by: people.employee, team: people.it });
    await resolveTicket(
      await as(people.coordinator),
      await findTicket(await as(people.coordinator), ticket.number),
    );
    const row = await office.send({
      from: people.employee.email,
      to: (await office.replyTo(ticket, people.employee)).toUpperCase(),
    });
    expect(row).toMatchObject({ fate: 'appended', ticket_id: ticket.id });
    expect(await world.reload(ticket)).toMatchObject({ status: 'open', needsReply: true });
  });

  test('is found by the envelope where the header was rewritten', async () => {
    const ticket = await makeTicket({ by: people.employee, team: people.it });
    const row = await office.send({
      from: people.employee.email,
      envelopeTo: [await office.replyTo(ticket, people.employee)],
    });
    expect(row).toMatchObject({ fate: 'appended', rule: 'reply-address', ticket_id: ticket.id });
  });

  test('of a watcher is theirs', async () => {
    const ticket = await makeTicket({ by: people.employee, team: people.it });
    await db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: people.colleague.id });
    const row = await office.send({
      from: people.colleague.email,
      to: await office.replyTo(ticket, people.employee),
    });
    expect(row).toMatchObject({ fate: 'appended', person_id: people.colleague.id });
  });

  test('of a coordinator to a note stays a note', async () => {
    const ticket = await makeTicket({ by: people.employee, team: people.it });
    await db('ticket_followers').insert({ ticket_id: ticket.id, user_id: people.coordinator.id });
    await world.comment(people.admin, ticket, { kind: 'note', body: 'Between us' });
    await world.follow();
    const delivery = await db('deliveries')
      .where({ recipient_id: people.coordinator.id, template: 'ticket-note' })
      .orderBy('id', 'desc')
      .first();
    const note = await office.send({
      from: people.coordinator.email,
      headers: [`In-Reply-To: ${office.idOf(delivery.id)}`],
    });
    expect(await commentOf(note)).toMatchObject({ kind: 'note', author_id: people.coordinator.id });
    // Which mail it answers cannot be told: it may be that one.
    const unsure = await office.send({
      from: people.coordinator.email,
      to: await office.replyTo(ticket, people.coordinator),
    });
    expect(await commentOf(unsure)).toMatchObject({ kind: 'note' });
  });

  test('of a coordinator who was named in a note, or sent one before tickets were merged, is a note', async () => {
    const raised = () => makeTicket({ by: people.employee, team: people.it });
    const [named, from, into] = [await raised(), await raised(), await raised()];
    const { coordinator } = people;
    const { first_name, last_name } = await db('users').where({ id: coordinator.id }).first();
    await world.comment(people.admin, named, {
      kind: 'note',
      body: `Is that so, @${first_name} ${last_name}?`,
    });
    await db('ticket_followers').insert({ ticket_id: from.id, user_id: coordinator.id });
    await world.comment(people.admin, from, { kind: 'note', body: 'Between us' });
    await world.follow();
    const ctx = await as(coordinator);
    await mergeTickets(ctx, await findTicket(ctx, from.number), await findTicket(ctx, into.number));
    for (const ticket of [named, from]) {
      const row = await office.send({
        from: coordinator.email,
        to: await office.replyTo(ticket, coordinator),
      });
      expect(await commentOf(row)).toMatchObject({ kind: 'note', author_id: coordinator.id });
    }
    const plain = await raised();
    const answer = await office.send({
      from: coordinator.email,
      to: await office.replyTo(plain, coordinator),
    });
    expect(await commentOf(answer)).toMatchObject({ kind: 'reply' });
  });

  test('to a closed ticket is a new one that follows it; of who only watched it a new one', async () => {
    const ticket = await makeTicket({ by: people.employee, team: people.it });
    await db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: people.colleague.id });
    await closeTicket(
      await as(people.coordinator),
      await findTicket(await as(people.coordinator), ticket.number),
    );
    const row = await office.send({
      from: people.employee.email,
      to: await office.replyTo(ticket, people.employee),
    });
    expect(row).toMatchObject({ fate: 'ticket', rule: 'follow-up-of-closed' });
    expect(await ticketOf(row)).toMatchObject({ follow_up_of: ticket.id, requester_id: people.employee.id });
    const other = await office.send({
      from: people.colleague.email,
      to: await office.replyTo(ticket, people.colleague),
    });
    expect(other).toMatchObject({ fate: 'ticket', rule: 'closed-ticket' });
    expect(await ticketOf(other)).toMatchObject({ follow_up_of: null, requester_id: people.colleague.id });
    const desk = await office.send({
      from: people.coordinator.email,
      to: await office.replyTo(ticket, people.coordinator),
    });
    expect(desk).toMatchObject({ fate: 'appended' });
    expect(await commentOf(desk)).toMatchObject({ kind: 'note' });
  });

  test('to a withdrawn ticket is a new one that follows it', async () => {
    const ticket = await makeTicket({ by: people.employee, team: people.it });
    const ctx = await as(people.employee);
    await withdrawTicket(ctx, await findTicket(ctx, ticket.number));
    const row = await office.send({
      from: people.employee.email,
      to: await office.replyTo(ticket, people.employee),
    });
    expect(row).toMatchObject({ fate: 'ticket', rule: 'follow-up-of-closed' });
    expect(await world.reload(ticket)).toMatchObject({ status: 'withdrawn', needsReply: false });
  });

  test('to a merged ticket goes where the work goes on, if its sender is known there', async () => {
    const ctx = await as(people.coordinator);
    const [from, into] = [
      await makeTicket({ by: people.employee, team: people.it }),
      await makeTicket({ by: people.employee, team: people.it }),
    ];
    const foreign = await makeTicket({ by: people.colleague, team: people.it });
    const find = ({ number }: { number: number }) => findTicket(ctx, number);
    await mergeTickets(ctx, await find(from), await find(into));
    await mergeTickets(ctx, await find(foreign), await find(into), { acrossRequesters: true });
    const row = await office.send({
      from: people.employee.email,
      to: await office.replyTo(from, people.employee),
    });
    expect(row).toMatchObject({ fate: 'appended', ticket_id: into.id });
    const unknown = await office.send({
      from: people.colleague.email,
      to: await office.replyTo(foreign, people.colleague),
    });
    expect(unknown).toMatchObject({ fate: 'ticket', rule: 'follow-up-of-closed' });
    expect(await ticketOf(unknown)).toMatchObject({ follow_up_of: foreign.id });
  });

  test('to a ticket marked as spam joins it and tells nobody', async () => {
    const ticket = await makeTicket({ by: people.employee, team: people.it });
    await markSpam(
      await as(people.coordinator),
      await findTicket(await as(people.coordinator), ticket.number),
      true,
    );
    const row = await office.send({
      from: people.employee.email,
      to: await office.replyTo(ticket, people.employee),
    });
    expect(row).toMatchObject({ fate: 'appended', ticket_id: ticket.id });
    expect((await world.reload(ticket)).spamAt).not.toBeNull();
  });
});

describe('machines', () => {
  test('an answer of a machine is kept with its ticket and does nothing', async () => {
    const ticket = await makeTicket({ by: people.employee, team: people.it });
    const before = await world.reload(ticket);
    const row = await office.send({
      from: people.employee.email,
      to: await office.replyTo(ticket, people.employee),
      reads: { automatic: { kind: 'auto-reply', because: 'Auto-Submitted: auto-replied' } },
    });
    expect(row).toMatchObject({
      fate: 'ignored',
      rule: 'auto-reply',
      ticket_id: ticket.id,
      comment_id: null,
    });
    expect(await world.reload(ticket)).toEqual(before);
  });

  test('our own address, in whatever form, and our own mails are ignored', async () => {
    for (const from of [
      'Support <help@company.example>',
      office.mailbox.address.replace('@', '+t1.1.x@').toUpperCase(),
    ])
      expect(await office.send({ from })).toMatchObject({ fate: 'ignored', rule: 'own-address' });
    const row = await office.send({ from: people.employee.email, reads: { messageId: office.idOf(5) } });
    expect(row).toMatchObject({ fate: 'ignored', rule: 'own-message' });
  });

  test('a report of a mail server is no ticket', async () => {
    const report = { recipients: [], originalId: null };
    expect(await office.send({ from: 'mailer-daemon@mx.example', reads: { report } })).toMatchObject({
      fate: 'bounce',
      rule: 'bounce-report',
    });
  });

  test('the empty return path of somebody unknown waits for a person; an answer that comes by it is one', async () => {
    const row = await office.send({ from: 'odd-daemon@mx.example', envelopeFrom: '' });
    expect(row).toMatchObject({ fate: 'parked', rule: 'null-path' });
    const ticket = await makeTicket({ by: people.employee, team: people.it });
    const to = await office.replyTo(ticket, people.employee);
    expect(await office.send({ from: people.employee.email, to, envelopeFrom: '' })).toMatchObject({
      fate: 'appended',
    });
  });

  test('a list of others is parked unless we know the sender; one of our own group is ordinary mail', async () => {
    const list = { automatic: { kind: 'list' as const, because: 'List-Id' } };
    expect(await office.send({ from: 'news@paper.example', reads: list })).toMatchObject({
      fate: 'parked',
      rule: 'mailing-list',
    });
    expect(await office.send({ from: people.employee.email, reads: list })).toMatchObject({ fate: 'ticket' });
    const own = await office.send({
      from: 'visitor@paper.example',
      reads: { ...list, headers: { 'list-post': [`<mailto:${office.mailbox.address}>`] } },
    });
    expect(own).toMatchObject({ fate: 'ticket', rule: 'unknown-sender' });
  });

  test('too many from one sender wait for a person, and the others do not', async () => {
    const limits = { perSender: 3, overall: 5_000 };
    const loop = await makeUser();
    const fates = [];
    for (let n = 0; n < 5; n += 1)
      fates.push((await office.send({ from: loop.email, body: `${n}` }, limits)).fate);
    expect(fates).toEqual(['ticket', 'ticket', 'ticket', 'parked', 'parked']);
    expect(await office.send({ from: (await makeUser()).email }, limits)).toMatchObject({ fate: 'ticket' });
    expect(await office.send({ from: (await makeUser()).email }, { perSender: 3, overall: 1 })).toMatchObject(
      { fate: 'parked', rule: 'breaker-overall' },
    );
  });
});

describe('the receipt', () => {
  test('is sent once an hour to an address', async () => {
    const from = 'often@elsewhere.example';
    for (const body of ['1', '2', '3'])
      expect(await office.send({ from, body })).toMatchObject({ fate: 'ticket' });
    expect(await mailsTo(from)).toEqual(['ticket-received']);
    await db('mail_addresses')
      .where({ address: from })
      .update({ answered_at: db.raw("now() - interval '61 minutes'") });
    await office.send({ from, body: '4' });
    expect(await mailsTo(from)).toEqual(['ticket-received', 'ticket-received']);
  });

  test('is sent once to one mailbox, whatever somebody writes behind a plus', async () => {
    const names = ['victim+1', 'VICTIM+2', 'victim', 'victim+3+4'].map(name => `${name}@elsewhere.example`);
    for (const from of names) expect(await office.send({ from })).toMatchObject({ fate: 'ticket' });
    const sent: string[] = [];
    for (const name of names) sent.push(...(await mailsTo(name.toLowerCase())));
    expect(sent).toEqual(['ticket-received']);
    await db('mail_addresses').insert({
      address: 'gone+1@elsewhere.example',
      undeliverable_since: new Date(),
    });
    await office.send({ from: 'gone+1@elsewhere.example' });
    expect(await mailsTo('gone+1@elsewhere.example')).toEqual([]);
  });

  test.each([
    [
      'a machine',
      'm1@elsewhere.example',
      { reads: { automatic: { kind: 'auto-generated' as const, because: 'x' } } },
    ],
    ['a null return path', 'm2@elsewhere.example', { envelopeFrom: '' }],
    ['a null Return-Path header', 'm3@elsewhere.example', { reads: { returnPath: '' } }],
    ['who wants no answer', 'noreply@elsewhere.example', {}],
  ])('is never sent to %s', async (_name, from, letter) => {
    await makeUser({ email: from });
    expect(await office.send({ from, ...letter })).toMatchObject({ fate: 'ticket' });
    expect(await mailsTo(from)).toEqual([]);
  });
});

describe('a refused mail', () => {
  test('is answered politely once an hour, in words of ours, and makes nobody known', async () => {
    const refusing = await postOffice(world, { unknown_senders: 'refuse' });
    const from = 'polite@refused.example';
    for (const body of ['1', '2'])
      expect(await refusing.send({ from, body })).toMatchObject({ fate: 'refused' });
    expect(await mailsTo(from)).toEqual(['mail-refused']);
    expect(await refusing.send({ from, body: '3' })).toMatchObject({
      fate: 'refused',
      rule: 'unknown-sender',
    });
    await askForReset(await world.stranger(), from);
    expect(await mailsTo(from)).toEqual(['mail-refused']);
    // Elsewhere they are taken, and known from then on.
    expect(await office.send({ from })).toMatchObject({ fate: 'ticket', rule: 'unknown-sender' });
    expect(await refusing.send({ from, body: '4' })).toMatchObject({ fate: 'ticket', rule: 'new-ticket' });
  });

  test('that is too large is answered, but no machine', async () => {
    expect(await office.send({ from: 'big@refused.example', size: 30_000_000 })).toMatchObject({
      fate: 'refused',
      rule: 'too-large',
    });
    expect(await mailsTo('big@refused.example')).toEqual(['mail-too-large']);
    await office.send({ from: 'big-machine@refused.example', size: 30_000_000, envelopeFrom: '' });
    expect(await userAt('big-machine@refused.example')).toBeUndefined();
  });

  test('is answered to so many strangers an hour and no more, however many addresses are invented', async () => {
    await db('deliveries')
      .where({ template: 'mail-refused' })
      .orWhere({ template: 'mail-too-large' })
      .delete();
    const refusing = await postOffice(world, { unknown_senders: 'refuse' });
    const forged = (n: number) => `forged${n}@innocent.example`;
    const ids: number[] = [];
    for (let n = 0; n < 12; n += 1) ids.push((await refusing.post({ from: forged(n) })).id);
    // Several at once: the last place is given once.
    await Promise.all([0, 1, 2, 3].map(() => refusing.handle({ refusals: 5 })));
    const rows = await db('inbound_mails').whereIn('id', ids).select('fate', 'detail');
    expect(rows.every(row => row.fate === 'refused')).toBe(true);
    expect(rows.map(row => row.detail.answer).sort()).toEqual([
      ...Array(5).fill('told'),
      ...Array(7).fill('too-many'),
    ]);
    const told = await db('deliveries').where({ template: 'mail-refused' }).pluck('recipient_id');
    expect(told).toHaveLength(5);
    // Who is not told is not remembered either.
    expect(await db('users').whereLike('email', '%@innocent.example')).toHaveLength(5);
    // Those we know cannot be invented.
    const known = { from: (await makeUser()).email, size: 30_000_000 };
    expect((await refusing.send(known, { refusals: 5 })).detail.answer).toBe('told');
    expect((await refusing.send({ ...known, body: 'Again' }, { refusals: 5 })).detail.answer).toBe(
      'told-lately',
    );
    const next = { from: forged(99) };
    expect((await refusing.send(next, { refusals: 5 })).detail.answer).toBe('too-many');
    await db('deliveries')
      .whereIn('recipient_id', told)
      .update({ created_at: db.raw("now() - interval '61 minutes'") });
    expect((await refusing.send({ ...next, body: 'Later' }, { refusals: 5 })).detail.answer).toBe('told');
  });

  test('of somebody suspended is not answered', async () => {
    const { email } = await makeUser({ status: 'suspended' });
    expect(await office.send({ from: email })).toMatchObject({ fate: 'refused', rule: 'suspended' });
    expect(await mailsTo(email)).toEqual([]);
  });
});

describe('what a coordinator passes on', () => {
  const forwarded = {
    from: { name: 'Zoe Far', address: 'zoe@far.example' },
    subject: 'Lost key',
    date: null,
    text: 'I lost my key.',
  };

  test('is the ticket of who wrote it, once the coordinator has proved to be one', async () => {
    const trusting = await postOffice(world, { trusted_server: 'mx.company.example' });
    const row = await trusting.send({
      from: people.coordinator.email,
      reads: { forwarded },
      headers: ['Authentication-Results: mx.company.example; dmarc=pass header.from=company.example'],
    });
    expect(row).toMatchObject({
      fate: 'ticket',
      rule: 'forwarded-by-coordinator',
      detail: { forwardedBy: people.coordinator.id },
    });
    const zoe = await userAt('zoe@far.example');
    expect(await ticketOf(row)).toMatchObject({ requester_id: zoe.id, subject: 'Lost key' });
    expect(await commentOf(row)).toMatchObject({ author_id: zoe.id, body: 'I lost my key.' });
    // Named by somebody else: a machine does not write to them.
    expect(await mailsTo('zoe@far.example')).toEqual([]);
  });

  test('is the ticket of whose name it carries, while nothing proves that', async () => {
    const row = await office.send({
      from: people.coordinator.email,
      reads: { forwarded: { ...forwarded, from: { name: '', address: 'yan@far.example' } } },
    });
    expect(row).toMatchObject({ fate: 'ticket', rule: 'new-ticket', person_id: people.coordinator.id });
    expect(await userAt('yan@far.example')).toBeUndefined();
  });
});

describe('people in Cc', () => {
  test('watch where the mailbox says so: those we know, ten at most', async () => {
    const sharing = await postOffice(world, { cc_watch: true });
    const known = await Promise.all(Array.from({ length: 12 }, () => makeUser()));
    const cc = [...known.map(user => user.email), 'unknown@far.example', sharing.mailbox.address].join(', ');
    const row = await sharing.send({ from: people.employee.email, cc });
    const watchers = await db('ticket_watchers').where({ ticket_id: row.ticket_id }).pluck('user_id');
    expect(watchers).toHaveLength(10);
    expect(await userAt('unknown@far.example')).toBeUndefined();
    const silent = await office.send({ from: people.employee.email, cc });
    expect(await db('ticket_watchers').where({ ticket_id: silent.ticket_id })).toEqual([]);
  });
});

describe('files', () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
    'base64',
  );

  test('of a kind we take stand at the message, others are named in it', async () => {
    const row = await office.send({
      from: people.employee.email,
      reads: {
        files: [
          {
            filename: 'smoke.png',
            contentType: 'image/png',
            content: png,
            contentId: 'pic@1',
            role: 'inline',
          },
          {
            filename: '../../notes.txt',
            contentType: 'text/plain',
            content: Buffer.from('Hello'),
            contentId: null,
            role: 'file',
          },
          {
            filename: 'virus*.exe',
            contentType: 'image/png',
            content: Buffer.from('MZ\0\0'),
            contentId: null,
            role: 'file',
          },
          {
            filename: 'smime.p7m',
            contentType: 'application/pkcs7-mime',
            content: Buffer.from([0x30, 0x80]),
            contentId: null,
            role: 'sealed',
          },
        ],
      },
    });
    const files = await db('attachments').where({ comment_id: row.comment_id }).orderBy('id');
    expect(
      files.map(file => [file.filename, file.content_type, file.content_id, file.thumbnail_state]),
    ).toEqual([
      ['smoke.png', 'image/png', 'pic@1', 'wanted'],
      ['notes.txt', 'text/plain', null, 'none'],
      ['smime.p7m', 'application/octet-stream', null, 'none'],
    ]);
    expect((await commentOf(row)).body).toContain('virus');
    expect(row.detail.filesLeft).toEqual(['virus .exe']);
  });
});

describe('a mail that cannot be handled', () => {
  test('is tried again, later each time, and then shown; the others go on', async () => {
    const { id } = await office.post({ from: people.employee.email, body: 'poison' });
    const { id: good } = await office.post({ from: people.employee.email, body: 'good' });
    const read = async (raw: Buffer): Promise<Reading> => {
      if (raw.includes('poison')) throw new Error('It bites');
      return office.read(raw);
    };
    const turn = async () => {
      await office.handle(undefined, read);
      const row = await office.rowOf(id);
      await db('inbound_mails').where({ id, fate: 'received' }).update({ next_attempt_at: db.fn.now() });
      return row;
    };
    expect(await turn()).toMatchObject({ fate: 'received', attempts: 1, last_error: 'It bites' });
    expect(await office.rowOf(good)).toMatchObject({ fate: 'ticket' });
    for (let n = 0; n < 3; n += 1) expect((await turn()).fate).toBe('received');
    expect(await turn()).toMatchObject({
      fate: 'quarantined',
      rule: 'fault',
      attempts: 5,
      last_error: 'It bites',
    });
  });

  test('by the reader is unreadable', async () => {
    const { id } = await office.post({ from: people.employee.email, body: 'slow' });
    await db('inbound_mails').where({ id }).update({ attempts: 4 });
    await office.handle(undefined, async () => ({
      mail: null,
      failure: { kind: 'slow', message: 'Too slow' },
    }));
    expect(await office.rowOf(id)).toMatchObject({
      fate: 'quarantined',
      rule: 'unreadable',
      last_error: 'Too slow',
    });
  });

  test('and whose every turn was killed is given up', async () => {
    const { id } = await office.post({ from: people.employee.email, body: 'killer' });
    await db('inbound_mails').where({ id }).update({ attempts: 5 });
    await office.handle();
    expect(await office.rowOf(id)).toMatchObject({
      fate: 'quarantined',
      last_error: 'No attempt came to an end',
    });
  });

  test('because the disk has no room waits, and that is no fault of it', async () => {
    class NoRoom extends Error {}
    const { id } = await office.post({ from: people.employee.email, body: 'room' });
    await office.handle(undefined, () => Promise.reject(new NoRoom('Full')));
    expect(await office.rowOf(id)).toMatchObject({ fate: 'received', attempts: 0, last_error: 'Full' });
    await db('inbound_mails').where({ id }).update({ next_attempt_at: db.fn.now() });
    await office.handle();
    expect(await office.rowOf(id)).toMatchObject({ fate: 'ticket', last_error: null });
  });

  test('because it is too large is refused', async () => {
    expect(await office.send({ from: people.employee.email, size: 30_000_000 })).toMatchObject({
      fate: 'refused',
      rule: 'too-large',
    });
  });
});

test('twenty workers at once handle each of twenty mails once', async () => {
  const bodies = Array.from({ length: 20 }, (_, n) => `at once ${n}`);
  const from = (await makeUser()).email;
  for (const body of bodies) await office.post({ from, body });
  await Promise.all(Array.from({ length: 8 }, () => office.handle({ perSender: 1_000, overall: 5_000 })));
  const made = await db('comments').whereIn('body', bodies).pluck('body');
  expect(made).toHaveLength(bodies.length);
  expect(new Set(made)).toEqual(new Set(bodies));
});

test('what holds, still holds', async () => {
  await world.follow();
  await expectInvariants(db);
});
