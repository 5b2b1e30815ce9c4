import { beforeAll, describe, expect, test } from 'vitest';
import { Forbidden, Invalid, NotFound } from '../../../src/domain/errors.ts';
import { approveParked, moveMail, refuseParked, rerunMail } from '../../../src/domain/mail/reviewing.ts';
import { redactComment } from '../../../src/domain/tickets/redacting.ts';
import { findTicket } from '../../../src/domain/tickets/ticket.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';
import { type PostOffice, postOffice } from './post-office.ts';

const world = await testWorld();
const { db, as, makeTicket } = world;
const people = await usualPeople(world);
let office: PostOffice;
let parking: PostOffice;

beforeAll(async () => {
  office = await postOffice(world, { team_id: people.it.id });
  parking = await postOffice(world, { unknown_senders: 'park', team_id: people.it.id });
});

const admin = () => as(people.admin);
const parked = (from: string, more = {}) => parking.send({ from, ...more });
const eventsOf = (mailId: number) =>
  db('events').where({ object_type: 'mail', object_id: mailId }).orderBy('id').pluck('type');

test('only an admin decides', async () => {
  const { id } = await parked('a@strange.example');
  const ctx = await as(people.coordinator);
  for (const verb of [approveParked, refuseParked, rerunMail])
    await expect(verb(ctx, { mailId: id })).rejects.toThrow(Forbidden);
  await expect(moveMail(ctx, { mailId: id, number: 1 })).rejects.toThrow(Forbidden);
  await expect(approveParked(await admin(), { mailId: 999_999 })).rejects.toThrow(NotFound);
});

describe('a parked mail', () => {
  test('that is let in becomes a ticket, once', async () => {
    const { id } = await parked('b@strange.example');
    await approveParked(await admin(), { mailId: id });
    await approveParked(await admin(), { mailId: id });
    await parking.handle();
    const row = await parking.rowOf(id);
    expect(row).toMatchObject({
      fate: 'ticket',
      rule: 'approved',
      decided_by: people.admin.id,
      detail: { was: 'unknown-sender' },
    });
    expect(await eventsOf(id)).toEqual(['mail.approved']);
    await expect(approveParked(await admin(), { mailId: id })).rejects.toThrow(Invalid);
  });

  test('of a forged sender never joins, not even when it is let in', async () => {
    const ticket = await makeTicket({ by: people.employee, team: people.it });
    const { id } = await parked(`x@evil.example, ${people.employee.email}`, {
      to: await office.replyTo(ticket, people.employee),
    });
    await approveParked(await admin(), { mailId: id });
    await parking.handle();
    const row = await parking.rowOf(id);
    expect(row.fate).toBe('ticket');
    expect(row.ticket_id).not.toBe(ticket.id);
  });

  test('that is refused makes nothing, and can be handled again', async () => {
    const { id } = await parked('c@strange.example');
    await refuseParked(await admin(), { mailId: id });
    await refuseParked(await admin(), { mailId: id });
    expect(await parking.rowOf(id)).toMatchObject({
      fate: 'refused',
      rule: 'refused-by-person',
      ticket_id: null,
    });
    await rerunMail(await admin(), { mailId: id });
    await parking.handle();
    expect(await parking.rowOf(id)).toMatchObject({ fate: 'parked', rule: 'unknown-sender' });
    expect(await eventsOf(id)).toEqual(['mail.refused', 'mail.rerun']);
  });

  test('can be put on a ticket: its sender speaks there and sees nothing of it', async () => {
    const ticket = await makeTicket({ by: people.employee, team: people.it });
    const { id } = await parked('d@strange.example', { body: 'I saw it too.' });
    await moveMail(await admin(), { mailId: id, number: ticket.number });
    await parking.handle();
    const row = await parking.rowOf(id);
    expect(row).toMatchObject({ fate: 'appended', rule: 'moved', ticket_id: ticket.id });
    expect(await db('comments').where({ id: row.comment_id }).first()).toMatchObject({
      body: 'I saw it too.',
      kind: 'reply',
    });
    expect(await db('ticket_watchers').where({ ticket_id: ticket.id })).toEqual([]);
  });
});

test('what has done something is not handled again', async () => {
  const { id } = await office.send({ from: people.employee.email });
  await expect(rerunMail(await admin(), { mailId: id })).rejects.toThrow(Invalid);
});

describe('moving', () => {
  test('a message leaves the ticket that it was on for good, and stands on the other', async () => {
    const wrong = await makeTicket({ by: people.employee, team: people.it });
    const right = await makeTicket({ by: people.employee, team: people.it });
    const { id, comment_id } = await office.send({
      from: people.employee.email,
      to: await office.replyTo(wrong, people.employee),
      body: 'For the other one.',
    });
    await moveMail(await admin(), { mailId: id, number: right.number });
    await office.handle();
    const row = await office.rowOf(id);
    expect(row).toMatchObject({ fate: 'appended', rule: 'moved', ticket_id: right.id });
    expect(await db('comments').where({ id: comment_id }).first()).toMatchObject({
      ticket_id: wrong.id,
      body: '',
    });
    expect(await db('comments').where({ id: row.comment_id }).first()).toMatchObject({
      ticket_id: right.id,
      body: 'For the other one.',
    });
    expect(await world.reload(right)).toMatchObject({ needsReply: true });
  });

  test('a note stays a note', async () => {
    const raised = () => makeTicket({ by: people.employee, team: people.it });
    const [wrong, right, third] = [await raised(), await raised(), await raised()];
    await db('ticket_followers').insert({ ticket_id: wrong.id, user_id: people.coordinator.id });
    await world.comment(people.admin, wrong, { kind: 'note', body: 'Between us' });
    await world.follow();
    const { id } = await office.send({
      from: people.coordinator.email,
      to: await office.replyTo(wrong, people.coordinator),
      body: 'They must not read this.',
    });
    for (const { id: ticketId, number } of [right, third]) {
      await moveMail(await admin(), { mailId: id, number });
      await office.handle();
      const row = await office.rowOf(id);
      expect(row).toMatchObject({ fate: 'appended', rule: 'moved', ticket_id: ticketId });
      expect(row.detail).not.toHaveProperty('asNote');
      expect(await db('comments').where({ id: row.comment_id }).first()).toMatchObject({ kind: 'note' });
    }
  });

  test('a ticket that a mail became is merged into the other', async () => {
    const right = await makeTicket({ by: people.employee, team: people.it });
    const { id, ticket_id } = await office.send({ from: people.employee.email });
    await moveMail(await admin(), { mailId: id, number: right.number });
    expect(await db('tickets').where({ id: ticket_id }).first()).toMatchObject({
      merged_into: right.id,
      status: 'closed',
    });
    expect(await office.rowOf(id)).toMatchObject({
      fate: 'ticket',
      rule: 'moved',
      detail: { movedTo: right.number },
    });
  });

  test('says at its field what is wrong with the number', async () => {
    const { id } = await parked('e@strange.example');
    await expect(moveMail(await admin(), { mailId: id, number: 9_999_999 })).rejects.toMatchObject({
      errors: { number: 'There is no ticket #9999999' },
    });
  });
});

test('a message that is removed for good takes its mail along', async () => {
  const row = await office.send({
    from: people.employee.email,
    reads: { reply: { text: 'x', html: '<p>secret</p>', quotedText: 'secret', quotedHtml: null } },
  });
  const ctx = await admin();
  const { number } = await db('tickets').where({ id: row.ticket_id }).first();
  await redactComment(ctx, await findTicket(ctx, number), row.comment_id);
  expect(await db('comment_mails').where({ comment_id: row.comment_id }).first()).toMatchObject({
    html: null,
    quoted_text: '',
  });
  expect((await db('inbound_sources').where({ mail_id: row.id }).first()).raw).toHaveLength(0);
});

test('what holds, still holds', async () => {
  await world.follow();
  await expectInvariants(db);
});
