import { expect, test } from 'vitest';
import { personId } from '../../../src/domain/access/actor.ts';
import type { Context } from '../../../src/domain/context.ts';
import { Conflict, Forbidden, Invalid } from '../../../src/domain/errors.ts';
import { pickUpTicket } from '../../../src/domain/tickets/assigning.ts';
import { changeTicket, type TicketChanges } from '../../../src/domain/tickets/changing.ts';
import { closeTicket, reopenTicket, resolveTicket } from '../../../src/domain/tickets/closing.ts';
import { addComment, type Then } from '../../../src/domain/tickets/commenting.ts';
import { findTicket, priorities, type Ticket } from '../../../src/domain/tickets/ticket.ts';
import { type Made, testWorld } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

/**
 * Four coordinators edit the same tickets at random and at once, with what they last read in hand. Whatever the
 * order was, the history must tell it without a gap, and a model of the rules that reads only the history must
 * arrive at the rows. A seed that once failed stays in this list; the last one is new each time.
 */
const SEEDS = [20261121, Date.now() % 1_000_000_007];
const EDITS = 500;
const TICKETS = 12;

/** What was wanted of a ticket as it was read, and the ticket that came back. */
type Seen = { by: number; before: Ticket; ticket: Ticket; wanted: Partial<Ticket> };
type Outcome = { acknowledged: Seen[]; comments: number[]; refused: number };

const world = await testWorld();
const { db, as, clock, makeTeam, makeUser, makeTicket, makeCategory } = world;
const it = await makeTeam();
const hr = await makeTeam();
const requester = await makeUser();
const people = await Promise.all(
  [[it], [it], [it, hr], [it, hr]].map(teams => makeUser({ role: 'coordinator', teams })),
);
const categories = [await makeCategory({ team: it }), await makeCategory({ team: hr })];

test.each(SEEDS)(
  'two thousand edits at once lose none and keep the rules (seed %i)',
  async seed => {
    const tickets = await Promise.all(
      Array.from({ length: TICKETS }, () => makeTicket({ by: requester, team: it })),
    );
    const outcomes = await Promise.all(people.map((person, i) => work(person, tickets, random(seed + i))));

    const acknowledged = outcomes.flatMap(outcome => outcome.acknowledged);
    expect(acknowledged.length).toBeGreaterThan(people.length * EDITS * 0.2);
    expect(
      outcomes.reduce((sum, { refused }) => sum + refused, 0),
      'some met',
    ).toBeGreaterThan(0);
    for (const { id } of tickets) await expectHistoryLeadsHere(id, acknowledged);
    const written = await db('comments')
      .whereIn(
        'ticket_id',
        tickets.map(each => each.id),
      )
      .pluck('id');
    expect(written.length).toBe(outcomes.flatMap(({ comments }) => comments).length + TICKETS);
    await expectInvariants(db);
  },
  120_000,
);

async function work(person: Made, tickets: Made[], chance: Chance): Promise<Outcome> {
  const ctx = await as(person);
  const outcome: Outcome = { acknowledged: [], comments: [], refused: 0 };
  const read = new Map<number, Ticket>();
  for (let i = 0; i < EDITS; i += 1) {
    const { id } = chance.of(tickets);
    // Half of the time with what was read before, as a page that stood open.
    const stale = read.get(id);
    try {
      const ticket = stale && chance.is(0.5) ? stale : await reread(ctx, id);
      read.set(id, ticket);
      await edit(ctx, ticket, chance, outcome);
    } catch (error) {
      if (!(error instanceof Conflict || error instanceof Forbidden || error instanceof Invalid)) {
        if ((error as Error).name !== 'NotFound') throw error;
      }
      outcome.refused += 1;
    }
  }
  return outcome;
}

async function reread(ctx: Context, id: number): Promise<Ticket> {
  const { number } = await db('tickets').where({ id }).first('number');
  return findTicket(ctx, number);
}

async function edit(ctx: Context, ticket: Ticket, chance: Chance, outcome: Outcome) {
  const change = async (wanted: TicketChanges) => {
    const replaces = Object.fromEntries(Object.keys(wanted).map(key => [key, ticket[key as keyof Ticket]]));
    const changed = await changeTicket(ctx, ticket, wanted, replaces);
    outcome.acknowledged.push({
      by: personId(ctx.actor)!,
      before: ticket,
      ticket: changed,
      wanted: wanted as Partial<Ticket>,
    });
  };
  const say = async (kind: 'reply' | 'note') => {
    const then = chance.of<Then>(['keep', 'keep', 'open', 'waiting', 'hold', 'solved']);
    const said = await addComment(ctx, ticket, {
      kind,
      body: `Said ${chance.whole(1e9)}`,
      then: kind === 'note' ? 'keep' : then,
    });
    outcome.comments.push(said.commentId);
  };
  const acts: (() => Promise<unknown>)[] = [
    () => change({ priority: chance.of(priorities) }),
    () => change({ status: chance.of(['new', 'open', 'in-progress', 'resolved']) }),
    () => change({ status: 'on-hold', waitingOn: chance.of(['requester', 'other'] as const) }),
    () => change({ assigneeId: chance.of([null, ...people.map(person => person.id)]) }),
    () => change({ teamId: chance.of([it.id, it.id, hr.id]) }),
    () => change({ subject: `Subject ${chance.whole(50)}`, priority: chance.of(priorities) }),
    () => change({ categoryId: chance.of([null, ...categories.map(category => category.id)]) }),
    () => say('reply'),
    () => say('note'),
    () => pickUpTicket(ctx, ticket),
    () => resolveTicket(ctx, ticket),
    () => reopenTicket(ctx, ticket),
    () => (chance.is(0.2) ? closeTicket(ctx, ticket) : reopenTicket(ctx, ticket)),
  ];
  await chance.of(acts)();
}

type Model = Record<string, unknown> & { needsReply: boolean; version: number };
type EventRow = {
  type: string;
  actor_id: number | null;
  changes: Record<string, [unknown, unknown]>;
  data: { statusKind?: string; verb: string };
};

/** Reads the events one after another; each must begin where the one before ended. */
async function expectHistoryLeadsHere(id: number, acknowledged: readonly Seen[]) {
  const events = await db('events')
    .where({ ticket_id: id })
    .orderBy('id')
    .select<EventRow[]>('type', 'actor_id', 'changes', 'data');
  const [row] = await db('tickets').where({ id });
  const state: Model = { needsReply: true, version: 1 };
  const fields = new Map<string, unknown>();
  const versions = new Map<number, { fields: Map<string, unknown>; event: EventRow }>();
  let kind = 'new';
  let requesterSpokeLast = true;
  for (const event of events) {
    if (event.type === 'reply.added') {
      requesterSpokeLast = event.actor_id === requester.id;
      state.needsReply = requesterSpokeLast;
    }
    if (event.type !== 'ticket.changed') continue;
    for (const [field, [from, to]] of Object.entries(event.changes)) {
      if (fields.has(field))
        expect(from, `${field} of ticket ${id}, version ${state.version}`).toEqual(fields.get(field));
      expect(to, `${field} was changed to something else`).not.toEqual(from);
      fields.set(field, to);
    }
    const after = event.data.statusKind ?? kind;
    const worked = after === 'new' || after === 'open';
    state.needsReply = worked && (state.needsReply || (kind === 'waiting' && requesterSpokeLast));
    kind = after;
    state.version += 1;
    versions.set(state.version, { fields: new Map(fields), event });
  }
  expect(row.version).toBe(state.version);
  expect(row.status_kind).toBe(kind);
  expect(row.needs_reply, `ticket ${id} owes a reply`).toBe(state.needsReply);
  expect(row.due_at !== null).toBe(state.needsReply);
  expect(row.waiting_on !== null).toBe(kind === 'waiting');
  expect(row.closed_at !== null).toBe(kind === 'closed');
  expect(row.updated_at <= clock.now()).toBe(true);
  for (const [field, value] of fields) expect(row[column(field)], field).toEqual(value);
  const known = new Set<number>();
  for (const seen of acknowledged.filter(one => one.ticket.id === id)) {
    const told = versions.get(seen.ticket.version);
    // A later edit of theirs that found all as wanted came back with the version of the first.
    const isFirst = !known.has(seen.ticket.version);
    if (told?.event.actor_id === seen.by) known.add(seen.ticket.version);
    for (const [field, value] of Object.entries(seen.wanted)) {
      const at = `${field} acknowledged at version ${seen.ticket.version}`;
      if (told?.fields.has(field)) expect(told.fields.get(field), at).toEqual(value);
      const mine = isFirst && told?.event.actor_id === seen.by && told.event.data.verb === 'changed';
      const change = mine ? told.event.changes[field] : undefined;
      // Nobody's change went under that the person had not seen.
      if (change) expect(change[0], at).toEqual(seen.before[field as keyof Ticket]);
    }
  }
}

const column = (field: string) => field.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);

type Chance = { of<T>(list: readonly T[]): T; is(share: number): boolean; whole(below: number): number };

/** The same numbers for the same seed (mulberry32). */
function random(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    of: list => list[Math.floor(next() * list.length)]!,
    is: share => next() < share,
    whole: below => Math.floor(next() * below),
  };
}
