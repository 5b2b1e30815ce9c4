import { beforeEach, describe, expect, test } from 'vitest';
import { applyReport } from '../../../src/domain/mail/bouncing.ts';
import { messageId } from '../../../src/domain/mail/keys.ts';
import type { Bounced, Report } from '../../../src/domain/mail/message.ts';
import { closedAddressOf, reopenAddress } from '../../../src/domain/mail/reopening.ts';
import { deliverDue, type Post } from '../../../src/domain/notifications/sending.ts';
import { surroundingsOf } from '../../../src/domain/tickets/surroundings.ts';
import { findTicket } from '../../../src/domain/tickets/ticket.ts';
import { timelineOf } from '../../../src/domain/tickets/timeline.ts';
import { desk } from '../../jobs/desk.ts';
import { expectInvariants } from '../../support/invariants.ts';

const { db, system, people, as, raise, dispatch, recorder, settle } = await desk();

beforeEach(async () => {
  await settle();
  await db('mail_addresses').delete();
  await db('deliveries').update({ bounced_at: null, bounce: null });
});

const ANNA = 'anna@company.example';

/** A ticket of Anna's, and the mail that told her of it. */
async function told() {
  const ticket = await raise();
  await dispatch();
  await db('deliveries').where({ state: 'pending' }).whereNot({ recipient_id: people.anna }).delete();
  await deliverDue(system, recorder().post);
  const row = await db('deliveries').where({ recipient_id: people.anna }).orderBy('id', 'desc').first();
  return { ticket, deliveryId: Number(row.id) };
}

const bounced = (values: Partial<Bounced> = {}): Bounced => ({
  ...{ address: ANNA, status: '5.1.1', kind: 'hard', reason: 'userunknown' },
  diagnostic: '550 5.1.1 no such user',
  ...values,
});
const apply = (report: Report) => system.transaction(tx => applyReport(tx, report, { id: 7 }));
const about = (deliveryId: number, values: Partial<Bounced> = {}) =>
  apply({ recipients: [bounced(values)], originalId: messageId(system, deliveryId) });

const delivery = (id: number) => db('deliveries').where({ id }).first();
const address = () => db('mail_addresses').where({ address: ANNA }).first();
const eventsOf = (ticketId: number) => db('events').where({ ticket_id: ticketId, type: 'mail.undelivered' });

describe('a report', () => {
  test('is kept at the mail it is about, and told on its ticket to the desk alone', async () => {
    const { ticket, deliveryId } = await told();
    expect(await about(deliveryId)).toEqual([{ deliveryId, ticketId: ticket.id }]);
    const row = await delivery(deliveryId);
    expect(row.bounced_at).toBeInstanceOf(Date);
    expect(row.bounce).toMatchObject({ kind: 'hard', status: '5.1.1', reason: 'userunknown', mailId: 7 });
    const types = async (userId: number) => {
      const ctx = await as(userId);
      const { entries } = await timelineOf(ctx, await findTicket(ctx, ticket.number));
      return entries.flatMap(entry => (entry.is === 'event' ? [entry.type] : []));
    };
    expect(await types(people.marek)).toContain('mail.undelivered');
    expect(await types(people.anna)).not.toContain('mail.undelivered');
    await expectInvariants(db);
  });

  test('told twice counts once', async () => {
    const { ticket, deliveryId } = await told();
    await about(deliveryId);
    await about(deliveryId);
    expect(await eventsOf(ticket.id)).toHaveLength(1);
    expect((await address()).hard_bounces).toBe(1);
  });

  test('of a delay or a success changes nothing', async () => {
    const { ticket, deliveryId } = await told();
    for (const kind of ['delayed', 'delivered'] as const)
      expect(await about(deliveryId, { kind })).toEqual([{ deliveryId, ticketId: ticket.id }]);
    expect((await delivery(deliveryId)).bounced_at).toBeNull();
    expect(await eventsOf(ticket.id)).toEqual([]);
  });

  test('of a full mailbox is told, and the address stays open', async () => {
    const { ticket, deliveryId } = await told();
    await about(deliveryId, { kind: 'soft', status: '4.2.2', reason: 'mailboxfull' });
    expect(await eventsOf(ticket.id)).toHaveLength(1);
    expect(await address()).toBeUndefined();
  });

  test('about an address that passed the mail on counts for the one we wrote to', async () => {
    const { deliveryId } = await told();
    await about(deliveryId, { address: 'anna@elsewhere.example' });
    expect(await address()).toMatchObject({ hard_bounces: 1 });
  });

  test('without our key is shown at the last mail to the address, and never closes it', async () => {
    for (let n = 0; n < 4; n += 1) {
      const { deliveryId } = await told();
      expect(await apply({ recipients: [bounced()], originalId: null })).toMatchObject([{ deliveryId }]);
      expect((await delivery(deliveryId)).bounced_at).toBeInstanceOf(Date);
    }
    expect(await address()).toBeUndefined();
  });

  test('without our key never helps to close the address, and takes nothing from one that has it', async () => {
    for (let n = 0; n < 2; n += 1) {
      await told();
      await apply({ recipients: [bounced()], originalId: null });
    }
    const { deliveryId } = await told();
    await apply({ recipients: [bounced()], originalId: null });
    expect(await address()).toBeUndefined();
    await about(deliveryId);
    await about(deliveryId);
    expect(await address()).toMatchObject({ hard_bounces: 1, undeliverable_since: null });
  });

  test('with NUL and half letters in every word is kept like any', async () => {
    const { deliveryId } = await told();
    const odd = 'x\0y\ud800z';
    await about(deliveryId, { address: `${ANNA}\0`, status: odd, reason: odd, diagnostic: odd });
    await apply({ recipients: [bounced({ address: `${odd}@x.example` })], originalId: null });
    expect((await delivery(deliveryId)).bounced_at).toBeInstanceOf(Date);
  });

  test('with a forged key, of an unknown address, or of many, does no more than that', async () => {
    const { deliveryId } = await told();
    const forged = messageId(system, deliveryId).replace(/\..{3}/, '.aaa');
    expect(await apply({ recipients: [bounced({ address: 'x@y.example' })], originalId: forged })).toEqual(
      [],
    );
    const many = Array.from({ length: 500 }, (_, n) => bounced({ address: `x${n}@y.example` }));
    expect(await apply({ recipients: many, originalId: null })).toEqual([]);
    expect((await delivery(deliveryId)).bounced_at).toBeNull();
  });
});

describe('an address from which three mails came back', () => {
  const closeIt = async () => {
    for (let n = 0; n < 3; n += 1) await about((await told()).deliveryId);
  };

  test('gets no more mail: the next is cancelled and says why', async () => {
    await closeIt();
    expect((await address()).undeliverable_since).toBeInstanceOf(Date);
    const { deliveryId } = await told();
    const row = await delivery(deliveryId);
    expect(row.state).toBe('cancelled');
    expect(row.last_error).toMatch(
      /^Mail to the address comes back since \d{4}-\d\d-\d\d \(userunknown: 550 /,
    );
    expect(await db('events').where({ type: 'user.address-closed' })).toHaveLength(1);
  });

  test('is shown beside the person on the ticket', async () => {
    await closeIt();
    const ticket = await raise();
    const ctx = await as(people.marek);
    expect((await surroundingsOf(ctx, await findTicket(ctx, ticket.number))).unreached).toEqual([
      people.anna,
    ]);
    const anna = await as(people.anna);
    expect((await surroundingsOf(anna, await findTicket(anna, ticket.number))).unreached).toEqual([]);
  });

  test('is closed only if that was within thirty days', async () => {
    await about((await told()).deliveryId);
    await about((await told()).deliveryId);
    await db('deliveries')
      .whereNotNull('bounced_at')
      .update({ bounced_at: db.raw("now() - interval '31 days'") });
    await about((await told()).deliveryId);
    expect(await address()).toMatchObject({ hard_bounces: 1, undeliverable_since: null });
  });

  test('is opened again by an admin alone, and earlier bounces count no more', async () => {
    await closeIt();
    const admin = await as(people.admin);
    await expect(reopenAddress(await as(people.marek), { userId: people.anna })).rejects.toThrow('May not');
    expect(await closedAddressOf(admin, ANNA)).toMatchObject({ bounces: 3 });
    await reopenAddress(admin, { userId: people.anna });
    await reopenAddress(admin, { userId: people.anna });
    expect(await closedAddressOf(admin, ANNA)).toBeUndefined();
    const { deliveryId } = await told();
    expect((await delivery(deliveryId)).state).toBe('sent');
    await about(deliveryId);
    expect(await address()).toMatchObject({ hard_bounces: 1, undeliverable_since: null });
  });
});

describe('a mail that no server took', () => {
  const failing = (status: string | null): Post => ({
    deliver: async () => ({ result: 'refused', error: 'EENVELOPE: 550 no', status }),
  });
  const refused = async (status: string | null) => {
    const ticket = await raise();
    await dispatch();
    await db('deliveries').where({ state: 'pending' }).whereNot({ recipient_id: people.anna }).delete();
    await deliverDue(system, failing(status));
    return ticket;
  };

  test('since nobody has the address is told on the ticket and counts as come back', async () => {
    const ticket = await refused('5.1.1');
    const [event] = await eventsOf(ticket.id);
    expect(event).toMatchObject({ internal: true, data: { name: 'Anna Test', reason: 'userunknown' } });
    expect(await address()).toMatchObject({ hard_bounces: 1, last_status: '5.1.1' });
  });

  test('for what it says is told, and is not the address’s fault', async () => {
    const ticket = await refused(null);
    const [event] = await eventsOf(ticket.id);
    expect(event.data).toMatchObject({ reason: 'refused', diagnostic: 'EENVELOPE: 550 no' });
    expect(await address()).toBeUndefined();
  });
});
