import { isAdmin, isPerson } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';
import { conditionsOf, type QueueFilter } from './filtering.ts';
import { visibleTickets } from './finding.ts';
import type { StatusKind, WaitingOn } from './status.ts';
import type { PersonName, Priority, TicketSource } from './ticket.ts';

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
  createdAt: Date;
  updatedAt: Date;
  requester: PersonName;
  assignee: PersonName | null;
  teamName: string | null;
  categoryName: string | null;
  tags: string[];
  source: TicketSource;
  unread: boolean;
  /** Where it stands in this order; what `after` and `before` take. */
  cursor: string;
};

export type QueuePage = { rows: QueueRow[]; next: string | null; previous: string | null };

const ACTIVE = `t.status_kind in ('new', 'open', 'waiting') and t.spam_at is null`;

export const VIEWS: Record<QueueView, string> = {
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
    keyset: cursor ? 'values' : 'none',
    oneIndex: request.view === 'mine',
    limit: limit + 1,
  });
  const values = { ...filter.values, ...cursorValues(cursor) };
  const [page] = await visibleTickets(ctx).read<{ rows: StoredRow[] | null }>(ctx.db, sql, values);
  const found = page?.rows ?? [];
  const more = found.length > limit;
  const rows = found.slice(0, limit).map(toRow);
  if (backwards) rows.reverse();
  const first = rows[0];
  const last = rows.at(-1);
  return {
    rows,
    next: last && (backwards || more) ? last.cursor : null,
    previous: first && (backwards ? more : Boolean(cursor)) ? first.cursor : null,
  };
}

/** Instants come as text, names as columns: one document a page is read several times quicker than fields of rows. */
type StoredRow = Omit<QueueRow, 'dueAt' | 'createdAt' | 'updatedAt' | 'requester' | 'assignee'> & {
  dueAt: string | null;
  createdAt: string;
  updatedAt: string;
  requester: [number, string, string];
  assignee: [number | null, string, string];
};

const toRow = (row: StoredRow): QueueRow => ({
  ...row,
  dueAt: row.dueAt === null ? null : new Date(row.dueAt),
  createdAt: new Date(row.createdAt),
  updatedAt: new Date(row.updatedAt),
  requester: nameOf(row.requester)!,
  assignee: nameOf(row.assignee),
});

const nameOf = ([id, firstName, lastName]: StoredRow['assignee']): PersonName | null =>
  id === null ? null : { id, firstName, lastName };

type Beside = { number: number; cursor: string };
export type Neighbours = { previous: Beside | null; next: Beside | null; position: number | null };

/** Beyond this nobody counts along: "4 of 11". */
const COUNTED = 500;

/**
 * The tickets before and after one in the same list, for a coordinator who works through it, in one statement.
 * `at` is where it stood when the list was drawn: an answer moves it, and the next one is still the next. `counted`
 * asks how many stand before it.
 */
export async function neighbours(
  ctx: Context,
  request: QueueRequest,
  { number, at, counted = false }: { number: number; at?: string; counted?: boolean },
): Promise<Neighbours> {
  authorize(ctx, 'queue.read');
  const order = ORDERS[request.sort ?? defaultSort(request.view)];
  const filter = conditions(request);
  const cursor = readCursor(at, order);
  const keys = order.columns.map((column, i) => `${columnOf(column)} as k${i}`).join(', ');
  const here = cursor ? 'select 1' : `select ${keys} from tickets t where t.number = :number`;
  const side = (backwards: boolean, limit: number) =>
    pageOf(ctx, order, filter.where, {
      backwards,
      keyset: cursor ? 'values' : 'here',
      oneIndex: request.view === 'mine',
      limit,
    });
  const beside = (name: string) =>
    `(select jsonb_build_object('number', t.number, 'cursor', ${cursorOf(order)}) from ${name} join tickets t on t.id = ${name}.id)`;
  const position = counted ? `(select count(*)::integer from (${side(true, COUNTED)}) as ahead)` : 'null';
  const [row] = await visibleTickets(ctx).read<
    Record<'previous' | 'next', Beside | null> & { ahead: number | null }
  >(
    ctx.db,
    `with here as materialized (${here}), before as (${side(true, 1)}), after as (${side(false, 1)})
     select ${beside('before')} as previous, ${beside('after')} as next, ${position} as ahead`,
    { ...filter.values, number, ...cursorValues(cursor) },
  );
  const ahead = row?.ahead ?? null;
  return {
    previous: row?.previous ?? null,
    next: row?.next ?? null,
    position: ahead === null || ahead >= COUNTED ? null : ahead + 1,
  };
}

function conditions({ view, filter = {} }: QueueRequest): { where: string; values: Record<string, unknown> } {
  const { where, values } = conditionsOf(filter);
  return { where: [VIEWS[view], ...where].join(' and '), values };
}

const cursorValues = (cursor: readonly string[] | undefined) =>
  Object.fromEntries((cursor ?? []).map((value, i) => [`k${i}`, value]));

/** The keys of a row as the text of its cursor: `1763719987123456_99996`, instants in microseconds, `i` for never. */
const cursorOf = (order: Order) =>
  `concat_ws('_', ${order.columns.map((column, i) => keyOf(columnOf(column), order.casts[i]!)).join(', ')})`;

const keyOf = (column: string, cast: string) =>
  cast === 'timestamptz'
    ? `case when isfinite(${column}) then (extract(epoch from ${column}) * 1000000)::bigint::text else 'i' end`
    : column;

const columnOf = (column: string) => (column === 'priority_order' ? '-t.priority_rank' : `t.${column}`);

type Part = {
  backwards: boolean;
  /** What the page begins behind: nothing, the values of a cursor, or the row of the statement's `here`. */
  keyset: 'none' | 'values' | 'here';
  oneIndex: boolean;
  limit: number;
};

const directionOf = (order: Order, backwards: boolean) =>
  (order.direction === 'asc') !== backwards ? 'asc' : 'desc';

function orderBy(order: Order, backwards: boolean, alias: string): string {
  const direction = directionOf(order, backwards);
  return order.columns
    .map(column =>
      column === 'priority_order'
        ? `${alias}.priority_rank ${direction === 'asc' ? 'desc' : 'asc'}`
        : `${alias}.${column} ${direction}`,
    )
    .join(', ');
}

/**
 * The keys of one page. Where the coordinator works some teams, each team's own index gives its page and the pages
 * are merged; who works all, or looks at their own, reads one index. The teams stand in a subquery, so that a plan for
 * these teams looks no cheaper than one for any: else PostgreSQL plans the statement anew each time, for 2 ms.
 */
function pageOf(
  ctx: Context,
  order: Order,
  where: string,
  { backwards, keyset, oneIndex, limit }: Part,
): string {
  const sign = directionOf(order, backwards) === 'asc' ? '>' : '<';
  const from = {
    none: '',
    values: `(${order.casts.map((cast, i) => `:k${i}::${cast}`).join(', ')})`,
    here: `(select ${order.columns.map((_, i) => `k${i}`).join(', ')} from here)`,
  }[keyset];
  const behind = from && ` and (${order.columns.map(columnOf).join(', ')}) ${sign} ${from}`;
  const columns = 't.id, t.priority_rank, t.created_at, t.updated_at, t.due_order';
  const { works, notInvolved } = visibleTickets(ctx);
  // A limit that the planner does not know makes it walk the index in order; else it may well sort all that are theirs.
  if (oneIndex || worksEveryTeam(ctx))
    return `select ${columns} from tickets t where ${where} and ${works}${behind} order by ${orderBy(order, backwards, 't')} limit (select ${limit})`;
  return `select own.* from unnest((select array_append(:teams::bigint[], 0))) as team (id) cross join lateral (
         select ${columns} from tickets t where t.queue_team = team.id and ${where} and (team.id <> 0 or ${notInvolved})${behind}
         order by ${orderBy(order, backwards, 't')} limit ${limit}) as own order by ${orderBy(order, backwards, 'own')} limit ${limit}`;
}

export const worksEveryTeam = (ctx: Context) =>
  isPerson(ctx.actor) && (isAdmin(ctx.actor) || ctx.actor.worksAllTeams);

/** Only the rows of the page are joined to names. */
function pageQuery(ctx: Context, order: Order, where: string, part: Part): string {
  return `with page as materialized (${pageOf(ctx, order, where, part)})
    select json_agg(row) as rows from (
    select t.id, t.number, t.subject, t.excerpt, t.status, s.name as "statusName", t.status_kind as "statusKind",
           t.waiting_on as "waitingOn", t.priority, t.needs_reply as "needsReply", t.due_at as "dueAt",
           t.created_at as "createdAt", t.updated_at as "updatedAt", t.tags, t.source,
           tm.name as "teamName", c.name as "categoryName",
           json_build_array(r.id, r.first_name, r.last_name) as requester,
           json_build_array(a.id, a.first_name, a.last_name) as assignee,
           exists (select 1 from notifications n where n.user_id = :me and n.ticket_id = t.id and n.read_at is null) as unread,
           ${cursorOf(order)} as cursor
    from page join tickets t on t.id = page.id join statuses s on s.key = t.status join users r on r.id = t.requester_id
    left join users a on a.id = t.assignee_id left join teams tm on tm.id = t.team_id left join categories c on c.id = t.category_id
    order by ${orderBy(order, part.backwards, 't')}) as row`;
}

/** A cursor that was tampered with is no cursor: the list starts at its beginning. */
function readCursor(text: string | undefined, order: Order): string[] | undefined {
  const keys = text?.split('_');
  if (keys?.length !== order.columns.length) return undefined;
  const values = keys.map((key, i) => READ_KEY[order.casts[i]!]?.(key));
  return values.every(value => value !== undefined) ? values : undefined;
}

const READ_KEY: Record<string, (key: string) => string | undefined> = {
  timestamptz: key => (key === 'i' ? 'infinity' : instantOf(key)),
  bigint: key => (/^\d{1,15}$/.test(key) ? key : undefined),
  smallint: key => (/^-?\d{1,2}$/.test(key) ? key : undefined),
};

/** Microseconds since 1970, of which a Date would keep only thousands. */
function instantOf(key: string): string | undefined {
  if (!/^\d{1,16}$/.test(key)) return undefined;
  const microseconds = Number(key);
  const seconds = new Date(Math.floor(microseconds / 1_000_000) * 1_000).toISOString().slice(0, 19);
  return `${seconds}.${String(microseconds % 1_000_000).padStart(6, '0')}Z`;
}
