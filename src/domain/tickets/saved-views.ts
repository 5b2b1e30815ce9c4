import { query } from '../../db/knex.ts';
import { isAdmin, isPerson } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { NotFound } from '../errors.ts';
import { type ColumnKey, columnsOf } from './display.ts';
import { conditionsOf, type QueueFilter } from './filtering.ts';
import { positional, visibleTickets } from './finding.ts';
import { type QueueSort, type QueueView, queueSorts, queueViews, VIEWS, worksEveryTeam } from './queue.ts';
import type { ViewScope } from './view-policy.ts';

/** A list as it is asked for: all that its address says but the page. */
export type SavedList = {
  base: QueueView;
  sort: QueueSort | null;
  q: string;
  /** In words (`filtering.ts`), so that "last 7 days" is always the last seven. */
  filters: Record<string, string>;
  columns: ColumnKey[] | null;
};

export type SavedView = SavedList & {
  id: number;
  ownerId: number;
  scope: ViewScope;
  teamId: number | null;
  teamName: string | null;
  name: string;
  version: number;
};

const COLUMNS = `v.id, v.owner_id as "ownerId", v.scope, v.team_id as "teamId", tm.name as "teamName", v.name, v.base,
  v.sort, v.q, v.filters, v.columns, v.version`;

/** The same as `seesView` in view-policy.ts; three values: the person, their teams, whether they are an admin. */
const seen = (id: string, teams: string, admin: string) =>
  `(v.owner_id = ${id} or v.scope = 'everyone' or (v.scope = 'team' and (v.team_id = any(${teams}) or ${admin})))`;
const SEEN = seen('?', '?::bigint[]', '?::boolean');

const ORDER = `case v.scope when 'own' then 1 when 'everyone' then 2 else 3 end, v.team_id, v.position, v.id`;

/** More than anybody would look through; the rest is found by its address. */
const LISTED = 100;

/** The saved views of the person of the row `me` (id, teams, admin), inside the navigation's query. */
export const SAVED_VIEWS = `(select coalesce(jsonb_agg(to_jsonb(own)), '[]') from (
  select ${COLUMNS} from saved_views v left join teams tm on tm.id = v.team_id where ${seen('me.id', 'me.teams', 'me.admin')} order by ${ORDER} limit ${LISTED}) as own)`;

const seenBindings = ({ actor }: Context): unknown[] =>
  isPerson(actor) ? [actor.id, actor.teamIds, isAdmin(actor)] : [0, [], false];

/** What was stored may be older than the program: an order or a column that is gone is none. */
export const toSavedView = (row: SavedView): SavedView => ({
  ...row,
  base: queueViews.find(view => view === row.base) ?? 'all',
  sort: queueSorts.find(sort => sort === row.sort) ?? null,
  columns: row.columns && columnsOf(row.columns),
});

const FIND = `select ${COLUMNS} from saved_views v left join teams tm on tm.id = v.team_id where v.id = ? and ${SEEN}`;

/** A view that is not shown to the person is not there. */
export async function findSavedView(ctx: Context, id: number): Promise<SavedView> {
  const [row] = await query<SavedView>(ctx.db, FIND, [id, ...seenBindings(ctx)]);
  if (!row) throw new NotFound('No such view');
  return toSavedView(row);
}

/** Counted up to here; more is "500+". */
export const COUNT_LIMIT = 500;

export type Counted = { id: number; view: QueueView; filter: QueueFilter };

/**
 * How many tickets each list has for the person, capped, in one statement. Each count stops at 501 rows; its plan
 * depends on which filters are set, so the statement is sent without a name.
 */
export async function countLists(ctx: Context, lists: readonly Counted[]): Promise<Map<number, number>> {
  if (lists.length === 0) return new Map();
  const scope = visibleTickets(ctx);
  const values: Record<string, unknown> = { ...scope.values };
  const parts = lists.map(({ id, view, filter }, i) => {
    const own = conditionsOf(filter, `l${i}_`);
    Object.assign(values, own.values, { [`l${i}`]: id });
    return `select :l${i}::bigint as id, (select count(*)::integer from (${some(ctx, view, own.where)}) as few) as n`;
  });
  const { text, bindings } = positional(parts.join(' union all '), values);
  const { rows } = await ctx.db.raw<{ rows: { id: number; n: number }[] }>(text, bindings as never);
  return new Map(rows.map(({ id, n }) => [id, n]));
}

/** At most 501 tickets of a list, whichever come first. */
function some(ctx: Context, view: QueueView, conditions: readonly string[]): string {
  const where = [VIEWS[view], ...conditions].join(' and ');
  // In the order of an index: without one the planner may read the table from its beginning.
  const limit = `order by t.created_at desc, t.id desc limit ${COUNT_LIMIT + 1}`;
  const { works, notInvolved } = visibleTickets(ctx);
  if (view === 'mine' || worksEveryTeam(ctx))
    return `select 1 from tickets t where ${where} and ${works} ${limit}`;
  return `select 1 from unnest(array_append(:teams::bigint[], 0)) as team (id) cross join lateral (
    select 1 from tickets t where t.queue_team = team.id and ${where} and (team.id <> 0 or ${notInvolved}) ${limit}) as own limit ${COUNT_LIMIT + 1}`;
}
