import { describe, expect, test } from 'vitest';
import { cancelRun } from '../../../src/domain/bulk/ending.ts';
import { planRun, startRun } from '../../../src/domain/bulk/planning.ts';
import { findRun } from '../../../src/domain/bulk/run.ts';
import { runItems } from '../../../src/domain/bulk/running.ts';
import type { BulkTask } from '../../../src/domain/bulk/task.ts';
import { undoRun } from '../../../src/domain/bulk/undoing.ts';
import { workThroughRuns } from '../../../src/domain/bulk/working.ts';
import { createReply } from '../../../src/domain/replies/managing.ts';
import { changeTicket } from '../../../src/domain/tickets/changing.ts';
import { findTicket, type Ticket } from '../../../src/domain/tickets/ticket.ts';
import { type Made, testWorld, usualPeople } from '../../support/factories.ts';
import { expectInvariants } from '../../support/invariants.ts';

const world = await testWorld();
const { db, as, system, clock, makeTicket, reload, comment, follow, eventsOf, set } = world;
const { it, hr, employee, colleague, coordinator, stranger, admin } = await usualPeople(world);
const mate = await world.makeUser({ role: 'coordinator', teams: [it], firstName: 'Nadia' });
const SOURCE = { kind: 'ids' as const, back: '/queue/all' };

const tickets = async (n: number, values: Partial<Parameters<typeof makeTicket>[0]> = {}) => {
  const made: Ticket[] = [];
  for (let i = 0; i < n; i += 1) made.push(await makeTicket({ by: employee, team: it, ...values }));
  return made;
};
const plan = async (who: Made, task: BulkTask, ids: number[]) =>
  planRun(await as(who), { ...task, ids, source: SOURCE });
async function start(who: Made, task: BulkTask, of: readonly Made[]) {
  const run = await plan(
    who,
    task,
    of.map(one => one.id),
  );
  await startRun(await as(who), run);
  return run;
}
async function run(who: Made, task: BulkTask, of: readonly Made[]) {
  const { id } = await start(who, task, of);
  await runItems(await system(), id);
  return findRun(await as(who), id);
}
const undo = async (who: Made, id: number) => {
  const undone = await undoRun(await as(who), { id });
  await runItems(await system(), undone.id);
  return findRun(await as(who), undone.id);
};
const items = (id: number) => db('bulk_items').where({ run_id: id }).orderBy('position');

describe('each act', () => {
  test('assign: to me picks up, to somebody of the team, to nobody', async () => {
    const [one, two] = await tickets(2);
    const mine = await run(coordinator, { act: 'assign', parameters: { assigneeId: coordinator.id } }, [
      one!,
      two!,
    ]);
    expect(mine).toMatchObject({ state: 'done', counts: { changed: 2, refused: 0 } });
    expect(await reload(one!)).toMatchObject({ assigneeId: coordinator.id, status: 'open', version: 2 });
    await run(coordinator, { act: 'assign', parameters: { assigneeId: mate.id } }, [one!]);
    expect((await reload(one!)).assigneeId).toBe(mate.id);
    await run(coordinator, { act: 'assign', parameters: { assigneeId: null } }, [one!, two!]);
    expect((await reload(one!)).assigneeId).toBe(null);
    const foreign = await run(coordinator, { act: 'assign', parameters: { assigneeId: stranger.id } }, [
      one!,
    ]);
    expect(foreign.counts.refused).toBe(1);
    expect((await items(foreign.id))[0]).toMatchObject({ state: 'refused', reason: 'not-of-team' });
  });

  test('status, priority, category, team', async () => {
    const [one] = await tickets(1);
    const category = await world.makeCategory({ team: it });
    await run(coordinator, { act: 'status', parameters: { status: 'on-hold', waitingOn: 'requester' } }, [
      one!,
    ]);
    await run(coordinator, { act: 'priority', parameters: { priority: 'urgent' } }, [one!]);
    await run(coordinator, { act: 'category', parameters: { categoryId: category.id } }, [one!]);
    expect(await reload(one!)).toMatchObject({
      status: 'on-hold',
      waitingOn: 'requester',
      priority: 'urgent',
      categoryId: category.id,
      version: 4,
    });
    const moved = await run(coordinator, { act: 'team', parameters: { teamId: hr.id } }, [one!]);
    expect(moved.counts.changed).toBe(1);
    expect((await reload(one!)).teamId).toBe(hr.id);
  });

  test('tags are added and removed beside those that are there', async () => {
    const [one] = await tickets(1);
    await run(coordinator, { act: 'add-tags', parameters: { tags: ['VPN', 'home office'] } }, [one!]);
    const again = await run(coordinator, { act: 'add-tags', parameters: { tags: ['vpn'] } }, [one!]);
    expect(again.counts).toMatchObject({ changed: 0, unchanged: 1 });
    await run(coordinator, { act: 'remove-tags', parameters: { tags: ['vpn'] } }, [one!]);
    expect((await reload(one!)).tags).toEqual(['home office']);
  });

  test('a reply goes to each, keeps what was begun on one, and is refused where the ticket is closed', async () => {
    const [one, two] = await tickets(2);
    await changeTicket(await as(coordinator), two!, { status: 'closed' });
    await db('drafts').insert({
      user_id: coordinator.id,
      scope: `ticket:${one!.id}`,
      body: '{"body":"half"}',
    });
    const done = await run(
      coordinator,
      { act: 'reply', parameters: { body: 'Fixed for all.', then: 'solved' } },
      [one!, two!],
    );
    expect(done.counts).toMatchObject({ changed: 1, refused: 1 });
    expect((await reload(one!)).status).toBe('resolved');
    const said = await db('comments').where({ ticket_id: one!.id }).orderBy('id', 'desc').first();
    expect(said).toMatchObject({ body: 'Fixed for all.', kind: 'reply', author_id: coordinator.id });
    expect(await db('drafts').where({ user_id: coordinator.id, scope: `ticket:${one!.id}` })).toHaveLength(1);
  });

  test('a note, solving, closing, spam and following', async () => {
    const [one, two] = await tickets(2);
    await run(coordinator, { act: 'note', parameters: { body: 'Known fault' } }, [one!]);
    await run(coordinator, { act: 'solve', parameters: {} }, [one!]);
    const closed = await run(coordinator, { act: 'close', parameters: {} }, [one!]);
    expect(closed.counts.changed).toBe(1);
    const again = await run(coordinator, { act: 'close', parameters: {} }, [one!]);
    expect(await items(again.id)).toMatchObject([{ state: 'unchanged', reason: 'closed' }]);
    await run(coordinator, { act: 'follow', parameters: {} }, [two!]);
    expect(await db('ticket_followers').where({ ticket_id: two!.id, user_id: coordinator.id })).toHaveLength(
      1,
    );
    await run(coordinator, { act: 'spam', parameters: {} }, [two!]);
    expect((await reload(two!)).spamAt).not.toBe(null);
  });
});

test('each ticket has its own event, and the run one line in the audit', async () => {
  const [one, two] = await tickets(2);
  const { id } = await run(coordinator, { act: 'priority', parameters: { priority: 'high' } }, [one!, two!]);
  for (const ticket of [one!, two!]) {
    const last = (await eventsOf(ticket)).at(-1);
    expect(last).toMatchObject({
      type: 'ticket.changed',
      actor_id: coordinator.id,
      request_id: `bulk-${id}`,
    });
  }
  const audit = await db('events').where({ type: 'bulk.ran', object_id: id });
  expect(audit).toMatchObject([
    { actor_id: coordinator.id, data: { act: 'priority', total: 2, changed: 2 } },
  ]);
});

describe('whose tickets', () => {
  test('foreign and absent ones are missing alike, and none is kept', async () => {
    const [own] = await tickets(1);
    const [foreign] = await tickets(1, { team: hr });
    const { id } = await run(coordinator, { act: 'priority', parameters: { priority: 'low' } }, [
      own!,
      foreign!,
      { id: 999_999 },
    ]);
    expect(await findRun(await as(coordinator), id)).toMatchObject({ total: 1, missing: 2 });
    expect((await items(id)).map(item => item.ticket_id)).toEqual([own!.id]);
    expect((await reload(foreign!)).version).toBe(1);
  });

  test('one that is only watched is seen and refused', async () => {
    const [watched] = await tickets(1, { team: hr });
    await db('ticket_watchers').insert({ ticket_id: watched!.id, user_id: coordinator.id });
    const { id } = await run(coordinator, { act: 'close', parameters: {} }, [watched!]);
    expect(await items(id)).toMatchObject([{ state: 'refused', reason: 'not-yours' }]);
    expect((await reload(watched!)).status).toBe('new');
  });

  test('a run is its owner’s and the admins’; what is only planned is nobody else’s', async () => {
    const [one] = await tickets(1);
    const planned = await plan(coordinator, { act: 'close', parameters: {} }, [one!.id]);
    await expect(findRun(await as(mate), planned.id)).rejects.toThrow('No such run');
    await expect(findRun(await as(admin), planned.id)).rejects.toThrow('No such run');
    await expect(startRun(await as(mate), planned)).rejects.toThrow('No such run');
    await startRun(await as(coordinator), planned);
    expect((await findRun(await as(admin), planned.id)).state).toBe('running');
    await expect(cancelRun(await as(mate), planned)).rejects.toThrow('No such run');
    await expect(findRun(await as(employee), planned.id)).rejects.toThrow('May not');
    await cancelRun(await as(admin), planned);
    expect((await findRun(await as(coordinator), planned.id)).state).toBe('cancelled');
  });
});

describe('rights are those of the moment', () => {
  test('a suspension or a lost role ends the run, with what is left untouched', async () => {
    for (const loss of [{ status: 'suspended' }, { role: 'employee' }]) {
      const who = await world.makeUser({ role: 'coordinator', teams: [it] });
      const all = await tickets(3);
      const { id } = await start(who, { act: 'priority', parameters: { priority: 'high' } }, all);
      await runItems(await system(), id, { limit: 1 });
      await db('users').where({ id: who.id }).update(loss);
      await runItems(await system(), id);
      expect(await findRun(await as(admin), id)).toMatchObject({
        state: 'cancelled',
        stopReason: 'rights',
        counts: { changed: 1, waiting: 2 },
      });
    }
  });

  test('a person who leaves the team meanwhile is refused ticket by ticket', async () => {
    const who = await world.makeUser({ role: 'coordinator', teams: [it, hr] });
    const all = await tickets(2);
    const { id } = await start(who, { act: 'close', parameters: {} }, all);
    await db('team_members').where({ user_id: who.id, team_id: it.id }).delete();
    await runItems(await system(), id);
    expect((await items(id)).map(item => item.reason)).toEqual(['not-found', 'not-found']);
  });
});

describe('nothing happens twice', () => {
  test('a run that broke off goes on where it was, and two runners share it', async () => {
    const all = await tickets(12);
    const { id } = await start(coordinator, { act: 'note', parameters: { body: 'Once' } }, all);
    await runItems(await system(), id, { limit: 3 });
    expect((await findRun(await as(coordinator), id)).counts).toMatchObject({ changed: 3, waiting: 9 });
    await Promise.all(Array.from({ length: 4 }, async () => runItems(await system(), id)));
    expect(await findRun(await as(coordinator), id)).toMatchObject({
      state: 'done',
      counts: { changed: 12 },
    });
    const notes = await db('comments')
      .whereIn(
        'ticket_id',
        all.map(one => one.id),
      )
      .where({ kind: 'note' });
    expect(notes).toHaveLength(12);
    expect(await db('events').where({ type: 'bulk.ran', object_id: id })).toHaveLength(1);
  });

  test('a ticket that is locked too long is tried again, and then let go', async () => {
    const [one, two] = await tickets(2);
    await db.raw(`create function refuse() returns trigger language plpgsql as $$ begin if new.id = ${one!.id} then raise exception 'broken'; end if; return new; end $$;
      create trigger refuse before update on tickets for each row execute function refuse();`);
    const done = await run(coordinator, { act: 'priority', parameters: { priority: 'low' } }, [one!, two!]);
    await db.raw('drop trigger refuse on tickets; drop function refuse()');
    expect(done.counts).toMatchObject({ changed: 1, refused: 1 });
    expect((await items(done.id))[0]).toMatchObject({ reason: 'failed', attempts: 3 });
  });

  test('the worker takes up large runs, and small ones whose person is gone', async () => {
    const large = await start(
      coordinator,
      { act: 'priority', parameters: { priority: 'low' } },
      await tickets(21),
    );
    const small = await start(
      coordinator,
      { act: 'priority', parameters: { priority: 'low' } },
      await tickets(1),
    );
    const left = await start(
      coordinator,
      { act: 'priority', parameters: { priority: 'low' } },
      await tickets(1),
    );
    await db('bulk_runs').where({ id: small.id }).update({ started_at: new Date() });
    await db('bulk_runs')
      .where({ id: left.id })
      .update({ started_at: new Date(Date.now() - 60_000) });
    await workThroughRuns(await system());
    const ctx = await as(coordinator);
    expect((await findRun(ctx, large.id)).state).toBe('done');
    expect((await findRun(ctx, left.id)).state).toBe('done');
    expect((await findRun(ctx, small.id)).state).toBe('running');
    await runItems(await system(), small.id);
  });

  test('a cancelled run leaves the rest alone', async () => {
    const all = await tickets(3);
    const { id } = await start(coordinator, { act: 'close', parameters: {} }, all);
    await runItems(await system(), id, { limit: 1 });
    await cancelRun(await as(coordinator), { id });
    await runItems(await system(), id);
    expect(await findRun(await as(coordinator), id)).toMatchObject({
      state: 'cancelled',
      stopReason: 'asked',
      counts: { changed: 1, waiting: 2 },
    });
  });
});

describe('undo', () => {
  test('parts what was merged; tickets of two people are merged only by who says so', async () => {
    const [one, two, target] = await tickets(3);
    const [other] = await tickets(1, { by: colleague });
    const all = [one!, two!, target!, other!];
    const task = { targetId: target!.id, acrossRequesters: false };
    const merged = await run(coordinator, { act: 'merge', parameters: task }, all);
    expect(merged.counts).toMatchObject({ changed: 2, unchanged: 1, refused: 1 });
    expect((await items(merged.id)).map(item => item.reason)).toEqual([null, null, 'target', 'two-people']);
    expect((await reload(one!)).mergedInto).toBe(target!.number);
    expect((await undo(coordinator, merged.id)).counts.changed).toBe(2);
    expect(await reload(one!)).toMatchObject({ mergedInto: null, status: 'new' });
  });

  test('a merge of many lets nobody read more: who watches a source does not see the target', async () => {
    const [source, target] = await tickets(2);
    await db('ticket_watchers').insert({ ticket_id: source!.id, user_id: colleague.id });
    const task = { targetId: target!.id, acrossRequesters: false };
    expect((await run(coordinator, { act: 'merge', parameters: task }, [source!])).counts.changed).toBe(1);
    await expect(findTicket(await as(colleague), target!.number)).rejects.toThrow();
    expect((await findTicket(await as(colleague), source!.number)).id).toBe(source!.id);
  });

  test('takes back what a macro changed; what it said stays', async () => {
    const [one] = await tickets(1);
    const macro = await createReply(await as(coordinator), {
      name: 'Network is down',
      folder: '',
      body: 'Hello {{requester.first_name}}, we are at it.',
      says: 'reply',
      scope: 'own',
      teamId: null,
      actions: { priority: 'urgent', addTags: ['network'] },
    });
    const { id } = await run(coordinator, { act: 'macro', parameters: { macroId: macro.id } }, [one!]);
    expect(await reload(one!)).toMatchObject({ priority: 'urgent', tags: ['network'] });
    await undo(coordinator, id);
    expect(await reload(one!)).toMatchObject({ priority: 'medium', tags: [] });
    const said = await db('comments').where({ ticket_id: one!.id }).orderBy('id', 'desc').first();
    expect(said.body).toBe('Hello Jonas, we are at it.');
  });

  test('puts each field back, once, as a run of its own', async () => {
    const [one, two] = await tickets(2);
    const { id } = await run(coordinator, { act: 'assign', parameters: { assigneeId: coordinator.id } }, [
      one!,
      two!,
    ]);
    const undone = await undo(coordinator, id);
    expect(undone).toMatchObject({ act: 'undo', undoOf: id, state: 'done', counts: { changed: 2 } });
    expect(await reload(one!)).toMatchObject({ assigneeId: null, status: 'new', version: 3 });
    expect(await findRun(await as(coordinator), id)).toMatchObject({
      state: 'undone',
      undoneBy: undone.id,
      counts: { undone: 2 },
    });
    expect((await undoRun(await as(coordinator), { id })).id).toBe(undone.id);
  });

  test('leaves alone what somebody changed since, and says so', async () => {
    const [one, two] = await tickets(2);
    const { id } = await run(coordinator, { act: 'priority', parameters: { priority: 'urgent' } }, [
      one!,
      two!,
    ]);
    await changeTicket(await as(mate), await findTicket(await as(mate), one!.number), { priority: 'low' });
    const undone = await undo(coordinator, id);
    expect(undone.counts).toMatchObject({ changed: 1, refused: 1 });
    expect((await items(undone.id))[0]).toMatchObject({ state: 'refused', reason: 'changed-since' });
    expect((await reload(one!)).priority).toBe('low');
    expect((await reload(two!)).priority).toBe('medium');
  });

  test('gives back the reply that was owed when a ticket was solved', async () => {
    const [one] = await tickets(1);
    const { dueAt } = one!;
    const { id } = await run(coordinator, { act: 'solve', parameters: {} }, [one!]);
    expect((await reload(one!)).needsReply).toBe(false);
    await undo(coordinator, id);
    expect(await reload(one!)).toMatchObject({ status: 'new', needsReply: true, dueAt });
  });

  test('brings tickets back from a team the person does not work', async () => {
    const [one] = await tickets(1);
    const { id } = await run(coordinator, { act: 'team', parameters: { teamId: hr.id } }, [one!]);
    await expect(findTicket(await as(coordinator), one!.number)).rejects.toThrow();
    expect((await undo(coordinator, id)).counts.changed).toBe(1);
    expect((await reload(one!)).teamId).toBe(it.id);
  });

  test('takes spam and following back', async () => {
    const [one] = await tickets(1);
    const followed = await run(coordinator, { act: 'follow', parameters: {} }, [one!]);
    await undo(coordinator, followed.id);
    expect(await db('ticket_followers').where({ ticket_id: one!.id, user_id: coordinator.id })).toHaveLength(
      0,
    );
    const spam = await run(coordinator, { act: 'spam', parameters: {} }, [one!]);
    await undo(coordinator, spam.id);
    expect((await reload(one!)).spamAt).toBe(null);
  });

  test('is not offered for messages, nor after a day', async () => {
    const [one] = await tickets(1);
    const said = await run(coordinator, { act: 'note', parameters: { body: 'Said' } }, [one!]);
    await expect(undoRun(await as(coordinator), said)).rejects.toThrow();
    const old = await run(coordinator, { act: 'priority', parameters: { priority: 'low' } }, [one!]);
    clock.advance({ hours: 25 });
    await expect(undoRun(await as(coordinator), old)).rejects.toThrow();
  });
});

test('the whole state holds together afterwards', async () => {
  await comment(employee, (await tickets(1))[0]!);
  await set({ pageSize: 20 });
  await follow();
  await expectInvariants(db);
});
