import type { Knex } from 'knex';
import { query } from '../../db/knex.ts';
import type { AccountStatus, Person, Role } from '../access/actor.ts';
import { type Settings, settingsFrom } from '../settings/settings.ts';
import { tokenHash } from './tokens.ts';

/** `beside` is what the caller asked for in the same statement. */
export type SignedIn = { person: Person; settings: Settings; sessionEpoch: number; beside?: unknown };

type Row = {
  id: number;
  email: string | null;
  first_name: string;
  last_name: string;
  role: Role;
  status: AccountStatus;
  department_id: number | null;
  locale: string | null;
  time_zone: string | null;
  shortcuts: boolean;
  session_epoch: number;
  unread: number;
  is_away: boolean;
  team_name: string | null;
  team_ids: number[];
  managed_ids: number[];
  settings: Record<string, unknown> | null;
  beside?: unknown;
};

const signedIn = (condition: string, beside: string | undefined) => `
  select u.id, u.email, u.first_name, u.last_name, u.role, u.status, u.department_id, u.locale, u.time_zone,
         u.shortcuts, u.session_epoch, u.unread, u.away_since is not null as is_away,
         (select t.name from team_members m join teams t on t.id = m.team_id and t.archived_at is null where m.user_id = u.id order by t.id limit 1) as team_name,
         array(select m.team_id from team_members m join teams t on t.id = m.team_id and t.archived_at is null where m.user_id = u.id) as team_ids,
         array(select d.id from departments d where d.manager_id = u.id) as managed_ids,
         (select jsonb_object_agg(s.key, s.value) from settings s) as settings${beside ? `, ${beside} as beside` : ''}
  from users u
  where u.id = ?${condition}`;
const BY_SESSION = ` and exists (select 1 from user_sessions d
    where d.id = ?::bigint and d.user_id = u.id and d.sid_hash = ? and d.ended_at is null)`;

/** A session as a browser came with it: the id of its cookie, and the device that it says it is of. */
export type Session = { id: string; deviceId: number | undefined };

/**
 * The one query of every request: the person, the rights they hold now, what is unread, and the settings.
 * Nothing for anyone who is not active, so a suspension works at once, nor for a device that was signed out or that
 * goes on under another id by now: a request that was under way may have saved the old one again.
 * `beside`: the SQL of one more column over `users u`, a constant, for what the request needs of other parts anyway.
 */
export async function loadSignedIn(
  db: Knex,
  userId: number,
  session?: Session,
  beside?: string,
): Promise<SignedIn | undefined> {
  const [row] = session
    ? await query<Row>(db, signedIn(BY_SESSION, beside), [
        userId,
        session.deviceId ?? null,
        tokenHash(session.id),
      ])
    : await query<Row>(db, signedIn('', beside), [userId]);
  if (row?.status !== 'active') return undefined;
  const settings = settingsFrom(row.settings ?? {});
  return { settings, sessionEpoch: row.session_epoch, person: toPerson(row, settings), beside: row.beside };
}

const toPerson = (row: Row, settings: Settings): Person => ({
  kind: 'person',
  id: row.id,
  email: row.email,
  firstName: row.first_name,
  lastName: row.last_name,
  role: row.role,
  departmentId: row.department_id,
  teamIds: row.team_ids,
  managedDepartmentIds: row.managed_ids,
  worksAllTeams: settings.coordinatorsWorkAllTeams,
  locale: row.locale,
  timeZone: row.time_zone,
  shortcuts: row.shortcuts,
  unread: row.unread,
  isAway: row.is_away,
  teamName: row.team_name,
});
