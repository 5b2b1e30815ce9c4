import type { Context, Tx } from '../context.ts';
import { authorize } from '../policies.ts';
import { indexTickets } from '../search/documents.ts';
import { excerptOf } from '../tickets/comment.ts';
import { dueState, replyDueAt } from '../tickets/due.ts';
import { findContacts } from './contacts.ts';
import type { ImportRow } from './row.ts';
import { createTeams, type Surroundings } from './surroundings.ts';

type Ready = ImportRow & { requesterId: number; teamId: number | null };
type Written = { id: number; number: number; sourceRef: string };

/**
 * Writes rows with their people, first comments, history and search documents in one transaction. Rows that
 * an earlier run wrote are left as they are. Nothing goes to the outbox, so nobody is mailed.
 */
export async function writeTickets(
  ctx: Context,
  rows: readonly ImportRow[],
  surroundings: Surroundings,
): Promise<number> {
  authorize(ctx, 'settings.manage');
  const made = await ctx.transaction(async tx => {
    const fresh = await notYetThere(tx, rows);
    if (fresh.length === 0) return { written: 0, teams: new Map<string, number>() };
    const teams = await createTeams(
      tx,
      surroundings,
      fresh.flatMap(row => row.teamName ?? []),
    );
    const contacts = await findContacts(
      tx,
      fresh.map(row => row.requester),
    );
    const ready = fresh.map((row): Ready => {
      const key = row.teamName?.toLowerCase() ?? '';
      const teamId = surroundings.teams.get(key) ?? teams.get(key) ?? null;
      return { ...row, teamId, requesterId: contacts.get(row.requester.ref)! };
    });
    return { written: await writeRows(tx, ready), teams };
  });
  // Only what is committed may be relied on by the next rows.
  for (const [name, id] of made.teams) surroundings.teams.set(name, id);
  return made.written;
}

async function notYetThere(tx: Tx, rows: readonly ImportRow[]): Promise<ImportRow[]> {
  const refs = rows.map(row => row.sourceRef);
  const known = new Set<string>(await tx.db('tickets').whereIn('source_ref', refs).pluck('source_ref'));
  return rows.filter(row => !known.has(row.sourceRef));
}

async function writeRows(tx: Tx, rows: readonly Ready[]): Promise<number> {
  const written = await insertTickets(tx, rows);
  const byRef = new Map(rows.map(row => [row.sourceRef, row]));
  const told = written.map(ticket => ({ ticket, row: byRef.get(ticket.sourceRef)! }));
  await insertHistory(tx, told);
  await indexTickets(
    tx.db,
    written.map(({ id }) => id),
  );
  return written.length;
}

// Values travel as one JSON text: a statement of fixed form, however many rows.
async function insertTickets(tx: Tx, rows: readonly Ready[]): Promise<Written[]> {
  const { rows: written } = await tx.db.raw<{ rows: Written[] }>(
    `insert into tickets (subject, excerpt, status, status_kind, waiting_on, priority, source, source_ref, requester_id,
       category_id, team_id, assignee_id, version, needs_reply, due_at, due_state, resolved_at, closed_at, created_at, updated_at)
     select subject, excerpt, status, status_kind, waiting_on, priority, 'import', source_ref, requester_id,
       category_id, team_id, assignee_id, version, needs_reply, due_at, due_state, resolved_at, closed_at, created_at, created_at
     from jsonb_to_recordset(?::jsonb) as r (subject text, excerpt text, status text, status_kind text, waiting_on text, priority text,
       source_ref text, requester_id bigint, category_id bigint, team_id bigint, assignee_id bigint, version integer, needs_reply boolean,
       due_at timestamptz, due_state text, resolved_at timestamptz, closed_at timestamptz, created_at timestamptz)
     on conflict (source_ref) do nothing
     returning id, number, source_ref as "sourceRef"`,
    [JSON.stringify(rows.map(row => ticketColumns(tx, row)))],
  );
  return written;
}

/** The reply clock starts with the import, so that years of old tickets are not all overdue at once. */
function ticketColumns(tx: Tx, row: Ready) {
  const { kind } = row.status;
  const owes = kind === 'new' || kind === 'open';
  const dueAt = owes ? replyDueAt(row.priority, tx.now(), tx.settings) : null;
  return {
    subject: row.subject,
    excerpt: excerptOf(row.body),
    status: row.status.key,
    status_kind: kind,
    waiting_on: row.waitingOn,
    priority: row.priority,
    source_ref: row.sourceRef,
    requester_id: row.requesterId,
    category_id: row.categoryId,
    team_id: row.teamId,
    assignee_id: row.assigneeId,
    version: kind === 'new' ? 1 : 2,
    needs_reply: owes,
    due_at: dueAt,
    due_state: dueState(dueAt, tx.now()),
    resolved_at: kind === 'resolved' ? tx.now() : null,
    closed_at: kind === 'closed' ? row.createdAt : null,
    created_at: row.createdAt,
  };
}

type Told = { ticket: Written; row: Ready };

/** The text as the first comment; created as new, then, if need be, one change to the status it came with. */
async function insertHistory(tx: Tx, told: readonly Told[]): Promise<void> {
  await tx.db.raw(
    `with told as (
       select * from jsonb_to_recordset(?::jsonb) as r (ticket_id bigint, number bigint, author_id bigint, body text,
         created_at timestamptz, source text, status text, changes jsonb, names jsonb)
     ), said as (
       insert into comments (ticket_id, author_id, kind, body, source, created_at)
       select ticket_id, author_id, 'reply', body, 'import', created_at from told order by ticket_id returning id, ticket_id
     ), created as (
       insert into events (occurred_at, type, actor_kind, object_type, object_id, object_label, ticket_id, comment_id, to_status, data)
       select created_at, 'ticket.created', 'system', 'ticket', t.ticket_id, '#' || number, t.ticket_id, said.id, 'new',
              jsonb_build_object('requesterId', author_id, 'source', 'import', 'from', source)
       from told t join said on said.ticket_id = t.ticket_id order by t.ticket_id returning id
     )
     select count(*) from created`,
    [JSON.stringify(told.map(historyColumns))],
  );
  await insertChanges(
    tx,
    told.filter(({ row }) => row.status.kind !== 'new'),
  );
}

// After the creation, in a statement of its own: the order of keys is the order of the history.
async function insertChanges(tx: Tx, told: readonly Told[]): Promise<void> {
  if (told.length === 0) return;
  await tx.db.raw(
    `insert into events (occurred_at, type, actor_kind, object_type, object_id, object_label, ticket_id, to_status, changes, data)
     select created_at, 'ticket.changed', 'system', 'ticket', ticket_id, '#' || number, ticket_id, status, changes,
            jsonb_build_object('verb', 'changed', 'names', names)
     from jsonb_to_recordset(?::jsonb) as r (ticket_id bigint, number bigint, created_at timestamptz, status text, changes jsonb, names jsonb)
     order by ticket_id`,
    [JSON.stringify(told.map(historyColumns))],
  );
}

const historyColumns = ({ ticket, row }: Told) => ({
  ticket_id: ticket.id,
  number: ticket.number,
  author_id: row.requesterId,
  body: row.body,
  created_at: row.createdAt,
  source: row.sourceRef.split(':')[0],
  status: row.status.key,
  changes: {
    status: ['new', row.status.key],
    ...(row.waitingOn && { waitingOn: [null, row.waitingOn] }),
    ...(row.assigneeId && { assigneeId: [null, row.assigneeId] }),
  },
  names: { status: ['New', row.status.name] },
});
