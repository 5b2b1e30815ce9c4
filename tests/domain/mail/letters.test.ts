import { expect, test } from 'vitest';
import type { Read } from '../../../src/domain/mail/coming.ts';
import { readMail } from '../../../src/mail/reading/reading.ts';
import { testWorld, usualPeople } from '../../support/factories.ts';
import { postOffice } from './post-office.ts';

/** People write about what machines sent them, in the machines' words: what a person sends is never a machine's. */

const world = await testWorld();
const { db, makeTicket } = world;
const people = await usualPeople(world);
const office = await postOffice(world);
const reader: Read = async raw => ({ mail: await readMail(raw), failure: null });

const SHOWN = [
  'Why do I get this?',
  '',
  'This is the mail system at host mx.example.net.',
  'I’m sorry to have to inform you that your message could not be delivered to one or more recipients.',
  '',
  '<bob@example.org>: host mx.example.org said: 550 5.1.1 User unknown',
  '',
  'Final-Recipient: rfc822; bob@example.org',
  'Action: failed',
  'Status: 5.1.1',
  '',
  'From: anna@company.example',
  'To: bob@example.org',
  'Subject: Hum',
].join('\r\n');

test.each([
  'Undelivered Mail Returned to Sender: my question',
  'Delivery Status Notification (Failure)',
  'Mail delivery failed',
  'Unzustellbar: Rechnung',
  'failure notice',
])('a person’s mail called “%s” is their ticket, and their answer', async subject => {
  const { employee } = people;
  const letter = { from: employee.email, envelopeFrom: employee.email, subject, body: SHOWN };
  const fresh = await office.send(letter, undefined, reader);
  expect(fresh).toMatchObject({ fate: 'ticket', rule: 'new-ticket' });
  expect(await db('tickets').where({ id: fresh.ticket_id }).first()).toMatchObject({
    subject,
    requester_id: employee.id,
  });
  const ticket = await makeTicket({ by: employee, team: people.it });
  const answer = { ...letter, to: await office.replyTo(ticket, employee) };
  const row = await office.send(answer, undefined, reader);
  expect(row).toMatchObject({ fate: 'appended', ticket_id: ticket.id });
  expect((await db('comments').where({ id: row.comment_id }).first()).body).toContain('Why do I get this');
});
