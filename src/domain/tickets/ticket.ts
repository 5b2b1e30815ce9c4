import { query } from '../../db/knex.ts';
import { personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { NotFound } from '../errors.ts';
import { visibleTickets } from './finding.ts';
import type { TicketRelation } from './policy.ts';
import type { WaitingOn } from './status.ts';

export type Priority = 'low' | 'medium' | 'high' | 'urgent';
export const priorities: readonly Priority[] = ['low', 'medium', 'high', 'urgent'];
export type Impact = 'a-little' | 'a-lot' | 'stopped';
export type TicketSource = 'web' | 'email' | 'api' | 'assistant' | 'import' | 'phone';

export type PersonName = { id: number; firstName: string; lastName: string };

/** A ticket as one page needs it, drawn for the person who asks. */
export type Ticket = TicketRelation & {
  id: number;
  number: number;
  subject: string;
  status: string;
  statusName: string;
  employeeStatusName: string;
  waitingOn: WaitingOn | null;
  priority: Priority;
  impact: Impact | null;
  source: TicketSource;
  categoryId: number | null;
  categoryName: string | null;
  parentCategoryName: string | null;
  teamName: string | null;
  assigneeId: number | null;
  assignee: PersonName | null;
  /** The desk's own words for it: sorted, lower-case. Never shown to who asked. */
  tags: string[];
  requester: PersonName & { email: string | null; departmentName: string | null };
  version: number;
  needsReply: boolean;
  dueAt: Date | null;
  dueState: 'none' | 'soon' | 'overdue';
  spamAt: Date | null;
  followUpOf: number | null;
  /** The number of the ticket where the work goes on. Who asks may not see that one. */
  mergedInto: number | null;
  /** Others were merged into this one. */
  hasMerged: boolean;
  /** The person who asks follows it, as one of the desk. */
  following: boolean;
  firstResponseAt: Date | null;
  resolvedAt: Date | null;
  closedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

const COLUMNS = `
  t.id, t.number, t.subject, t.status, t.status_kind as "statusKind", s.name as "statusName",
  s.employee_name as "employeeStatusName", t.waiting_on as "waitingOn", t.priority, t.impact, t.source,
  t.category_id as "categoryId", c.name as "categoryName", pc.name as "parentCategoryName",
  t.team_id as "teamId", tm.name as "teamName", t.assignee_id as "assigneeId", t.requester_id as "requesterId",
  case when a.id is null then null else jsonb_build_object('id', a.id, 'firstName', a.first_name, 'lastName', a.last_name) end as assignee,
  jsonb_build_object('id', r.id, 'firstName', r.first_name, 'lastName', r.last_name, 'email', r.email, 'departmentName', d.name) as requester,
  t.version, t.tags, t.needs_reply as "needsReply", t.due_at as "dueAt", t.due_state as "dueState", t.spam_at as "spamAt",
  fu.number as "followUpOf", mi.number as "mergedInto",
  exists (select 1 from tickets m where m.merged_into = t.id) as "hasMerged", t.first_response_at as "firstResponseAt", t.resolved_at as "resolvedAt",
  t.closed_at as "closedAt", t.created_at as "createdAt", t.updated_at as "updatedAt"`;

const FOLLOWING = `
  exists (select 1 from ticket_followers f where f.ticket_id = t.id and f.user_id = :asker) as following`;

const JOINS = `
  join statuses s on s.key = t.status
  join users r on r.id = t.requester_id
  left join departments d on d.id = r.department_id
  left join users a on a.id = t.assignee_id
  left join teams tm on tm.id = t.team_id
  left join categories c on c.id = t.category_id
  left join categories pc on pc.id = c.parent_id
  left join tickets fu on fu.id = t.follow_up_of
  left join tickets mi on mi.id = t.merged_into`;

/** The ticket, if the person may see it: foreign and absent are the same NotFound. */
export async function findTicket(ctx: Context, number: number): Promise<Ticket> {
  const ticket = await readTicket(ctx, 't.number', number);
  if (!ticket) throw new NotFound(`No ticket #${number}`);
  return ticket;
}

/** The same by its key. */
export async function findTicketById(ctx: Context, id: number): Promise<Ticket> {
  const ticket = await readTicket(ctx, 't.id', id);
  if (!ticket) throw new NotFound('No such ticket');
  return ticket;
}

/** Takes the row's lock for the rest of the transaction and reads it anew. */
export async function lockTicket(tx: Tx, ticket: { id: number }): Promise<Ticket> {
  const free = await readTicket(tx, 't.id', ticket.id, LOCKED);
  if (free) return free;
  await query(tx.db, 'select 1 from tickets where id = ? for update', [ticket.id]);
  const current = await readTicket(tx, 't.id', ticket.id);
  if (!current) throw new NotFound('The ticket is gone');
  return current;
}

/**
 * Locks and reads at once where nobody holds the row: what the statement sees is then the row that it locked. Where
 * somebody holds it, or changed it since the statement began, there is no row, and the lock is waited for first.
 */
const LOCKED = {
  first:
    'with locked as materialized (select id, xmin from tickets where id = :value for update skip locked)',
  join: 'join locked l on l.id = t.id and l.xmin = t.xmin',
};

async function readTicket(
  ctx: Context,
  key: 't.id' | 't.number',
  value: number,
  { first, join } = { first: '', join: '' },
): Promise<Ticket | undefined> {
  if (!Number.isSafeInteger(value) || value < 1) return undefined;
  const scope = visibleTickets(ctx);
  const [row] = await scope.read<Ticket>(
    ctx.db,
    `${first} select ${COLUMNS}, ${FOLLOWING}, ${scope.relation} from tickets t ${join} ${JOINS} where ${key} = :value and ${scope.visible}`,
    { value, asker: personId(ctx.actor) ?? 0 },
  );
  return row;
}
