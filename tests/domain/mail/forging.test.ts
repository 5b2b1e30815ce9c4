import { beforeAll, describe, expect, test } from 'vitest';
import type { Read } from '../../../src/domain/mail/coming.ts';
import { readMail } from '../../../src/mail/reading/reading.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { type Letter, postOffice } from './post-office.ts';

const world = await testWorld();
const { db, makeUser, makeTicket, comment } = world;
const people = await usualPeople(world);
const office = await postOffice(world, { trusted_server: 'mx.company.example' });

type Ticket = Awaited<ReturnType<typeof makeTicket>>;
let ticket: Ticket;
let foreign: Ticket;
let suspended: Awaited<ReturnType<typeof makeUser>>;
let removed: Awaited<ReturnType<typeof makeUser>>;
/** Our mail to each of them about the ticket. */
let mailTo: Record<string, string>;

beforeAll(async () => {
  const { employee, colleague, coordinator, it } = people;
  ticket = await makeTicket({ by: employee, team: it, subject: 'Secret plans' });
  foreign = await makeTicket({ by: colleague, team: it });
  await comment(coordinator, ticket, { body: 'Only between us.' });
  const watcher = await makeUser({ email: 'marek@company.example' });
  await db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: watcher.id });
  suspended = await makeUser({ firstName: 'Sus' });
  removed = await makeUser({ firstName: 'Rem' });
  await db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: suspended.id });
  await db('users').where({ id: suspended.id }).update({ status: 'suspended' });
  const [event] = await db('events').where({ ticket_id: ticket.id, type: 'reply.added' });
  mailTo = {};
  for (const user of [employee, coordinator, suspended, removed]) {
    const [row] = await db('deliveries')
      .insert({
        event_id: event.id,
        recipient_id: user.id,
        channel: 'mail',
        template: 'ticket-reply',
        state: 'sent',
      })
      .returning('id');
    mailTo[user.id] = office.idOf(row.id);
  }
  // Who was mailed already is not mailed again.
  await world.follow();
});

const readMailWhole: Read = async raw => ({ mail: await readMail(raw), failure: null });

type Forged = () => Promise<Letter> | Letter;
const E = () => people.employee.email;
const C = () => people.coordinator.email;
const references = (...ids: (string | undefined)[]) => [
  `References: ${ids.join(' ')}`,
  `In-Reply-To: ${ids.at(-1)}`,
];

const FORGED: [name: string, letter: Forged][] = [
  [
    'a coordinator’s name with the true thread of the ticket',
    async () => ({ from: `Marek <${C()}>`, headers: references(await office.threadOf(ticket)) }),
  ],
  [
    'a coordinator’s name with the requester’s own mail of ours',
    () => ({ from: C(), headers: references(mailTo[people.employee.id]) }),
  ],
  [
    'a coordinator’s name at the requester’s reply address',
    async () => ({ from: C(), to: await office.replyTo(ticket, people.employee) }),
  ],
  [
    'a coordinator with their own key, whom our mail server calls forged',
    async () => ({
      from: C(),
      to: await office.replyTo(ticket, people.coordinator),
      headers: [
        'Authentication-Results: mx.company.example; spf=fail; dmarc=fail header.from=company.example',
      ],
    }),
  ],
  [
    'the requester’s name, whom our mail server calls forged',
    async () => ({
      from: E(),
      to: await office.replyTo(ticket, people.employee),
      headers: [
        'Authentication-Results: mx.company.example; dmarc=fail (p=reject) header.from=company.example',
      ],
    }),
  ],
  [
    'a guessed token',
    () => ({
      from: E(),
      to: `support+t${ticket.number}.${people.employee.id.toString(36)}.aaaaaaaaaaaaaaaaaaaa@company.example`,
    }),
  ],
  [
    'a token one character off',
    async () => ({
      from: E(),
      to: (await office.replyTo(ticket, people.employee)).replace(/.(?=@)/, x => (x === 'a' ? 'b' : 'a')),
    }),
  ],
  [
    'the token of another ticket with this ticket’s number',
    async () => ({
      from: E(),
      to: (await office.replyTo(foreign, people.employee)).replace(
        `+t${foreign.number}.`,
        `+t${ticket.number}.`,
      ),
    }),
  ],
  [
    'a true token of a ticket that does not know the sender',
    async () => ({ from: E(), to: await office.replyTo(foreign, people.colleague) }),
  ],
  [
    'a stranger with a true token',
    async () => ({ from: 'eve@evil.example', to: await office.replyTo(ticket, people.employee) }),
  ],
  [
    'a stranger who wants the answer at the requester’s address',
    async () => ({
      from: 'eve@evil.example',
      to: await office.replyTo(ticket, people.employee),
      headers: [`Reply-To: ${E()}`],
    }),
  ],
  [
    'a stranger with the requester as Sender',
    async () => ({
      from: 'eve@evil.example',
      to: await office.replyTo(ticket, people.employee),
      headers: [`Sender: ${E()}`],
      reads: { sender: { name: '', address: E() } },
    }),
  ],
  [
    'the key in Reply-To alone',
    async () => ({ from: E(), headers: [`Reply-To: ${await office.replyTo(ticket, people.employee)}`] }),
  ],
  [
    'two From lines, the known one first',
    async () => ({
      from: `${E()}\r\nFrom: eve@evil.example`,
      to: await office.replyTo(ticket, people.employee),
      reads: { from: [{ name: '', address: E() }] },
    }),
  ],
  [
    'two From lines, the known one last',
    async () => ({
      from: `eve@evil.example\r\nFrom: ${E()}`,
      to: await office.replyTo(ticket, people.employee),
      reads: { from: [{ name: '', address: E() }] },
    }),
  ],
  [
    'two addresses in one From line',
    async () => ({ from: `${E()}, eve@evil.example`, to: await office.replyTo(ticket, people.employee) }),
  ],
  [
    'the known address as a name',
    async () => ({
      from: `"${E()}" <eve@evil.example>`,
      to: await office.replyTo(ticket, people.employee),
    }),
  ],
  [
    'a domain in encoded words that decodes to ours',
    async () => ({
      from: `${E().split('@')[0]}@=?utf-8?q?company=2Eexample?=`,
      to: await office.replyTo(ticket, people.employee),
      reads: { from: [{ name: '', address: E() }] },
    }),
  ],
  [
    'an encoded name that decodes to an address in angles',
    async () => ({
      from: `=?utf-8?q?=3C${E().replace('@', '=40')}=3E?= <eve@evil.example>`,
      to: await office.replyTo(ticket, people.employee),
      reads: { from: [{ name: '', address: E() }] },
    }),
  ],
  [
    'the known address in a comment',
    async () => ({
      from: `(${E()}) eve@evil.example`,
      to: await office.replyTo(ticket, people.employee),
      reads: { from: [{ name: '', address: E() }] },
    }),
  ],
  [
    'a Cyrillic letter in the domain',
    async () => ({
      from: E().replace('company', 'c\u043empany'),
      to: await office.replyTo(ticket, people.employee),
    }),
  ],
  [
    'a Kelvin sign that becomes k in small letters',
    async () => ({
      from: 'mare\u212a@company.example',
      to: await office.replyTo(ticket, people.employee),
    }),
  ],
  [
    'a full-width at sign',
    async () => ({ from: E().replace('@', '\uff20'), to: await office.replyTo(ticket, people.employee) }),
  ],
  ['the number in the subject alone', () => ({ from: E(), subject: `Re: Secret plans (#${ticket.number})` })],
  [
    'the key in the subject and the body alone',
    async () => ({
      from: E(),
      subject: `Re: ${await office.replyTo(ticket, people.employee)}`,
      body: `${await office.threadOf(ticket)}`,
    }),
  ],
  [
    'a suspended watcher with their own key',
    async () => ({
      from: suspended.email,
      to: await office.replyTo(ticket, suspended),
      headers: references(mailTo[suspended.id]),
    }),
  ],
  [
    'somebody who was taken off the ticket, with the key they once had',
    async () => ({
      from: removed.email,
      to: await office.replyTo(ticket, removed),
      headers: references(mailTo[removed.id]),
    }),
  ],
  [
    'a coordinator of another team with a true thread',
    async () => ({ from: people.stranger.email, headers: references(await office.threadOf(ticket)) }),
  ],
  [
    'a trusted server’s word written by somebody else',
    async () => ({
      from: C(),
      headers: [
        'Authentication-Results: mx.evil.example; dmarc=pass header.from=company.example',
        ...references(await office.threadOf(ticket)),
      ],
    }),
  ],
];

// The first reader is told what to make of a mail, so that one which is taken in is tested too; the second is ours.
const READERS: [name: string, reader: Read][] = [
  ['a reader that is taken in', office.read],
  ['our reader', readMailWhole],
];

describe.each(READERS)('with %s', (_reader, reader) => {
  test.each(FORGED)('%s does not join, does not act and gets nothing back', async (_name, forged) => {
    const before = {
      ticket: await world.reload(ticket),
      comments: await countOf(ticket),
      foreign: await countOf(foreign),
      mails: await mailsAbout(ticket),
    };
    const row = await office.send(await forged(), undefined, reader);
    await world.follow();
    expect(row.fate).not.toBe('appended');
    expect(row.fate).not.toBe('received');
    expect(row.handled_at).not.toBeNull();
    expect(row.ticket_id).not.toBe(ticket.id);
    expect(await countOf(ticket)).toBe(before.comments);
    expect(await countOf(foreign)).toBe(before.foreign);
    expect(await world.reload(ticket)).toEqual(before.ticket);
    expect(await mailsAbout(ticket)).toBe(before.mails);
    if (row.ticket_id) {
      const made = await db('tickets').where({ id: row.ticket_id }).first();
      expect(made.follow_up_of).toBeNull();
      const bodies = await db('comments').where({ ticket_id: row.ticket_id }).pluck('body');
      expect(bodies.join()).not.toContain('Only between us');
    }
  });
});

const mailsAbout = async ({ id }: { id: number }) =>
  Number(
    (
      await db('deliveries as d')
        .join('events as e', 'e.id', 'd.event_id')
        .where('e.ticket_id', id)
        .count('* as n')
        .first()
    )?.n,
  );

const countOf = async ({ id }: { id: number }) =>
  Number((await db('comments').where({ ticket_id: id }).count('* as n').first())?.n);

test('beside the forged ones the true ones do join', async () => {
  const { employee, coordinator } = people;
  const requester = await office.send({
    from: employee.email,
    to: await office.replyTo(ticket, employee),
    body: 'Still burning.',
  });
  expect(requester).toMatchObject({
    fate: 'appended',
    rule: 'reply-address',
    ticket_id: ticket.id,
    person_id: employee.id,
  });
  const thread = await office.send({
    from: employee.email.toUpperCase(),
    headers: references(await office.threadOf(ticket)),
  });
  expect(thread).toMatchObject({ fate: 'appended', rule: 'references', ticket_id: ticket.id });
  const desk = await office.send({
    from: coordinator.email,
    headers: references(mailTo[coordinator.id]),
    body: 'Try again.',
  });
  expect(desk).toMatchObject({ fate: 'appended', rule: 'references', person_id: coordinator.id });
  expect(await db('comments').where({ id: desk.comment_id }).first()).toMatchObject({
    kind: 'reply',
    author_id: coordinator.id,
    source: 'email',
    body: 'Try again.',
  });
});
