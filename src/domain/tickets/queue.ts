import { isInstant } from '../../db/paging.ts';
import { isAdmin, isPerson } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';
import { visibleTickets } from './finding.ts';
import type { StatusKind, WaitingOn } from './status.ts';
import { type PersonName, type Priority, priorities } from './ticket.ts';

export const queueViews = [
  'needs-reply',
  'mine',
  'unassigned',
  'due-soon',
  'overdue',
  'waiting',
  'all',
] as const;
export type QueueView = (typeof queueViews)[number];

export const queueSorts = ['time-left', 'newest', 'oldest', 'priority', 'updated'] as const;
export type QueueSort = (typeof queueSorts)[number];

export type QueueFilter = {
  /** Only these tickets: what a search found (`search/matching.ts`). */
  ids?: readonly number[];
  status?: string;
  priority?: Priority;
  categoryId?: number;
  teamId?: number;
  assigneeId?: number;
  requesterId?: number;
};

export type QueueRow = {
  id: number;
  number: number;
  subject: string;
  excerpt: string;
  status: string;
  statusName: string;
  statusKind: StatusKind;
  waitingOn: WaitingOn | null;
  priority: Priority;
  needsReply: boolean;
  dueAt: Date | null;
  updatedAt: Date;
  requester: PersonName;
  assignee: PersonName | null;
  unread: boolean;
};

export type QueuePage = { rows: QueueRow[]; next: string | null; previous: string | null };

const ACTIVE = `t.status_kind in ('new', 'open', 'waiting') and t.spam_at is null`;

const VIEWS: Record<QueueView, string> = {
  'needs-reply': `${ACTIVE} and t.needs_reply`,
  mine: `${ACTIVE} and t.assignee_id = :me`,
  unassigned: `${ACTIVE} and t.assignee_id is null`,
  'due-soon': `${ACTIVE} and t.due_state <> 'none' and t.due_state = 'soon'`,
  overdue: `${ACTIVE} and t.due_state <> 'none' and t.due_state = 'overdue'`,
  waiting: `t.status_kind = 'waiting' and t.spam_at is null`,
  all: 't.spam_at is null',
};

type Order = { columns: readonly string[]; direction: 'asc' | 'desc'; casts: readonly string[] };

/** One row comparison an order (keyset), so that page 10,000 costs what page 1 does. */
const ORDERS: Record<QueueSort, Order> = {
  'time-left': { columns: ['due_order', 'id'], direction: 'asc', casts: ['timestamptz', 'bigint'] },
  newest: { columns: ['created_at', 'id'], direction: 'desc', casts: ['timestamptz', 'bigint'] },
  oldest: { columns: ['created_at', 'id'], direction: 'asc', casts: ['timestamptz', 'bigint'] },
  // The index runs (priority_rank desc, created_at, id): compared as its negative.
  priority: {
    columns: ['priority_order', 'created_at', 'id'],
    direction: 'asc',
    casts: ['smallint', 'timestamptz', 'bigint'],
  },
  updated: { columns: ['updated_at', 'id'], direction: 'desc', casts: ['timestamptz', 'bigint'] },
};

export const defaultSort = (view: QueueView): QueueSort =>
  view === 'all' ? 'newest' : view === 'waiting' ? 'updated' : 'time-left';

export type QueueRequest = {
  view: QueueView;
  sort?: QueueSort;
  filter?: QueueFilter;
  after?: string;
  before?: string;
  limit?: number;
};

/** One page of a coordinator's list: the tickets they work, one query, by keyset both ways. */
export async function queuePage(ctx: Context, request: QueueRequest): Promise<QueuePage> {
  authorize(ctx, 'queue.read');
  const limit = request.limit ?? ctx.settings.pageSize;
  const sort = request.sort ?? defaultSort(request.view);
  const order = ORDERS[sort];
  const filter = conditions(request);
  const backwards = Boolean(request.before);
  const cursor = readCursor(request.before ?? request.after, order);
  const sql = pageQuery(ctx, order, filter.where, {
    backwards,
    from: Boolean(cursor),
    oneIndex: request.view === 'mine',
  });
  const values = {
    ...filter.values,
    limit: limit + 1,
    ...Object.fromEntries((cursor ?? []).map((value, i) => [`k${i}`, value])),
  };
  const found = await visibleTickets(ctx).read<QueueRow & { cursor: string[] }>(ctx.db, sql, values);
  const more = found.length > limit;
  const rows = found.slice(0, limit);
  if (backwards) rows.reverse();
  const first = rows[0];
  const last = rows.at(-1);
  return {
    rows,
    next: last && (backwards || more) ? writeCursor(last.cursor) : null,
    previous: first && (backwards ? more : Boolean(cursor)) ? writeCursor(first.cursor) : null,
  };
}

/** The tickets before and after one in the same list, for a coordinator who works through it. */
export async function neighbours(
  ctx: Context,
  request: QueueRequest,
  number: number,
): Promise<{ previous: number | null; next: number | null }> {
  const sort = request.sort ?? defaultSort(request.view);
  const order = ORDERS[sort];
  const keys = order.columns.map(column => `(${columnOf(column)})::text`).join(', ');
  const [here] = await visibleTickets(ctx).read<{ keys: string[] }>(
    ctx.db,
    `select array[${keys}] as keys from tickets t where t.number = :number`,
    { number },
  );
  if (!here) return { previous: null, next: null };
  const cursor = writeCursor(here.keys);
  const [before, after] = await Promise.all([
    queuePage(ctx, { ...request, sort, before: cursor, after: undefined, limit: 1 }),
    queuePage(ctx, { ...request, sort, after: cursor, before: undefined, limit: 1 }),
  ]);
  return { previous: before.rows[0]?.number ?? null, next: after.rows[0]?.number ?? null };
}

type Conditions = { where: string; values: Record<string, unknown> };

function conditions({ view, filter = {} }: QueueRequest): Conditions {
  const where = [VIEWS[view]];
  const values: Record<string, unknown> = {};
  const equal = (column: string, value: unknown) => {
    if (value === undefined) return;
    where.push(`t.${column} = :${column}`);
    values[column] = value;
  };
  equal('status', filter.status);
  equal('priority', filter.priority && priorities.includes(filter.priority) ? filter.priority : undefined);
  equal('team_id', filter.teamId);
  equal('requester_id', filter.requesterId);
  if (filter.assigneeId === 0) where.push('t.assignee_id is null');
  else equal('assignee_id', filter.assigneeId);
  if (filter.categoryId !== undefined) {
    where.push('t.category_id in (select id from categories where id = :category or parent_id = :category)');
    values.category = filter.categoryId;
  }
  if (filter.ids) {
    where.push('t.id = any(:ids::bigint[])');
    values.ids = filter.ids;
  }
  return { where: where.join(' and '), values };
}

const columnOf = (column: string) => (column === 'priority_order' ? '-t.priority_rank' : `t.${column}`);

/**
 * Where the coordinator works some teams, each team's own index gives its page and the pages are merged;
 * who works all, or looks at their own, reads one index. Only the rows of the page are joined to names.
 */
function pageQuery(
  ctx: Context,
  order: Order,
  where: string,
  { backwards, from, oneIndex }: { backwards: boolean; from: boolean; oneIndex: boolean },
): string {
  const ascending = (order.direction === 'asc') !== backwards;
  const direction = ascending ? 'asc' : 'desc';
  const by = (alias: string) =>
    order.columns
      .map(column =>
        column === 'priority_order'
          ? `${alias}.priority_rank ${ascending ? 'desc' : 'asc'}`
          : `${alias}.${column} ${direction}`,
      )
      .join(', ');
  const keyset = from
    ? ` and (${order.columns.map(columnOf).join(', ')}) ${ascending ? '>' : '<'} (${order.casts.map((cast, i) => `:k${i}::${cast}`).join(', ')})`
    : '';
  const everyTeam = oneIndex || (isPerson(ctx.actor) && (isAdmin(ctx.actor) || ctx.actor.worksAllTeams));
  const columns = 't.id, t.priority_rank, t.created_at, t.updated_at, t.due_order';
  const page = everyTeam
    ? `select ${columns} from tickets t where ${where} and ${visibleTickets(ctx).works}${keyset} order by ${by('t')} limit :limit`
    : `select own.* from unnest(array_append(:teams::bigint[], 0)) as team (id) cross join lateral (
         select ${columns} from tickets t where t.queue_team = team.id and ${where} and (team.id <> 0 or ${visibleTickets(ctx).notInvolved})${keyset}
         order by ${by('t')} limit :limit) as own order by ${by('own')} limit :limit`;
  const keys = order.columns.map(column => `(${columnOf(column)})::text`).join(', ');
  return `with page as materialized (${page})
    select t.id, t.number, t.subject, t.excerpt, t.status, s.name as "statusName", t.status_kind as "statusKind",
           t.waiting_on as "waitingOn", t.priority, t.needs_reply as "needsReply", t.due_at as "dueAt", t.updated_at as "updatedAt",
           jsonb_build_object('id', r.id, 'firstName', r.first_name, 'lastName', r.last_name) as requester,
           case when a.id is null then null else jsonb_build_object('id', a.id, 'firstName', a.first_name, 'lastName', a.last_name) end as assignee,
           exists (select 1 from notifications n where n.user_id = :me and n.ticket_id = t.id and n.read_at is null) as unread,
           array[${keys}] as cursor
    from page join tickets t on t.id = page.id join statuses s on s.key = t.status join users r on r.id = t.requester_id
    left join users a on a.id = t.assignee_id
    order by ${by('t')}`;
}

const writeCursor = (keys: readonly string[]) => Buffer.from(JSON.stringify(keys)).toString('base64url');

/** A cursor that was tampered with is no cursor: the list starts at its beginning. */
function readCursor(text: string | undefined, order: Order): string[] | undefined {
  if (!text) return undefined;
  try {
    const keys: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(keys) || keys.length !== order.columns.length) return undefined;
    return keys.every((key, i) => typeof key === 'string' && KEY[order.casts[i]!]?.(key)) ? keys : undefined;
  } catch {
    return undefined;
  }
}

const KEY: Record<string, (key: string) => boolean> = {
  timestamptz: key => key === 'infinity' || isInstant(key),
  bigint: key => /^\d{1,15}$/.test(key),
  smallint: key => /^-?\d{1,2}$/.test(key),
};
