import type { Context } from '../context.ts';
import { positional, type Scope, visibleTickets } from './finding.ts';
import { linksSql, type TicketLink } from './link.ts';
import { LINE, type TicketLine } from './requester-tickets.ts';
import type { PersonName, Ticket } from './ticket.ts';

/** How many of a requester's newest tickets are looked at: one of them asked 5,000 times. */
const NEWEST = 200;

export type RequesterHistory = {
  /** With this one, of those the person works; undefined where there are too many to count. */
  thisYear: number | undefined;
  total: number;
  /** More than were looked at. */
  more: boolean;
  recent: TicketLine[];
};

/** What a ticket has to do with others and with people, for who works it. */
export type Relations = { followers: PersonName[]; links: TicketLink[]; history: RequesterHistory };

type Dated<T extends { updatedAt: Date }> = Omit<T, 'updatedAt'> & { updatedAt: string };
export type RelationsRow = {
  followers?: PersonName[];
  links?: Dated<TicketLink>[];
  history?: { thisYear: number; total: number; looked: number; recent: Dated<TicketLine>[] | null };
};

const columns = (scope: Scope) => `
  (select coalesce(json_agg(f), '[]') from (
     select u.id, u.first_name as "firstName", u.last_name as "lastName" from ticket_followers tf
     join users u on u.id = tf.user_id where tf.ticket_id = :ticket order by u.last_name, u.id limit 50) as f) as followers,
  (select coalesce(json_agg(l), '[]') from (${linksSql(scope)}) as l) as links,
  (with newest as materialized (
     select t.* from tickets t where t.requester_id = :requester order by t.updated_at desc, t.id desc limit ${NEWEST}),
   worked as materialized (select t.* from newest t where t.spam_at is null and ${scope.works})
   select json_build_object(
     'looked', (select count(*) from newest), 'total', (select count(*) from worked),
     'thisYear', (select count(*) from worked
                  where created_at >= date_trunc('year', :created::timestamptz) and created_at <= :created::timestamptz),
     'recent', (select json_agg(r) from (select ${LINE} from worked t join statuses s on s.key = t.status
                where t.id <> :ticket order by t.updated_at desc, t.id desc limit 5) as r))) as history`;

/** Columns of another statement with the values of their places. */
export function relationsColumns(ctx: Context, ticket: Ticket): { text: string; bindings: unknown[] } {
  const scope = visibleTickets(ctx);
  return positional(columns(scope), {
    ...scope.values,
    ticket: ticket.id,
    requester: ticket.requesterId,
    created: ticket.createdAt,
  });
}

export function toRelations({ followers = [], links = [], history }: RelationsRow): Relations {
  const more = (history?.looked ?? 0) >= NEWEST;
  return {
    followers,
    links: links.map(dated),
    history: {
      thisYear: more ? undefined : history?.thisYear,
      total: history?.total ?? 0,
      more,
      recent: (history?.recent ?? []).map(dated),
    },
  };
}

const dated = <T extends { updatedAt: string }>(row: T) => ({ ...row, updatedAt: new Date(row.updatedAt) });
