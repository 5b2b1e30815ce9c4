import { query } from '../../db/knex.ts';
import type { Context } from '../context.ts';
import type { StatusKind } from './status.ts';
import { teamsOfTags } from './tagging.ts';

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
         (select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name, 'parent', p.name) order by coalesce(p.position, c.position), coalesce(p.id, c.id), c.parent_id nulls first, c.position, c.id), '[]')
            from categories c left join categories p on p.id = c.parent_id where c.archived_at is null and p.archived_at is null) as categories,
         (select coalesce(jsonb_agg(jsonb_build_object('id', u.id, 'name', trim(u.first_name || ' ' || u.last_name), 'everyTeam', u.role = 'admin' or ?::boolean,
                 'teamIds', (select coalesce(jsonb_agg(m.team_id), '[]') from team_members m where m.user_id = u.id)) order by lower(u.first_name), u.id), '[]')
            from users u where u.role in ('coordinator', 'admin') and u.status = 'active'
              and (?::bigint is null or u.role = 'admin' or ?::boolean or exists (select 1 from team_members m where m.user_id = u.id and m.team_id = ?))) as assignees`;

/**
 * The choices of the ticket's property panel and the queue's filters, in one query,
 * and recalled for three seconds. `teamId` narrows who can own it.
 */
export async function deskChoices(ctx: Context, teamId: number | null = null): Promise<DeskChoices> {
  const all = ctx.settings.coordinatorsWorkAllTeams;
  return ctx.world.recall(`desk choices ${teamId} ${all}`, async () => {
    const [row] = await query<DeskChoices>(ctx.db, DESK, [all, teamId, all, teamId]);
    return row!;
  });
}

export type FilterNames = {
  status?: string;
  team?: string;
  assignee?: string;
  category?: string;
};

const NAMES = `
  select (select name from statuses where key = ?) as status, (select name from teams where id = ?) as team,
         (select trim(first_name || ' ' || last_name) from users where id = ? and role <> 'employee') as assignee,
         (select name from categories where id = ?) as category`;

/**
 * The names of what a list is filtered by; nothing is asked for a list without filters. A requester's name is not
 * here: it stands in the rows of who may see it, and counting up ids must not list everybody.
 */
export async function filterNames(
  ctx: Context,
  filter: {
    status?: string;
    teamId?: number;
    assigneeId?: number;
    categoryId?: number;
  },
): Promise<FilterNames> {
  const keys = [filter.status, filter.teamId, filter.assigneeId, filter.categoryId];
  if (keys.every(key => !key)) return {};
  const [row] = await query<FilterNames>(
    ctx.db,
    NAMES,
    keys.map(key => key ?? null),
  );
  return row ?? {};
}

/** The tags that are on tickets of the teams a person works, the most used first. */
export async function usedTags(ctx: Context): Promise<string[]> {
  const teams = teamsOfTags(ctx);
  const rows = await query<{ name: string }>(
    ctx.db,
    teams
      ? `select name from team_tags where queue_team = any(?::bigint[]) group by name having sum(n) > 0
         order by sum(n) desc, name limit 60`
      : 'select name from tags where uses > 0 order by uses desc, name limit 60',
    teams ? [teams] : [],
  );
  return rows.map(({ name }) => name);
}
