import { query } from '../../db/knex.ts';
import type { Context } from '../context.ts';
import type { StatusKind } from './status.ts';

export type CategoryChoice = { id: number; name: string; parent: string | null };
export type NamedChoice = { id: number; name: string };
export type AssigneeChoice = NamedChoice & { teamIds: number[]; everyTeam: boolean };
export type StatusChoice = { key: string; kind: StatusKind; name: string };

/** What a person may say a ticket is about. */
export async function categoryChoices(ctx: Context): Promise<CategoryChoice[]> {
  return query<CategoryChoice>(
    ctx.db,
    `select c.id, c.name, p.name as parent from categories c left join categories p on p.id = c.parent_id
     where c.archived_at is null and p.archived_at is null
       and (c.parent_id is not null or not exists (select 1 from categories k where k.parent_id = c.id and k.archived_at is null))
     order by coalesce(p.position, c.position), coalesce(p.id, c.id), c.position, c.id limit 1000`,
  );
}

export type DeskChoices = {
  statuses: StatusChoice[];
  teams: NamedChoice[];
  categories: CategoryChoice[];
  assignees: AssigneeChoice[];
};

const DESK = `
  select (select jsonb_agg(jsonb_build_object('key', key, 'kind', kind, 'name', name) order by position, key) from statuses) as statuses,
         (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name) order by lower(name), id), '[]') from teams where archived_at is null) as teams,
         (select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name, 'parent', p.name) order by coalesce(p.position, c.position), coalesce(p.id, c.id), c.position, c.id), '[]')
            from categories c left join categories p on p.id = c.parent_id where c.archived_at is null and p.archived_at is null) as categories,
         (select coalesce(jsonb_agg(jsonb_build_object('id', u.id, 'name', trim(u.first_name || ' ' || u.last_name), 'everyTeam', u.role = 'admin' or ?::boolean,
                 'teamIds', (select coalesce(jsonb_agg(m.team_id), '[]') from team_members m where m.user_id = u.id)) order by lower(u.first_name), u.id), '[]')
            from users u where u.role in ('coordinator', 'admin') and u.status = 'active'
              and (?::bigint is null or u.role = 'admin' or ?::boolean or exists (select 1 from team_members m where m.user_id = u.id and m.team_id = ?))) as assignees`;

/** The choices of the ticket's property panel and the queue's filters, in one query. `teamId` narrows who can own it. */
export async function deskChoices(ctx: Context, teamId: number | null = null): Promise<DeskChoices> {
  const all = ctx.settings.coordinatorsWorkAllTeams;
  const [row] = await query<DeskChoices>(ctx.db, DESK, [all, teamId, all, teamId]);
  return row!;
}

export type PersonChoice = { id: number; name: string; email: string | null };

/** People by the beginning of a name or address, for "raise for somebody". At most ten. */
export async function personChoices(ctx: Context, text: string): Promise<PersonChoice[]> {
  const start = text.trim().toLowerCase();
  if (start.length < 2) return [];
  const like = `${start.replace(/[\\%_]/g, '\\$&')}%`;
  return query<PersonChoice>(
    ctx.db,
    `select id, trim(first_name || ' ' || last_name) as name, email from users
     where status = 'active' and (lower(email) like ? or lower(first_name) like ? or lower(last_name) like ?) order by lower(last_name), id limit 10`,
    [like, like, like],
  );
}
