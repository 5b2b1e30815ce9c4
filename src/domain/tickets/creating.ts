import { query } from '../../db/knex.ts';
import { isPerson } from '../access/actor.ts';
import { attachUploads } from '../attachments/attaching.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid, Unauthenticated } from '../errors.ts';
import { announceEvent, eventInserts, eventValues } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { excerptOf } from './comment.ts';
import { dueState, replyDueAt } from './due.ts';
import { templateToUse } from './template.ts';
import { applyTemplate, teamOf } from './templating.ts';
import { findTicketById, type Impact, type Priority, type TicketSource } from './ticket.ts';

export type NewTicket = {
  subject: string;
  /** Markdown; becomes the first comment. */
  body: string;
  categoryId: number | null;
  impact?: Impact | null;
  /** Set by a coordinator who raises it for somebody else. */
  requesterId?: number | null;
  uploadIds?: readonly number[];
  followUpOf?: number | null;
  source?: TicketSource;
  /** The template it begins with; one that is not for this person counts as none. */
  templateId?: number | null;
  /** The draft it was written as, which goes with it. */
  draft?: string;
  /** The team that gets it, whatever its category says (a mailbox of theirs). */
  teamId?: number;
  /** False where the requester must not be told that it arrived: a machine wrote, or they were told lately. */
  isReceiptSent?: boolean;
};

export type CreatedTicket = { id: number; number: number };

const PRIORITY_OF: Record<Impact, Priority> = { 'a-little': 'medium', 'a-lot': 'high', stopped: 'urgent' };
const RANK: Record<Priority, number> = { low: 1, medium: 2, high: 3, urgent: 4 };

/** Impact may raise the category's priority, never lower it. */
export function firstPriority(categoryDefault: Priority, impact: Impact | null | undefined): Priority {
  const asked = impact ? PRIORITY_OF[impact] : 'low';
  return RANK[asked] > RANK[categoryDefault] ? asked : categoryDefault;
}

/** Ticket, first comment and event in one round trip; the draft goes with them. */
const CREATE = `
  with ticket as (
    insert into tickets (subject, excerpt, category_id, team_id, priority, impact, source, requester_id, follow_up_of,
                         due_at, due_state, created_at, updated_at, needs_reply)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, true) returning id, number),
  comment as (
    insert into comments (ticket_id, author_id, kind, body, created_at)
    select id, ?::bigint, 'reply', ?::text, ?::timestamptz from ticket returning id),
  gone as (delete from drafts where user_id = ? and scope = ?),
  ${eventInserts(`select 'ticket'::text, ticket.id, '#' || ticket.number, ticket.id, comment.id from ticket, comment`)}
  select ticket.id, ticket.number, comment.id as "commentId", event.id as "eventId" from ticket, comment, event`;

/** Number, first comment, files, reply clock, event and outbox row: all or nothing. */
export async function createTicket(ctx: Context, input: NewTicket): Promise<CreatedTicket> {
  authorize(ctx, 'ticket.create');
  if (!isPerson(ctx.actor)) throw new Unauthenticated('Sign in first');
  const forSomebody = input.requesterId && input.requesterId !== ctx.actor.id;
  if (forSomebody) authorize(ctx, 'ticket.create-for');
  const requesterId = forSomebody ? input.requesterId! : ctx.actor.id;
  const authorId = ctx.actor.id;
  return ctx.transaction(async tx => {
    if (forSomebody) await requireRequester(tx, requesterId);
    if (input.followUpOf) await requireFollowable(tx, input.followUpOf);
    const category = input.categoryId ? await findCategory(tx, input.categoryId) : undefined;
    const template = input.templateId ? await templateToUse(tx, input.templateId) : undefined;
    const base = template?.priority ?? category?.default_priority ?? 'medium';
    const priority = firstPriority(base, input.impact);
    const source = input.source ?? (forSomebody ? 'phone' : 'web');
    const now = tx.now();
    const dueAt = replyDueAt(priority, now, tx.settings);
    const receipt = input.isReceiptSent === false ? { receipt: false } : {};
    const event = { toStatus: 'new', data: { requesterId, source, ...receipt } };
    const [created] = await query<{ id: number; number: number; commentId: number; eventId: number }>(
      tx.db,
      CREATE,
      [
        ...[input.subject, excerptOf(input.body), category?.id ?? null],
        input.teamId ?? (await teamOf(tx, template, category?.id ?? null)) ?? category?.team_id ?? null,
        ...[priority, input.impact ?? null, source, requesterId, input.followUpOf ?? null],
        ...[dueAt, dueState(dueAt, now), now, now],
        ...[authorId, input.body, now],
        ...[authorId, input.draft ?? null],
        ...eventValues(tx, 'ticket.created', event),
      ],
    );
    const { id, number, commentId, eventId } = created!;
    await attachUploads(tx, input.uploadIds ?? [], { ticketId: id, commentId });
    announceEvent(tx, 'ticket.created', { objectType: 'ticket', ticketId: id, id: eventId }, event);
    if (template) await applyTemplate(tx, id, template);
    return { id, number };
  });
}

async function requireRequester(tx: Tx, id: number) {
  const person = await tx.db('users').where({ id }).whereIn('status', ['active', 'pending']).first('id');
  if (!person) throw new Invalid({ requester: tx.t('Choose the person this ticket is for') });
}

/** A ticket one cannot see is not there; one that is still open takes an answer instead. */
const requireFollowable = async (tx: Tx, id: number) =>
  authorize(tx, 'ticket.follow-up', await findTicketById(tx, id));

type CategoryRow = { id: number; team_id: number | null; default_priority: Priority };

/** A subcategory without team uses its parent's. */
const CATEGORY = `
  select c.id, c.default_priority, case when t.archived_at is null then t.id end as team_id
  from categories c left join categories p on p.id = c.parent_id left join teams t on t.id = coalesce(c.team_id, p.team_id)
  where c.id = ? and c.archived_at is null`;

async function findCategory(tx: Tx, id: number): Promise<CategoryRow> {
  const [category] = await query<CategoryRow>(tx.db, CATEGORY, [id]);
  if (!category) throw new Invalid({ category: tx.t('Choose what it is about') });
  return category;
}
