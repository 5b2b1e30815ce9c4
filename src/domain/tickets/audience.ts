import type { Knex } from 'knex';
import { query } from '../../db/knex.ts';
import type { Person, Role } from '../access/actor.ts';
import { isStaff } from '../access/actor.ts';
import { seesTicket, type TicketRelation, worksTicket } from './policy.ts';
import type { StatusKind } from './status.ts';

/** Somebody at an open page: their session as it was when the page's stream began. */
export type Listening = { userId: number; epoch: number; deviceId: number | null };
export type Happened = { id: number; ticketId: number; commentId: number | null };

type PersonRow = Pick<Person, 'id' | 'teamIds' | 'managedDepartmentIds'> & { role: Role; epoch: number };
type TicketRow = {
  id: number;
  requesterId: number;
  teamId: number | null;
  statusKind: StatusKind;
  departmentId: number | null;
  watchers: number[];
  newest: number | null;
};
type EventRow = Happened & { type: string; internal: boolean; forEmployees: boolean };
type Row = {
  people: PersonRow[];
  ended: number[];
  tickets: TicketRow[];
  events: EventRow[];
  worksAllTeams: boolean | null;
};

/** Everything that decides who may know of what, for any number of people and tickets, in one statement. */
const FACTS = `
  select
    (select coalesce(json_agg(p), '[]') from (
       select u.id, u.role, u.session_epoch as epoch,
              array(select m.team_id from team_members m join teams tm on tm.id = m.team_id and tm.archived_at is null
                    where m.user_id = u.id) as "teamIds",
              array(select d.id from departments d where d.manager_id = u.id) as "managedDepartmentIds"
       from users u where u.id = any(?::bigint[]) and u.status = 'active') as p) as people,
    (select coalesce(json_agg(d.id), '[]') from user_sessions d
     where d.id = any(?::bigint[]) and d.ended_at is not null) as ended,
    (select coalesce(json_agg(x), '[]') from (
       select t.id, t.requester_id as "requesterId", t.team_id as "teamId", t.status_kind as "statusKind",
              r.department_id as "departmentId",
              array(select w.user_id from ticket_watchers w where w.ticket_id = t.id) as watchers,
              (select max(e.id) from events e where e.ticket_id = t.id) as newest
       from tickets t join users r on r.id = t.requester_id where t.id = any(?::bigint[])) as x) as tickets,
    (select coalesce(json_agg(e), '[]') from (
       select id, ticket_id as "ticketId", comment_id as "commentId", type, internal,
              jsonb_exists_any(changes, array['status', 'assigneeId']) as "forEmployees"
       from events where id = any(?::bigint[]) order by id) as e) as events,
    (select s.value from settings s where s.key = 'coordinatorsWorkAllTeams') as "worksAllTeams"`;

/** Who may know what, as it was at one moment: asked again for every event. */
export type Audience = {
  /** False once the session was ended, the account suspended or its role changed. */
  isSignedIn(who: Listening): boolean;
  isStaff(who: Listening): boolean;
  sees(who: Listening, ticketId: number): boolean;
  works(who: Listening, ticketId: number): boolean;
  /** Of the events asked about, those of the ticket that the person may know of, oldest first. */
  events(who: Listening, ticketId: number): Happened[];
  /** The newest event of each ticket, known to the person or not. */
  newest: ReadonlyMap<number, number>;
};

type Asked = { people: readonly Listening[]; tickets: readonly number[]; events?: readonly number[] };

export async function audienceOf(db: Knex, { people, tickets, events = [] }: Asked): Promise<Audience> {
  const [row] = await query<Row>(db, FACTS, [
    unique(people.map(one => one.userId)),
    unique(people.flatMap(one => one.deviceId ?? [])),
    unique(tickets),
    unique(events),
  ]);
  return judge(row!);
}

const unique = (ids: readonly number[]) => [...new Set(ids)];

function judge(facts: Row): Audience {
  const ended = new Set(facts.ended);
  const people = new Map(facts.people.map(one => [one.id, { ...asPerson(one, facts), epoch: one.epoch }]));
  const tickets = new Map(facts.tickets.map(one => [one.id, one]));
  const isSignedIn = ({ userId, epoch, deviceId }: Listening) =>
    people.get(userId)?.epoch === epoch && !(deviceId && ended.has(deviceId));
  const holds = (rule: typeof worksTicket) => (who: Listening, ticketId: number) => {
    const person = people.get(who.userId);
    const ticket = tickets.get(ticketId);
    return Boolean(person && ticket && isSignedIn(who) && rule(person, relationOf(ticket, person)));
  };
  const sees = holds(seesTicket);
  const works = holds(worksTicket);
  return {
    isSignedIn,
    isStaff: who => isSignedIn(who) && isStaff(people.get(who.userId)!),
    sees,
    works,
    events: (who, ticketId) =>
      facts.events
        .filter(event => event.ticketId === ticketId)
        .filter(event => works(who, ticketId) || (sees(who, ticketId) && isForEmployees(event))),
    newest: new Map(facts.tickets.map(one => [one.id, one.newest ?? 0])),
  };
}

/** What the page of somebody who does not work the ticket shows: replies, and how far it is. */
const isForEmployees = ({ type, internal, forEmployees }: EventRow) =>
  !internal && (type === 'reply.added' || (type === 'ticket.changed' && forEmployees));

const relationOf = (ticket: TicketRow, person: Person): TicketRelation => ({
  ...ticket,
  watching: ticket.watchers.includes(person.id),
  managing: ticket.departmentId !== null && person.managedDepartmentIds.includes(ticket.departmentId),
});

/** Rights only: nothing of this is shown. */
const asPerson = (row: PersonRow, facts: Row): Person => ({
  kind: 'person',
  id: row.id,
  role: row.role,
  teamIds: row.teamIds,
  managedDepartmentIds: row.managedDepartmentIds,
  worksAllTeams: facts.worksAllTeams === true,
  email: null,
  firstName: '',
  lastName: '',
  departmentId: null,
  locale: null,
  timeZone: null,
  shortcuts: false,
  unread: 0,
});

/** Clocks of two machines differ a little, and a change is committed a little after its moment. */
const SLACK_MS = 2_000;

/** Whether something happened that the person may know of and a page that old does not show. */
export async function hasMissed(
  db: Knex,
  who: Listening,
  topic: { ticketId: number } | 'queue',
  since: Date | undefined,
): Promise<boolean> {
  if (!since) return false;
  const from = new Date(since.getTime() - SLACK_MS);
  if (topic === 'queue') {
    const rows = await query(db, MISSED_ANY, [from]);
    return rows.length > 0;
  }
  const events = await query<{ id: number }>(db, MISSED_ON, [topic.ticketId, from]);
  if (events.length === 0) return false;
  const { ticketId } = topic;
  const asked = { people: [who], tickets: [ticketId], events: events.map(event => event.id) };
  return (await audienceOf(db, asked)).events(who, ticketId).length > 0;
}

const MISSED_ANY = `select 1 from events where occurred_at > ? and ticket_id is not null limit 1`;
const MISSED_ON = `select id from events where ticket_id = ? and occurred_at > ? order by id desc limit 100`;
