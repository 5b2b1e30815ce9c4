import { expect, test } from 'vitest';
import { releaseForAbsent } from '../../../src/domain/assignment/releasing.ts';
import type { Tx } from '../../../src/domain/context.ts';
import { NotFound } from '../../../src/domain/errors.ts';
import { releaseTicketsOf } from '../../../src/domain/tickets/assigning.ts';
import { addComment } from '../../../src/domain/tickets/commenting.ts';
import { mergeTickets } from '../../../src/domain/tickets/merging.ts';
import { markSpam } from '../../../src/domain/tickets/spamming.ts';
import { findTicket, lockTicket } from '../../../src/domain/tickets/ticket.ts';
import { undoMerge } from '../../../src/domain/tickets/unmerging.ts';
import { addWatcher, removeWatcher } from '../../../src/domain/tickets/watching.ts';
import { eventually } from '../../support/eventually.ts';
import { type Made, testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, makeTicket, reload, system } = world;
const { it, hr, employee, colleague, coordinator, admin } = await usualPeople(world);
const raise = () => makeTicket({ by: employee, team: it });

/** One transaction has the ticket; `act` waits for it; what the first one does meanwhile is committed before `act` goes on. */
async function behind<Result>(
  ticket: Made,
  act: () => Promise<Result>,
  meanwhile: (tx: Tx) => Promise<unknown>,
): Promise<PromiseSettledResult<Result>> {
  let acting: Promise<PromiseSettledResult<Result>[]> | undefined;
  await (await system()).transaction(async tx => {
    await lockTicket(tx, ticket);
    acting = Promise.allSettled([act()]);
    await eventually(async () => {
      const { rows } = await db.raw(
        `select 1 from pg_locks l join pg_stat_activity a on a.pid = l.pid
         where not l.granted and a.datname = current_database()`,
      );
      return rows.length > 0;
    });
    await meanwhile(tx);
  });
  return (await acting)![0]!;
}

/** The same transaction, in somebody's name. */
const inNameOf = async (tx: Tx, who: Made): Promise<Tx> => {
  const inside: Tx = { ...tx, actor: (await as(who)).actor, transaction: work => work(inside) };
  return inside;
};

test('who was taken off the ticket meanwhile does not answer it any more', async () => {
  const ticket = await raise();
  await addWatcher(await as(employee), ticket, colleague.email);
  const theirs = await findTicket(await as(colleague), ticket.number);
  const answer = async () => addComment(await as(colleague), theirs, { kind: 'reply', body: 'Me too' });
  const outcome = await behind(ticket, answer, async tx =>
    removeWatcher(await inNameOf(tx, employee), await lockTicket(tx, ticket), colleague.id),
  );
  expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(NotFound) });
  expect(await db('comments').where({ ticket_id: ticket.id, author_id: colleague.id })).toEqual([]);
});

test('a ticket that somebody took from who leaves stays theirs', async () => {
  const ticket = await raise();
  await db('tickets').where({ id: ticket.id }).update({ assignee_id: coordinator.id });
  const release = async () => (await system()).transaction(tx => releaseTicketsOf(tx, coordinator.id));
  const outcome = await behind(ticket, release, tx =>
    tx.db('tickets').where({ id: ticket.id }).update({ assignee_id: admin.id }),
  );
  expect(outcome).toEqual({ status: 'fulfilled', value: 0 });
  expect((await reload(ticket)).assigneeId).toBe(admin.id);
});

test('of who left a team, a ticket that went along to another one of theirs stays with them', async () => {
  const ticket = await raise();
  const both = await world.makeUser({ role: 'coordinator', teams: [it, hr] });
  await db('tickets').where({ id: ticket.id }).update({ assignee_id: both.id });
  const release = async () => (await system()).transaction(tx => releaseTicketsOf(tx, both.id, [it.id]));
  await behind(ticket, release, tx => tx.db('tickets').where({ id: ticket.id }).update({ team_id: hr.id }));
  expect(await reload(ticket)).toMatchObject({ assigneeId: both.id, teamId: hr.id });
});

test('of who is away, a ticket that went to a team without such a rule stays with them', async () => {
  const away = await world.makeUser({ role: 'coordinator', teams: [it, hr] });
  const ticket = await raise();
  await db('tickets').where({ id: ticket.id }).update({ assignee_id: away.id, needs_reply: true });
  await db('users')
    .where({ id: away.id })
    .update({ away_since: new Date(world.clock.now().getTime() - 9 * 3_600_000) });
  await db('team_assignments').insert({ team_id: it.id, method: 'round-robin', away_hours: 1 });
  const release = async () => releaseForAbsent(await system());
  await behind(ticket, release, tx => tx.db('tickets').where({ id: ticket.id }).update({ team_id: hr.id }));
  expect(await reload(ticket)).toMatchObject({ assigneeId: away.id, teamId: hr.id });
  await db('team_assignments').delete();
});

test('an undo takes back the merge it was meant for, not one that was made meanwhile', async () => {
  const [source, first, second] = [await raise(), await raise(), await raise()];
  const marek = await as(coordinator);
  await mergeTickets(marek, source, first);
  const seen = await reload(source);
  const outcome = await behind(
    source,
    () => undoMerge(marek, seen),
    async tx => {
      const inside = await inNameOf(tx, coordinator);
      const parted = await undoMerge(inside, seen);
      await mergeTickets(inside, parted, second);
    },
  );
  expect(outcome.status).toBe('rejected');
  expect((await reload(source)).mergedInto).toBe(second.number);
  await expectInvariants(db);
});

test('who does not work the ticket any more does not mark it as spam', async () => {
  const ticket = await raise();
  await addWatcher(await as(employee), ticket, colleague.email);
  const mine = await findTicket(await as(coordinator), ticket.number);
  const outcome = await behind(
    ticket,
    async () => markSpam(await as(coordinator), mine, true),
    async tx => {
      await tx.db('tickets').where({ id: ticket.id }).update({ team_id: hr.id });
      await tx.db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: coordinator.id });
    },
  );
  expect(outcome.status).toBe('rejected');
  expect((await reload(ticket)).spamAt).toBeNull();
});
