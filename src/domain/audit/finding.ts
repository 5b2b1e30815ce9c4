import { query } from '../../db/knex.ts';
import type { Context } from '../context.ts';
import type { Changes } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { positional } from '../tickets/finding.ts';
import { type AuditFilter, branchesOf } from './filtering.ts';

export type AuditEntry = {
  id: number;
  occurredAt: Date;
  type: string;
  actorKind: 'person' | 'system' | 'anonymous';
  actor: { id: number; firstName: string; lastName: string; email: string | null } | null;
  objectType: string;
  objectId: number | null;
  objectLabel: string;
  ticketNumber: number | null;
  changes: Changes;
  data: Record<string, unknown>;
  address: string | null;
  userAgent: string | null;
  requestId: string | null;
};

export type AuditPage = { entries: AuditEntry[]; hasNewer: boolean; hasOlder: boolean };

/** `older` and `newer` are the id of the entry at the edge of the page that was left. */
export type AuditCursor = { older?: number; newer?: number };

/** What happened, the newest first. Every filter walks an index of its own, however long the log is. */
export async function listAudit(
  ctx: Context,
  filter: AuditFilter,
  { older, newer }: AuditCursor = {},
  limit = 50,
): Promise<AuditPage> {
  authorize(ctx, 'audit.read');
  const backwards = newer !== undefined;
  const rows = await readEntries(ctx, filter, { older, newer }, limit + 1);
  const entries = rows.slice(0, limit);
  const more = rows.length > limit;
  if (backwards) entries.reverse();
  return {
    entries,
    hasNewer: backwards ? more : older !== undefined,
    hasOlder: backwards ? true : more,
  };
}

/** All that matches, the newest first, in batches: any number of rows in the memory of one batch. */
export async function* everyEntry(
  ctx: Context,
  filter: AuditFilter,
  batch = 1_000,
): AsyncGenerator<AuditEntry[]> {
  authorize(ctx, 'audit.read');
  let older: number | undefined;
  for (;;) {
    const rows = await readEntries(ctx, filter, { older }, batch);
    if (rows.length > 0) yield rows;
    if (rows.length < batch) return;
    older = rows.at(-1)?.id;
  }
}

const COLUMNS = `
  e.id, e.occurred_at as "occurredAt", e.type, e.actor_kind as "actorKind", e.object_type as "objectType",
  e.object_id as "objectId", e.object_label as "objectLabel", t.number as "ticketNumber", e.changes, e.data,
  o.address, o.user_agent as "userAgent", e.request_id as "requestId",
  case when u.id is null then null else
    jsonb_build_object('id', u.id, 'firstName', u.first_name, 'lastName', u.last_name, 'email', u.email) end as actor`;

async function readEntries(
  ctx: Context,
  filter: AuditFilter,
  { older, newer }: AuditCursor,
  limit: number,
): Promise<AuditEntry[]> {
  const branches = await branchesOf(ctx, filter);
  if (branches.length === 0) return [];
  const isAll = branches.length === 1 && branches[0]?.where === 'true';
  // What was imported happened before it was written down: everything goes by time, what is narrowed by its own index.
  const key = isAll ? 'e.occurred_at, e.id' : 'e.id';
  const direction = newer === undefined ? 'desc' : 'asc';
  const order = key
    .split(', ')
    .map(column => `${column} ${direction}`)
    .join(', ');
  const edge = newer ?? older;
  const beyond = `(${key}) ${newer === undefined ? '<' : '>'} (select ${key} from events e where e.id = :edge)`;
  const conditions = [
    ...(filter.from ? ['e.occurred_at >= :from'] : []),
    ...(filter.to ? ['e.occurred_at < :to'] : []),
    ...(edge === undefined ? [] : [beyond]),
  ];
  const parts = branches.map(
    branch =>
      `(select e.id, e.occurred_at from events e where ${[branch.where, ...conditions].join(' and ')} order by ${order} limit :limit)`,
  );
  const values = Object.assign(
    { limit, edge, from: filter.from, to: filter.to },
    ...branches.map(branch => branch.values),
  );
  const { text, bindings } = positional(
    `with found as (
       select distinct e.id, e.occurred_at from (${parts.join(' union all ')}) as e order by ${order} limit :limit)
     select ${COLUMNS} from found join events e on e.id = found.id
     left join event_origins o on o.event_id = e.id
     left join users u on u.id = e.actor_id
     left join tickets t on t.id = e.ticket_id
     order by ${order}`,
    values,
  );
  return query<AuditEntry>(ctx.db, text, bindings);
}
