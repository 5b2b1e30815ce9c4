import type { WaitingOn } from './status.ts';
import { type Priority, priorities, type TicketSource } from './ticket.ts';

/** From, up to but without. */
export type Span = { from?: Date; until?: Date };

export type QueueFilter = {
  /** Only these tickets: what a search found (`search/matching.ts`). */
  ids?: readonly number[];
  status?: string;
  priority?: Priority;
  categoryId?: number;
  teamId?: number;
  /** 0 is nobody. */
  assigneeId?: number;
  requesterId?: number;
  tag?: string;
  source?: TicketSource;
  waitingOn?: WaitingOn;
  created?: Span;
  updated?: Span;
  hasFile?: true;
  following?: true;
};

/** What a list can be narrowed by, in the words of its address and of a saved view: `?status=open&created=7d`. */
export const filterKeys = [
  'status',
  'priority',
  'team',
  'assignee',
  'category',
  'requester',
  'tag',
  'source',
  'waiting',
  'created',
  'updated',
  'file',
  'following',
] as const;
export type FilterKey = (typeof filterKeys)[number];
export type FilterWords = Partial<Record<FilterKey, string>>;

export const spans = ['today', '7d', '30d', 'older'] as const;
const waits = ['requester', 'other'] as const;
export const sources: readonly TicketSource[] = ['web', 'email', 'phone', 'assistant', 'api', 'import'];

/** The moment a list is asked for, and where the asker's day began. */
export type When = { now: Date; today: Date };

type Reader = (text: string, when: When) => QueueFilter | undefined;

const oneOf = <Word extends string>(words: readonly Word[], text: string) =>
  words.find(word => word === text);
const id = (text: string) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined);
const given = <Value>(value: Value | undefined, filter: (value: Value) => QueueFilter) =>
  value === undefined ? undefined : filter(value);

/**
 * A property a line: what its word means. A further one, such as a field of a category's form, is an entry here, its
 * condition in `CONDITIONS` below and its choices in `views/queue/_filter-menu.ejs`.
 */
const READERS: Record<FilterKey, Reader> = {
  status: text => (/^[\w-]{1,40}$/.test(text) ? { status: text } : undefined),
  priority: text => given(oneOf(priorities, text), priority => ({ priority })),
  team: text => given(id(text), teamId => ({ teamId })),
  assignee: text => given(id(text), assigneeId => ({ assigneeId })),
  category: text => given(id(text), categoryId => ({ categoryId })),
  requester: text => given(id(text), requesterId => ({ requesterId })),
  tag: text => (text.length <= 40 && text ? { tag: text.toLowerCase() } : undefined),
  source: text => given(oneOf(sources, text), source => ({ source })),
  waiting: text => given(oneOf(waits, text), waitingOn => ({ waitingOn })),
  created: (text, when) => given(spanOf(text, when), created => ({ created })),
  updated: (text, when) => given(spanOf(text, when), updated => ({ updated })),
  file: text => (text === 'yes' ? { hasFile: true } : undefined),
  following: text => (text === 'yes' ? { following: true } : undefined),
};

const DAY = 86_400_000;

function spanOf(text: string, { today }: When): Span | undefined {
  const word = oneOf(spans, text);
  if (!word) return undefined;
  if (word === 'today') return { from: today };
  const daysAgo = (days: number) => new Date(today.getTime() - days * DAY);
  return word === 'older' ? { until: daysAgo(29) } : { from: daysAgo(word === '7d' ? 6 : 29) };
}

/** What of the words is understood; anything else is passed over. */
export function readWords(words: Record<string, unknown>, when: When): FilterWords {
  const read: FilterWords = {};
  for (const key of filterKeys) {
    const text = words[key];
    if (typeof text === 'string' && text && READERS[key](text, when)) read[key] = text;
  }
  return read;
}

export function filterFrom(words: FilterWords, when: When): QueueFilter {
  return Object.assign({}, ...filterKeys.map(key => words[key] && READERS[key](words[key], when)));
}

/** SQL on `tickets t` with the values of its names. */
export type Conditions = { where: string[]; values: Record<string, unknown> };

type Condition = (named: (name: string, value: unknown) => string, value: never) => string;
const equal =
  (column: string): Condition =>
  (named, value) =>
    `t.${column} = ${named(column, value)}`;
/** A ticket is never changed before it was created: said too, so that the index of either order begins there. */
const within = (column: 'created_at' | 'updated_at'): Condition => {
  const other = column === 'created_at' ? 'updated_at' : 'created_at';
  return (named, span: Span) => {
    const from = span.from && named(`${column}_from`, span.from);
    const until = span.until && named(`${column}_until`, span.until);
    return [
      from && `t.${column} >= ${from}`,
      from && other === 'updated_at' && `t.updated_at >= ${from}`,
      until && `t.${column} < ${until}`,
      until && other === 'created_at' && `t.created_at < ${until}`,
    ]
      .filter(Boolean)
      .join(' and ');
  };
};

/** A word of a closed list, written out: an index on a part of the tickets is found by it. */
const word = (words: readonly string[], value: string) => `'${words.find(each => each === value) ?? ''}'`;

const CONDITIONS: { [Key in keyof QueueFilter]-?: Condition } = {
  ids: (named, value) => `t.id = any(${named('ids', value)}::bigint[])`,
  status: equal('status'),
  priority: equal('priority'),
  categoryId: (named, value) => {
    const category = named('category', value);
    return `t.category_id in (select id from categories where id = ${category} or parent_id = ${category})`;
  },
  teamId: (named, value) => {
    const team = named('team_id', value);
    return `t.queue_team = ${team} and t.team_id = ${team}`;
  },
  assigneeId: (named, value) => (value === 0 ? 't.assignee_id is null' : equal('assignee_id')(named, value)),
  requesterId: equal('requester_id'),
  tag: (named, value) => `t.tags @> array[${named('tag', value)}::text]`,
  source: (_named, value) => `t.source = ${word(sources, value)}`,
  waitingOn: (_named, value) => `t.status_kind = 'waiting' and t.waiting_on = ${word(waits, value)}`,
  created: within('created_at'),
  updated: within('updated_at'),
  hasFile: () => 'exists (select 1 from attachments f where f.ticket_id = t.id and f.redacted_at is null)',
  following: () => 't.id in (select w.ticket_id from ticket_followers w where w.user_id = :me)',
};

/** `prefix` keeps the names of several lists in one statement apart. The text depends on which filters are set only. */
export function conditionsOf(filter: QueueFilter, prefix = ''): Conditions {
  const values: Record<string, unknown> = {};
  const named = (name: string, value: unknown) => {
    values[prefix + name] = value;
    return `:${prefix}${name}`;
  };
  const where = (Object.keys(CONDITIONS) as (keyof QueueFilter)[])
    .filter(key => filter[key] !== undefined)
    .map(key => CONDITIONS[key](named, filter[key] as never));
  return { where, values };
}
