import { describe, expect, test } from 'vitest';
import { isPerson, type Person } from '../../../src/domain/access/actor.ts';
import { can } from '../../../src/domain/policies.ts';
import { visibleTickets } from '../../../src/domain/tickets/finding.ts';
import {
  seesTicket,
  type TicketRelation,
  type TicketSubjects,
  worksTicket,
} from '../../../src/domain/tickets/policy.ts';
import type { StatusKind } from '../../../src/domain/tickets/status.ts';
import { type Made, testWorld } from '../../support/factories.ts';

/**
 * Who may do what with a ticket: this table is the document of our access rules. A line is who somebody is to the
 * ticket; a letter stands for an action, in the ticket's three phases: being worked, solved, closed.
 */
const LETTERS: Record<string, keyof TicketSubjects> = {
  S: 'ticket.read', // sees the conversation
  W: 'ticket.work', // sees notes and properties
  r: 'ticket.reply',
  n: 'ticket.note',
  p: 'ticket.change',
  a: 'ticket.assign',
  s: 'ticket.resolve',
  c: 'ticket.close',
  o: 'ticket.reopen',
  y: 'ticket.confirm',
  x: 'ticket.withdraw',
  u: 'ticket.follow-up',
  f: 'ticket.watch',
  j: 'ticket.spam',
  d: 'ticket.redact',
};

const NOTHING = ['', '', ''] as const;
const READS = ['S', 'S', 'S'] as const;
const REQUESTER = ['S r x', 'S r o y', 'S u'] as const;
const WATCHER = ['S r', 'S r', 'S'] as const;
const WORKS = ['S W r n p a s c j f', 'S W r n p a c o j f', 'S W n p a o j f'] as const;
const also = (rights: readonly string[], more: string) => rights.map(each => `${each} ${more}`);

const TABLE: Record<string, readonly string[]> = {
  'employee who asked': REQUESTER,
  'employee who watches': WATCHER,
  'employee who manages the department of who asked': READS,
  'employee who has nothing to do with it': NOTHING,
  'coordinator of the team': WORKS,
  'coordinator of the team who watches': WORKS,
  'coordinator of the team who asked': [
    'S W r n p a s c j f x',
    'S W r n p a c o j f y',
    'S W n p a o j f u',
  ],
  'coordinator of another team': NOTHING,
  'coordinator of another team who asked': REQUESTER,
  'coordinator of another team who watches': WATCHER,
  'coordinator of another team who manages the department of who asked': READS,
  'coordinator of another team, who works all': WORKS,
  'coordinator of another team, who works all and asked': REQUESTER,
  'coordinator of another team, who works all and watches': WATCHER,
  'coordinator, of a ticket without team': WORKS,
  'coordinator who asked, of a ticket without team': REQUESTER,
  'coordinator who watches, of a ticket without team': WATCHER,
  'admin of no team': also(WORKS, 'd'),
  'admin of the team who asked': [
    'S W r n p a s c j d f x',
    'S W r n p a c o j d f y',
    'S W n p a o j d f u',
  ],
  'admin who asked another team': REQUESTER,
  'admin who watches another team’s': WATCHER,
  'admin who asked, of a ticket without team': REQUESTER,
};

const world = await testWorld();
const { db, as, makeUser, makeTeam, makeTicket } = world;
const team = await makeTeam();
const otherTeam = await makeTeam();
const kinds: StatusKind[] = ['open', 'resolved', 'closed'];
const statusOf: Record<string, string> = { open: 'open', resolved: 'resolved', closed: 'closed' };

/** The person of a line and a ticket that stands to them as the line says, made for real. */
async function made(line: string) {
  const role = /^(employee|coordinator|admin)/.exec(line)?.[0] as Person['role'];
  const ofTeam = /of the team/.test(line);
  const someone = await makeUser({
    role,
    teams: role === 'employee' ? [] : ofTeam ? [team] : role === 'coordinator' ? [otherTeam] : [],
  });
  const department = await world.makeDepartment(/manages/.test(line) ? someone : undefined);
  const requester = / asked/.test(line.replace('of who asked', ''))
    ? someone
    : await makeUser({ department });
  const ticket = await makeTicket({ by: requester, team: /without team/.test(line) ? null : team });
  if (/watches/.test(line)) await db('ticket_watchers').insert({ ticket_id: ticket.id, user_id: someone.id });
  await world.set({ coordinatorsWorkAllTeams: /works all/.test(line) });
  return { someone, ticket };
}

/** What the database says of this person and this ticket, by the scope that all lists and pages use. */
async function bySql(who: Made, ticketId: number) {
  const ctx = await as(who);
  const scope = visibleTickets(ctx);
  const [row] = await scope.read<{ sees: boolean; works: boolean; watching: boolean; managing: boolean }>(
    db,
    `select ${scope.visible} as sees, ${scope.works} as works, ${scope.relation} from tickets t where t.id = :id`,
    { id: ticketId },
  );
  if (!row || !isPerson(ctx.actor)) throw new Error('No such ticket');
  return { ...row, actor: ctx.actor };
}

describe.each(Object.entries(TABLE))('%s', (line, rights) => {
  test('may do what the table says, and the database says the same', async () => {
    const { someone, ticket } = await made(line);
    for (const [i, statusKind] of kinds.entries()) {
      await db('tickets')
        .where({ id: ticket.id })
        .update({ status: statusOf[statusKind], status_kind: statusKind, needs_reply: false, due_at: null });
      const { actor, sees, works, watching, managing } = await bySql(someone, ticket.id);
      const relation: TicketRelation = {
        requesterId: ticket.requesterId,
        teamId: ticket.teamId,
        statusKind,
        watching,
        managing,
      };
      const allowed = Object.keys(LETTERS).filter(letter => can(actor, LETTERS[letter]!, relation as never));
      const wanted = (rights[i] ?? '').split(/\s+/).filter(Boolean);
      expect(new Set(allowed), statusKind).toEqual(new Set(wanted));
      expect({ sees, works }).toEqual({
        sees: seesTicket(actor, relation),
        works: worksTicket(actor, relation),
      });
      expect({ sees, works }).toEqual({ sees: wanted.includes('S'), works: wanted.includes('W') });
    }
  });
});

test('the table names every action on a ticket', () => {
  const withoutSubject = [
    ...['ticket.create', 'ticket.create-for', 'ticket.list', 'queue.read'],
    ...['time.track', 'time.report', 'template.manage'],
  ];
  const all = import('../../../src/domain/tickets/policy.ts').then(({ ticketPolicy }) =>
    Object.keys(ticketPolicy).filter(action => !withoutSubject.includes(action)),
  );
  return expect(all.then(actions => actions.sort())).resolves.toEqual(Object.values(LETTERS).sort());
});

test('what needs no ticket: all may ask, the desk reads the queue and asks for others', async () => {
  const rights = async (role: Person['role']) => {
    const { actor } = await as(await makeUser({ role }));
    return (['ticket.create', 'ticket.list', 'ticket.create-for', 'queue.read'] as const).filter(action =>
      can(actor, action),
    );
  };
  expect(await rights('employee')).toEqual(['ticket.create', 'ticket.list']);
  for (const role of ['coordinator', 'admin'] as const)
    expect(await rights(role)).toEqual(['ticket.create', 'ticket.list', 'ticket.create-for', 'queue.read']);
});

test('who is suspended, waits or was turned away cannot even be somebody', async () => {
  for (const status of ['suspended', 'pending', 'rejected'] as const)
    await expect(as(await makeUser({ role: 'admin', status }))).rejects.toThrow('may not sign in');
});

test('nobody who is not signed in may do anything, and sees nothing', async () => {
  const ctx = await world.stranger();
  const ticket = await makeTicket({ by: await makeUser(), team: null });
  for (const action of Object.values(LETTERS)) expect(can(ctx.actor, action, ticket as never)).toBe(false);
  const scope = visibleTickets(ctx);
  expect(await scope.read(db, `select 1 from tickets t where ${scope.visible} or ${scope.works}`)).toEqual(
    [],
  );
});

test('a team that was archived gives no rights any more', async () => {
  const old = await makeTeam();
  const someone = await makeUser({ role: 'coordinator', teams: [old] });
  const ticket = await makeTicket({ by: await makeUser(), team: old });
  expect(await bySql(someone, ticket.id)).toMatchObject({ works: true });
  await db('teams').where({ id: old.id }).update({ archived_at: new Date() });
  expect(await bySql(someone, ticket.id)).toMatchObject({ sees: false, works: false });
});
