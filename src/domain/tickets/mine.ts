import { query } from '../../db/knex.ts';
import { isInstant } from '../../db/paging.ts';
import { isPerson } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { Unauthenticated } from '../errors.ts';
import { authorize } from '../policies.ts';
import { excerptOf } from './comment.ts';
import type { StatusKind, WaitingOn } from './status.ts';
import type { PersonName } from './ticket.ts';

export type MineShow = 'open' | 'solved' | 'shared';

export type MineRow = {
  id: number;
  number: number;
  subject: string;
  status: string;
  statusName: string;
  statusKind: StatusKind;
  waitingOn: WaitingOn | null;
  createdAt: Date;
  updatedAt: Date;
  assignee: PersonName | null;
  cursor: string;
};

const SHOWN: Record<MineShow, string> = {
  open: `t.requester_id = :me and t.status_kind in ('new', 'open', 'waiting')`,
  solved: `t.requester_id = :me and t.status_kind in ('resolved', 'closed')`,
  shared: 'false',
};

/** `2026-03-02 09:00:00+00|42`: the last row's moment and key. Anything else is no cursor. */
function readCursor(text: string | undefined): [moment: string, id: string] | undefined {
  const [moment = '', id = '', more] = text?.split('|') ?? [];
  return isInstant(moment) && /^\d{1,15}$/.test(id) && more === undefined ? [moment, id] : undefined;
}

/** What a person asked for themselves, or what others let them see; newest change first, by keyset. */
export async function myTickets(
  ctx: Context,
  { show, after, limit = 20 }: { show: MineShow; after?: string; limit?: number },
): Promise<{ rows: MineRow[]; next: string | null }> {
  authorize(ctx, 'ticket.list');
  if (!isPerson(ctx.actor)) throw new Unauthenticated('Sign in first');
  const from = readCursor(after);
  const keyset = from ? ' and (t.updated_at, t.id) < (?::timestamptz, ?::bigint)' : '';
  const me = ctx.actor.id;
  const source =
    show === 'shared'
      ? `(select ticket_id as id from ticket_watchers where user_id = ?
          union select x.id from users ru join tickets x on x.requester_id = ru.id
          where ru.department_id = any(?::bigint[]) and ru.id <> ? and x.status_kind <> 'closed') as own join tickets t on t.id = own.id`
      : 'tickets t';
  const where = show === 'shared' ? 'true' : SHOWN[show].replace(':me', '?');
  const bindings = show === 'shared' ? [me, ctx.actor.managedDepartmentIds, me] : [me];
  const found = await query<MineRow>(
    ctx.db,
    `select t.id, t.number, t.subject, t.status, s.name as "statusName", t.status_kind as "statusKind", t.waiting_on as "waitingOn",
            t.created_at as "createdAt", t.updated_at as "updatedAt", t.updated_at::text || '|' || t.id as cursor,
            case when a.id is null then null else jsonb_build_object('id', a.id, 'firstName', a.first_name, 'lastName', a.last_name) end as assignee
     from ${source} join statuses s on s.key = t.status left join users a on a.id = t.assignee_id
     where ${where}${keyset} order by t.updated_at desc, t.id desc limit ?`,
    [...bindings, ...(from ?? []), limit + 1],
  );
  const rows = found.slice(0, limit);
  return { rows, next: found.length > limit ? rows.at(-1)!.cursor : null };
}

export type WaitingForMe = { number: number; subject: string; excerpt: string; from: PersonName | null };

/** What the desk waits for the person to answer or to check, oldest first. */
export async function waitingForMe(ctx: Context): Promise<WaitingForMe[]> {
  if (!isPerson(ctx.actor)) return [];
  const rows = await query<WaitingForMe>(
    ctx.db,
    `select t.number, t.subject, left(c.body, 5000) as excerpt,
            case when u.id is null then null else jsonb_build_object('id', u.id, 'firstName', u.first_name, 'lastName', u.last_name) end as "from"
     from tickets t
     left join lateral (select body, author_id from comments where ticket_id = t.id and kind = 'reply' and redacted_at is null order by id desc limit 1) c on true
     left join users u on u.id = c.author_id
     where t.requester_id = ? and t.status_kind = 'waiting' and t.waiting_on = 'requester'
     order by t.updated_at limit 5`,
    [ctx.actor.id],
  );
  return rows.map(row => ({ ...row, excerpt: excerptOf(row.excerpt ?? '') }));
}
