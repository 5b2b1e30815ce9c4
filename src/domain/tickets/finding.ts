import type { Knex } from 'knex';
import { query } from '../../db/knex.ts';
import { isAdmin, isStaff } from '../access/actor.ts';
import type { Context } from '../context.ts';

type Named = Record<string, unknown>;

/**
 * Whose tickets the person may see, and work, as SQL on `tickets t`: the base of every list, page, search,
 * count and export. It says the same as `seesTicket` and `worksTicket` in policy.ts, which a test compares.
 */
export type Scope = {
  /** True for what the person may see at all. */
  visible: string;
  /** True for what the person may work, notes included. */
  works: string;
  /** True for tickets the person neither asked for nor watches: only those of other teams, or of none, are theirs to work. */
  notInvolved: string;
  /** Select list that gives a row its `watching` and `managing`, as policy.ts wants them. */
  relation: string;
  /** Values of the names that the conditions use. */
  values: Named;
  read<Row>(db: Knex, sql: string, values?: Named): Promise<Row[]>;
};

const WATCHING = 'exists (select 1 from ticket_watchers w where w.ticket_id = t.id and w.user_id = :me)';
const MANAGING =
  'exists (select 1 from users ru where ru.id = t.requester_id and ru.department_id = any(:managed::bigint[]))';
const NOT_INVOLVED = `t.requester_id <> :me and not ${WATCHING}`;

/**
 * Whether somebody else, the user `u`, works the ticket `t`: `works` for people whose rights are not at hand. It takes
 * one value, whether coordinators work all teams' tickets.
 */
export const WORKED_BY_USER = `(u.status = 'active' and u.role in ('coordinator', 'admin') and (
  exists (select 1 from team_members m join teams mt on mt.id = m.team_id and mt.archived_at is null
          where m.user_id = u.id and m.team_id = t.team_id)
  or (t.requester_id <> u.id and (t.team_id is null or u.role = 'admin' or ?::boolean)
      and not exists (select 1 from ticket_watchers w where w.ticket_id = t.id and w.user_id = u.id))))`;

export function visibleTickets(ctx: Context): Scope {
  const actor = ctx.actor;
  if (actor.kind === 'system')
    return scope('true', 'true', 'true', 'false as watching, false as managing', {});
  if (actor.kind === 'anonymous')
    return scope('false', 'false', 'false', 'false as watching, false as managing', {});
  const everyTeam = isAdmin(actor) || actor.worksAllTeams;
  const works = isStaff(actor)
    ? `(t.queue_team = any(:teams::bigint[]) or (${everyTeam ? '' : 't.team_id is null and '}${NOT_INVOLVED}))`
    : 'false';
  const visible = `(${[isStaff(actor) ? works : '', 't.requester_id = :me', WATCHING, MANAGING].filter(Boolean).join(' or ')})`;
  return scope(visible, works, `(${NOT_INVOLVED})`, `${WATCHING} as watching, ${MANAGING} as managing`, {
    me: actor.id,
    teams: actor.teamIds,
    managed: actor.managedDepartmentIds,
  });
}

function scope(visible: string, works: string, notInvolved: string, relation: string, own: Named): Scope {
  return {
    visible,
    works,
    notInvolved,
    relation,
    values: own,
    read: (db, sql, values = {}) => {
      const { text, bindings } = positional(sql, { ...own, ...values });
      return query(db, text, bindings);
    },
  };
}

type Places = { text: string; names: string[] };
/** Statements are few and long: each is gone through once. */
const known = new Map<string, Places>();

/** `:name` to `?` in order, leaving casts (`::`) alone. */
export function positional(sql: string, values: Named): { text: string; bindings: unknown[] } {
  const { text, names } = known.get(sql) ?? placesOf(sql);
  const bindings = names.map(name => {
    if (!(name in values)) throw new Error(`No value for :${name}`);
    return values[name];
  });
  return { text, bindings };
}

function placesOf(sql: string): Places {
  const names: string[] = [];
  const text = sql.replace(/(?<!:):([a-z]\w*)/gi, (_whole, name: string) => {
    names.push(name);
    return '?';
  });
  if (known.size < 1_000) known.set(sql, { text, names });
  return { text, names };
}
