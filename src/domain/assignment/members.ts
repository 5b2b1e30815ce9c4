import { query } from '../../db/knex.ts';
import type { Context } from '../context.ts';
import type { Candidate, Method, Rule } from './choosing.ts';
import { goneSince, presenceAt, type Times } from './presence.ts';

export type TeamMemberNow = Candidate & { firstName: string; lastName: string; goneSince: Date | null };

export type TimesRow = {
  timeZone: string | null;
  awaySince: Date | null;
  days: number[] | null;
  starts: string | null;
  ends: string | null;
  absentFrom: string | null;
  absentUntil: string | null;
};

/** Select list for `users u left join working_times w`. */
export const TIMES_COLUMNS = `u.time_zone as "timeZone", u.away_since as "awaySince", w.days, w.starts, w.ends,
  w.absent_from as "absentFrom", w.absent_until as "absentUntil"`;

/** Somebody without own hours or zone has the company's. */
export function timesOf({ settings }: Pick<Context, 'settings'>, row: TimesRow): Times {
  const own =
    row.days && row.starts && row.ends ? { days: row.days, from: row.starts, to: row.ends } : undefined;
  return {
    timeZone: row.timeZone ?? settings.timeZone,
    hours: own ?? settings.workHours,
    awaySince: row.awaySince,
    absentFrom: row.absentFrom,
    absentUntil: row.absentUntil,
  };
}

const MEMBERS = `
  select u.id, u.first_name as "firstName", u.last_name as "lastName", m.turn, ${TIMES_COLUMNS},
         (select coalesce(sum(c.n), 0) from ticket_counts c where c.assignee_id = u.id and c.status_kind in ('new', 'open'))::int as open
  from team_members m join users u on u.id = m.user_id left join working_times w on w.user_id = u.id
  where m.team_id = ? and u.status = 'active' and u.role in ('coordinator', 'admin')
  order by lower(u.last_name), lower(u.first_name), u.id limit 500`;

type MemberRow = TimesRow & { id: number; firstName: string; lastName: string; turn: number; open: number };

/** Everybody of the team who can own tickets, whether they are there, and how much they have. */
export async function membersNow(ctx: Context, teamId: number): Promise<TeamMemberNow[]> {
  const rows = await query<MemberRow>(ctx.db, MEMBERS, [teamId]);
  return rows.map(row => {
    const times = timesOf(ctx, row);
    const { id, firstName, lastName, turn, open } = row;
    const presence = presenceAt(times, ctx.now());
    return { id, firstName, lastName, turn, open, presence, goneSince: goneSince(times, ctx.now()) };
  });
}

/** Open tickets of one person, from the counter cells. */
export async function openTicketsOf(ctx: Context, userId: number): Promise<number> {
  const [row] = await query<{ n: number }>(
    ctx.db,
    `select coalesce(sum(n), 0)::int as n from ticket_counts where assignee_id = ? and status_kind in ('new', 'open')`,
    [userId],
  );
  return row?.n ?? 0;
}

export const RULE_COLUMNS = `a.method, a.sticky_days as "stickyDays", a.max_open as "maxOpen", a.away_hours as "awayHours"`;
export const NO_RULE: Rule = { method: 'off' as Method, stickyDays: null, maxOpen: null, awayHours: null };
