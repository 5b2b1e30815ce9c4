import type { Person, Role } from '../access/actor.ts';
import type { Tx } from '../context.ts';
import type { DomainEvent } from '../events/dispatching.ts';
import { type TicketRelation, worksTicket } from '../tickets/policy.ts';
import type { StatusKind, WaitingOn } from '../tickets/status.ts';
import { mentionsOf } from './recipients.ts';

/** A ticket as it is now, and the people whom news of it may concern. */
export type Facts = {
  ticketId: number;
  requesterId: number;
  assigneeId: number | null;
  statusKind: StatusKind;
  waitingOn: WaitingOn | null;
  isSpam: boolean;
  /** Who watches it, and who of the desk follows it. */
  watcherIds: readonly number[];
  /** Of requester, assignee, watchers and whoever acted: those who may work it, and so read its notes. */
  workerIds: ReadonlySet<number>;
  /** Who picks it up while nobody owns it: its team, or, without a team, all coordinators. */
  deskIds: readonly number[];
  /** Its team gives tickets out by itself. */
  findsOwner: boolean;
  /** What the requester reads for each status. */
  employeeWords: ReadonlyMap<string, string>;
};

type TicketRow = {
  id: number;
  requesterId: number;
  teamId: number | null;
  assigneeId: number | null;
  statusKind: StatusKind;
  waitingOn: WaitingOn | null;
  spamAt: Date | null;
  findsOwner: boolean;
  watcherIds: number[];
  followerIds: number[];
};

type PersonRow = { id: number; role: Role; teamIds: number[] };

export async function factsOf(
  tx: Tx,
  event: DomainEvent,
  words: Map<string, string>,
): Promise<Facts | undefined> {
  const { rows } = await tx.db.raw<{ rows: TicketRow[] }>(
    `select t.id, t.requester_id as "requesterId", t.team_id as "teamId", t.assignee_id as "assigneeId",
            t.status_kind as "statusKind", t.waiting_on as "waitingOn", t.spam_at as "spamAt",
            exists (select 1 from team_assignments a where a.team_id = t.team_id and a.method <> 'off') as "findsOwner",
            array(select w.user_id from ticket_watchers w where w.ticket_id = t.id) as "watcherIds",
            array(select f.user_id from ticket_followers f where f.ticket_id = t.id) as "followerIds"
     from tickets t where t.id = ?`,
    [event.ticketId],
  );
  const [ticket] = rows;
  if (!ticket) return undefined;
  const { watcherIds, followerIds } = ticket;
  const involved = [
    ticket.requesterId,
    ticket.assigneeId,
    event.actorId,
    ...mentionsOf(event),
    ...watcherIds,
    ...followerIds,
  ].filter(id => id !== null);
  const people = await peopleOf(tx, involved);
  const workerIds = new Set(people.filter(person => works(tx, person, ticket)).map(person => person.id));
  return {
    ticketId: ticket.id,
    requesterId: ticket.requesterId,
    assigneeId: ticket.assigneeId,
    statusKind: ticket.statusKind,
    waitingOn: ticket.waitingOn,
    isSpam: ticket.spamAt !== null,
    findsOwner: ticket.findsOwner && ticket.assigneeId === null,
    // Following gives no sight of it: who does not work it any more is told nothing.
    watcherIds: [...watcherIds, ...followerIds.filter(id => workerIds.has(id))],
    workerIds,
    deskIds: ticket.assigneeId === null ? await deskOf(tx, ticket.teamId) : [],
    employeeWords: words,
  };
}

export async function employeeWords(tx: Tx): Promise<Map<string, string>> {
  const rows = await tx
    .db('statuses')
    .select<{ key: string; employee_name: string }[]>('key', 'employee_name');
  return new Map(rows.map(row => [row.key, row.employee_name]));
}

async function peopleOf(tx: Tx, ids: number[]): Promise<PersonRow[]> {
  const { rows } = await tx.db.raw<{ rows: PersonRow[] }>(
    `select u.id, u.role,
            array(select m.team_id from team_members m join teams t on t.id = m.team_id and t.archived_at is null
                  where m.user_id = u.id) as "teamIds"
     from users u where u.id = any(?::bigint[]) and u.status = 'active'`,
    [ids],
  );
  return rows;
}

function works(tx: Tx, row: PersonRow, ticket: TicketRow): boolean {
  const person: Person = {
    kind: 'person',
    ...row,
    email: null,
    firstName: '',
    lastName: '',
    departmentId: null,
    managedDepartmentIds: [],
    worksAllTeams: tx.settings.coordinatorsWorkAllTeams,
    locale: null,
    timeZone: null,
    shortcuts: false,
    unread: 0,
  };
  const relation: TicketRelation = {
    requesterId: ticket.requesterId,
    teamId: ticket.teamId,
    statusKind: ticket.statusKind,
    watching: ticket.watcherIds.includes(row.id),
    managing: false,
  };
  return worksTicket(person, relation);
}

async function deskOf(tx: Tx, teamId: number | null): Promise<number[]> {
  const { rows } = await tx.db.raw<{ rows: { id: number }[] }>(
    teamId === null
      ? `select id from users where status = 'active' and role = 'coordinator' order by id limit 200`
      : `select u.id from team_members m join users u on u.id = m.user_id
         where m.team_id = ? and u.status = 'active' and u.role in ('coordinator', 'admin') order by u.id limit 200`,
    teamId === null ? [] : [teamId],
  );
  return rows.map(row => row.id);
}
