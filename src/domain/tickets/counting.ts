import { query } from '../../db/knex.ts';
import { isAdmin, isPerson, isStaff, personId } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { type Density, DISPLAY_COLUMN, type Display, toDisplay } from './display.ts';
import { SAVED_VIEWS_COLUMN, type SavedView, seenBindings, toSavedView } from './saved-views.ts';

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

const CELLS = `
  select coalesce(sum(n) filter (where active and needs_reply), 0) as "needsReply",
         coalesce(sum(n) filter (where active and assignee_id = ?), 0) as mine,
         coalesce(sum(n) filter (where active and assignee_id is null), 0) as unassigned,
         coalesce(sum(n) filter (where active and due_state = 'soon'), 0) as "dueSoon",
         coalesce(sum(n) filter (where active and due_state = 'overdue'), 0) as overdue,
         coalesce(sum(n) filter (where status_kind = 'waiting'), 0) as waiting MORE
  from (select *, status_kind in ('new', 'open', 'waiting') as active from (
    select assignee_id, status_kind, needs_reply, due_state, n from ticket_counts where WHOSE
    union all
    select t.assignee_id, t.status_kind, t.needs_reply, t.due_state, -1 from tickets t
    where t.id in (select id from tickets where requester_id = ? union all select ticket_id from ticket_watchers where user_id = ?)
      and t.status_kind <> 'closed' and t.spam_at is null and t.queue_team <> all(?::bigint[]) and WHERE
  ) as own) as cells`;
const EVERY_TEAM = CELLS.replace('WHOSE', 'true').replace('WHERE', 'true');
const OWN_TEAMS = CELLS.replace('WHOSE', 'coalesce(team_id, 0) = any(?::bigint[])').replace(
  'WHERE',
  't.team_id is null',
);
/** What else the sidebar and the lists need, in the same statement. */
const MORE = `, ${SAVED_VIEWS_COLUMN}, ${DISPLAY_COLUMN},
  case when ?::boolean then (select count(*)::integer from (
    select 1 from users where status = 'pending' and email_verified_at is not null limit 100) as pending) else 0 end as "pendingUsers"`;
const COUNTS = { everyTeam: EVERY_TEAM.replace('MORE', ''), ownTeams: OWN_TEAMS.replace('MORE', '') };
const NAVIGATION = { everyTeam: EVERY_TEAM.replace('MORE', MORE), ownTeams: OWN_TEAMS.replace('MORE', MORE) };

const EMPTY: QueueCounts = { needsReply: 0, mine: 0, unassigned: 0, dueSoon: 0, overdue: 0, waiting: 0 };

/**
 * The sidebar's counts, from the counter cells: their cost does not grow with the tickets. What the person asked for
 * or watches outside their teams is not theirs to work, so it is taken off; that costs their own tickets only.
 */
export async function queueCounts(ctx: Context): Promise<QueueCounts> {
  return (await read<QueueCounts>(ctx, COUNTS)) ?? EMPTY;
}

type Row = QueueCounts & {
  savedViews: SavedView[];
  display: { columns: string[]; density: Density } | null;
  pendingUsers: number;
};

/** What the desk's sidebar shows on every page, and how the person likes their lists: one statement. */
export async function deskNavigation(ctx: Context): Promise<DeskNavigation> {
  const { actor } = ctx;
  const row = await read<Row>(ctx, NAVIGATION, [...seenBindings(ctx), personId(actor), isAdmin(actor)]);
  if (!row) return { counts: EMPTY, pendingUsers: 0, savedViews: [], display: toDisplay(null) };
  const { savedViews, display, pendingUsers, ...counts } = row;
  return { counts, pendingUsers, savedViews: savedViews.map(toSavedView), display: toDisplay(display) };
}

async function read<Found>(
  ctx: Context,
  text: typeof COUNTS,
  more: readonly unknown[] = [],
): Promise<Found | undefined> {
  const actor = ctx.actor;
  if (!isPerson(actor) || !isStaff(actor)) return undefined;
  const everyTeam = isAdmin(actor) || actor.worksAllTeams;
  const own = [actor.id, actor.id, actor.teamIds];
  const [row] = everyTeam
    ? await query<Found>(ctx.db, text.everyTeam, [actor.id, ...more, ...own])
    : await query<Found>(ctx.db, text.ownTeams, [actor.id, ...more, [0, ...actor.teamIds], ...own]);
  return row;
}

/** Folds the deltas of each cell into one row, so that reading stays short. Safe beside itself and beside writers. */
export async function foldTicketCounts(ctx: Context): Promise<void> {
  await ctx.db.raw(`
    with gone as (delete from ticket_counts returning *)
    insert into ticket_counts (team_id, assignee_id, status_kind, needs_reply, due_state, n)
    select team_id, assignee_id, status_kind, needs_reply, due_state, sum(n) from gone
    group by 1, 2, 3, 4, 5 having sum(n) <> 0`);
}
