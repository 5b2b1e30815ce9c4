import { query } from '../../db/knex.ts';
import { isStaff, personId } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { type Density, DISPLAY, type Display, toDisplay } from './display.ts';
import { SAVED_VIEWS, type SavedView, toSavedView } from './saved-views.ts';

export type QueueCounts = {
  needsReply: number;
  mine: number;
  unassigned: number;
  dueSoon: number;
  overdue: number;
  waiting: number;
};
export type DeskNavigation = {
  counts: QueueCounts;
  pendingUsers: number;
  savedViews: SavedView[];
  display: Display;
};

/**
 * Sums of the counter cells of the teams that a person works, and of their own. What they asked for or watch outside
 * their teams is not theirs to work, so it is taken off; that costs their own open tickets only. Reads the one row `me`:
 * whose cells are counted, and in which teams (0: none) what they are involved in is not theirs. A row with `mine` alone
 * is of no other sum: it is open, nobody's to answer, and due at no time.
 */
const CELLS = `
  select coalesce(sum(n) filter (where active and needs_reply), 0)::integer as "needsReply",
         coalesce(sum(n) filter (where active and mine), 0)::integer as mine,
         coalesce(sum(n) filter (where active and unassigned), 0)::integer as unassigned,
         coalesce(sum(n) filter (where active and due_state = 'soon'), 0)::integer as "dueSoon",
         coalesce(sum(n) filter (where active and due_state = 'overdue'), 0)::integer as overdue,
         coalesce(sum(n) filter (where status_kind = 'waiting'), 0)::integer as waiting
  from (select *, status_kind in ('new', 'open', 'waiting') as active from (
    select unassigned, false as mine, status_kind, needs_reply, due_state, n from team_ticket_counts
    where coalesce(team_id, 0) = any(me.counted)
    union all
    select false, true, 'open', false, 'none', n from ticket_counts
    where assignee_id = me.id and coalesce(team_id, 0) = any(me.counted) and status_kind in ('new', 'open', 'waiting')
    union all
    select t.assignee_id is null, t.assignee_id = me.id, t.status_kind, t.needs_reply, t.due_state, -1 from tickets t
    where t.requester_id = me.id and t.status_kind <> 'closed' and t.spam_at is null
      and t.queue_team = any(me.others)
    union all
    select t.assignee_id is null, t.assignee_id = me.id, t.status_kind, t.needs_reply, t.due_state, -1
    from ticket_watchers w join tickets t on t.id = w.ticket_id
    where w.user_id = me.id and t.requester_id <> me.id and t.status_kind <> 'closed' and t.spam_at is null
      and t.queue_team = any(me.others)
  ) as own) as cells`;

const PENDING = `case when me.admin then (select count(*)::integer from (
  select 1 from users where status = 'pending' and email_verified_at is not null limit 100) as pending) else 0 end`;

/**
 * What the desk's sidebar shows on every page, and how the person likes their lists, as one more column of a query
 * over `users u`: the page needs no further statement for it. Null for who has no desk. It works the rights out by
 * itself from the row, as `visibleTickets` does from the actor, and once (`offset 0`).
 */
export const NAVIGATION_COLUMN = `(select jsonb_build_object(
    'counts', (select to_jsonb(c) from (${CELLS}) as c),
    'savedViews', ${SAVED_VIEWS}, 'display', ${DISPLAY}, 'pendingUsers', ${PENDING})
  from (select own.*, case when own.every_team then array(select id from teams) else own.teams end || 0::bigint as counted,
      case when own.every_team then array(select id from teams where id <> all(own.teams)) else '{}' end || 0::bigint as others
    from (select u.id, u.role = 'admin' as admin,
      u.role = 'admin' or coalesce((select s.value = 'true' from settings s where s.key = 'coordinatorsWorkAllTeams'), false) as every_team,
      array(select m.team_id from team_members m join teams t on t.id = m.team_id and t.archived_at is null where m.user_id = u.id) as teams offset 0) as own offset 0
  ) as me where u.role in ('coordinator', 'admin'))`;

const NAVIGATION = `select ${NAVIGATION_COLUMN} as navigation from users u where u.id = ?`;

const EMPTY: QueueCounts = { needsReply: 0, mine: 0, unassigned: 0, dueSoon: 0, overdue: 0, waiting: 0 };

export type NavigationRow = {
  counts: QueueCounts;
  savedViews: SavedView[];
  display: { columns: string[]; density: Density } | null;
  pendingUsers: number;
};

export const toNavigation = (row: NavigationRow | null | undefined): DeskNavigation => ({
  counts: row?.counts ?? EMPTY,
  pendingUsers: row?.pendingUsers ?? 0,
  savedViews: (row?.savedViews ?? []).map(toSavedView),
  display: toDisplay(row?.display),
});

/** The same in a statement of its own, for who did not get it with the person. */
export async function deskNavigation({ actor, db }: Context): Promise<DeskNavigation> {
  if (!isStaff(actor)) return toNavigation(null);
  const [row] = await query<{ navigation: NavigationRow | null }>(db, NAVIGATION, [personId(actor) ?? 0]);
  return toNavigation(row?.navigation);
}

/** The sidebar's counts, from the counter cells: their cost does not grow with the tickets. */
export async function queueCounts(ctx: Context): Promise<QueueCounts> {
  return (await deskNavigation(ctx)).counts;
}

/** Folds the deltas of each cell into one row, so that reading stays short. Safe beside itself and beside writers. */
export async function foldTicketCounts(ctx: Context): Promise<void> {
  for (const [table, cell] of [
    ['ticket_counts', 'team_id, assignee_id, status_kind, needs_reply, due_state'],
    ['team_ticket_counts', 'team_id, unassigned, status_kind, needs_reply, due_state'],
  ]) {
    await ctx.db.raw(`
      with gone as (delete from ${table} returning *)
      insert into ${table} (${cell}, n) select ${cell}, sum(n) from gone group by ${cell} having sum(n) <> 0`);
  }
}
