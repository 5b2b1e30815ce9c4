import { isPerson, isStaff } from '../access/actor.ts';
import type { Context } from '../context.ts';
import type { Scope } from '../tickets/finding.ts';
import { priorities } from '../tickets/ticket.ts';
import type { Filter, Flag, Hint, Named } from './parsing.ts';

/** `where` on `tickets t`, its values, and what narrows so much that an index of its own finds it. */
export type Narrowing = {
  where: string;
  values: Record<string, unknown>;
  hints: Hint[];
  /** Ids (and when they were made) that an index answers: the walk through the newest is not needed then. */
  indexed?: string;
  /** One of the names means nothing: then nothing is found. */
  nothing: boolean;
};

/** So many of them are looked at, the newest. */
export const MOST_INDEXED = 5_000;
/** A tag on more tickets than these is met soon enough by walking through the newest. */
const RARE_TAG = 20_000;

type Finding = Narrowing & { works: string };

const ACTIVE = `t.status_kind in ('new', 'open', 'waiting')`;

const FLAGS: Record<Flag, string> = {
  overdue: `${ACTIVE} and t.due_state = 'overdue'`,
  open: ACTIVE,
  closed: `t.status_kind in ('resolved', 'closed')`,
  unassigned: `${ACTIVE} and t.assignee_id is null`,
  mine: 't.assignee_id = :me',
  waiting: `t.status_kind = 'waiting'`,
};

/** Seen by whoever sees the ticket; all else is for who works it, since an employee's page does not show it. */
const OPEN_TO_ALL = new Set(['status', 'category', 'requester', 'created', 'updated', 'has']);
const OPEN_FLAGS = new Set<Flag>(['open', 'closed']);

/** What the operators mean for this person, in at most one statement (for the names in them). */
export async function narrowing(
  ctx: Context,
  filters: readonly Filter[],
  scope: Pick<Scope, 'works'>,
): Promise<Narrowing> {
  const found: Finding = { where: 'true', values: {}, hints: [], nothing: false, works: scope.works };
  if (filters.length === 0) return found;
  const ids = await resolved(ctx, filters);
  const conditions = filters.map((filter, i) => {
    const condition = conditionOf(ctx, { filter, i, ids: ids[i] }, found);
    const open = OPEN_TO_ALL.has(filter.on) || (filter.on === 'is' && OPEN_FLAGS.has(filter.value));
    const wanted = filter.not ? `not coalesce(${condition}, false)` : `(${condition})`;
    return open ? wanted : `(${scope.works} and ${wanted})`;
  });
  found.where = conditions.join(' and ');
  return found;
}

type Resolved = { filter: Filter; i: number; ids: (number | string)[] | undefined };

function conditionOf(ctx: Context, { filter, i, ids }: Resolved, found: Finding): string {
  const name = `f${i}`;
  const value = (what: unknown, key = name) => {
    found.values[key] = what;
    return `:${key}`;
  };
  if (filter.on === 'is') return FLAGS[filter.value];
  if (filter.on === 'has')
    return `exists (select 1 from attachments a join comments ac on ac.id = a.comment_id where a.ticket_id = t.id
      and a.redacted_at is null and ac.redacted_at is null and (ac.kind = 'reply' or ${found.works}))`;
  if ('range' in filter) return ranged(ctx, filter, (what, key) => value(what, name + key));
  if (filter.on === 'tag') {
    const tagged = `t.tags @> array[${value(filter.value.toLowerCase())}]::text[]`;
    if (!filter.not && Number(ids?.[0] ?? 0) <= RARE_TAG)
      found.indexed ??= `select t.id, t.created_at from tickets t where ${tagged}`;
    return tagged;
  }
  if (isNobody(filter)) return `${COLUMNS[filter.on as keyof typeof COLUMNS]} is null`;
  const list = ids ?? [];
  if (list.length === 0 && !filter.not) {
    found.nothing = true;
    if (isStaff(ctx.actor)) found.hints.push({ about: 'value', operator: filter.on, text: filter.value });
  }
  const column = COLUMNS[filter.on];
  const among = `${value(list)}${column.endsWith('_id') ? '::bigint[]' : '::text[]'}`;
  if (!filter.not && (filter.on === 'assignee' || filter.on === 'requester'))
    found.indexed = newestOf(column, among);
  return `${column} = any(${among})`;
}

/** The newest of each person, along an index: one with many tickets costs no more than a page needs. */
const newestOf = (column: string, people: string): string => `
  select i.id, i.created_at from unnest(${people}) as who (id)
  cross join lateral (select t.id, t.created_at from tickets t where ${column} = who.id order by t.created_at desc, t.id desc limit ${MOST_INDEXED}) as i`;

const COLUMNS: Record<Exclude<Named, 'tag'>, string> = {
  status: 't.status',
  priority: 't.priority',
  category: 't.category_id',
  team: 't.team_id',
  assignee: 't.assignee_id',
  requester: 't.requester_id',
};

const isNobody = (filter: Filter): boolean =>
  (filter.on === 'assignee' || filter.on === 'team' || filter.on === 'category') &&
  /^(none|nobody|no one)$/i.test(filter.value);

type Ranged = Extract<Filter, { on: 'created' | 'updated' }>;

function ranged(ctx: Context, { on, range }: Ranged, value: (what: unknown, key: string) => string): string {
  const column = `t.${on}_at`;
  const zone = value((isPerson(ctx.actor) && ctx.actor.timeZone) || ctx.settings.timeZone, 'z');
  const start = (day: string, key: string) => `(${value(day, key)}::timestamp at time zone ${zone}::text)`;
  return [
    range.from && `${column} >= ${start(range.from, 'a')}`,
    range.to && `${column} < ${start(range.to, 'b')}`,
    range.since && `${column} >= ${value(range.since, 'c')}::timestamptz`,
    range.until && `${column} < ${value(range.until, 'd')}::timestamptz`,
  ]
    .filter(Boolean)
    .join(' and ');
}

/** The rows that a name means: by its key, its whole name or how it begins. */
async function resolved(
  ctx: Context,
  filters: readonly Filter[],
): Promise<((number | string)[] | undefined)[]> {
  const staff = isStaff(ctx.actor);
  const asked = filters.flatMap((filter, i) =>
    'value' in filter && filter.on in LOOKUPS && !isNobody(filter)
      ? [{ i, on: filter.on as keyof typeof LOOKUPS, value: filter.value }]
      : [],
  );
  const found: ((number | string)[] | undefined)[] = [];
  const open: typeof asked = [];
  for (const each of asked) {
    const known = withoutAsking(ctx, each);
    if (known) found[each.i] = known;
    else open.push(each);
  }
  if (open.length === 0) return found;
  const columns = open.map(({ on }, n) => `array(${LOOKUPS[on](staff)}) as "v${n}"`);
  const bindings = open.flatMap(({ on, value }) => {
    const asks = LOOKUPS[on](staff).split('?').length - 1;
    const named = on === 'assignee' || on === 'requester';
    if (on === 'tag') return [value.toLowerCase()];
    return Array<string>(asks).fill(named ? value.replace(/[%_\\]/g, '') : value.replaceAll('-', ' '));
  });
  // Sent without a name: an unknown beginning would not use the index.
  const { rows } = await ctx.db.raw<{ rows: Record<string, (number | string)[]>[] }>(
    `select ${columns.join(', ')}`,
    bindings,
  );
  const [row] = rows;
  open.forEach(({ i }, n) => {
    found[i] = row?.[`v${n}`];
  });
  return found;
}

function withoutAsking(ctx: Context, { on, value }: { on: string; value: string }) {
  const plain = value.toLowerCase();
  if (on === 'priority') return priorities.filter(priority => priority.startsWith(plain));
  if ((on === 'assignee' || on === 'requester') && plain === 'me' && isPerson(ctx.actor))
    return [ctx.actor.id];
  return undefined;
}

const LOOKUPS = {
  priority: () => 'select null::text where false',
  tag: () => 'select uses from tags where name = ?',
  // An employee knows only the names on their own page; two of ours may be one of theirs.
  status: (staff: boolean) =>
    staff
      ? `select key from statuses, (select ?::text as v) as q where ${is('name', 'v')} or ${is(`replace(key, '-', ' ')`, 'v')} or kind = lower(v)`
      : `select key from statuses, (select ?::text as v) as q where ${is('employee_name', 'v')}`,
  category: () => `select id from categories, (select ?::text as v) as q where ${is('name', 'v')} limit 500`,
  team: () => `select id from teams, (select ?::text as v) as q where ${is('name', 'v')} limit 500`,
  assignee: people,
  requester: people,
} as const;

const is = (column: string, value: string) =>
  `starts_with(replace(plain_text(${column}), '-', ' '), plain_text(${value}))`;

function people(staff: boolean): string {
  const prefix = (column: string) => `${column} like plain_text(?) || '%'`;
  const either = [
    `select id from users where ${prefix('plain_text(first_name)')}`,
    `select id from users where ${prefix('plain_text(last_name)')}`,
    `select id from users where plain_text(split_part(?, ' ', 1)) = plain_text(first_name) and ${prefix(`plain_text(first_name || ' ' || last_name)`)}`,
    ...(staff ? [`select id from users where ${prefix('lower(email)')}`] : []),
  ];
  return `select id from (${either.join(' union ')}) as named limit 500`;
}
