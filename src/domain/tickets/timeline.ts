import { isPerson } from '../access/actor.ts';
import type { Context } from '../context.ts';
import type { Changes } from '../events/recording.ts';
import type { Comment } from './comment.ts';
import { MAIL_COLUMN, SENT_COLUMN } from './comment-mail.ts';
import { type Scope, visibleTickets } from './finding.ts';
import { worksTicket } from './policy.ts';
import type { PersonName, Ticket } from './ticket.ts';

export type TicketEvent = {
  id: number;
  type: string;
  occurredAt: Date;
  actorKind: 'person' | 'system' | 'anonymous';
  actor: PersonName | null;
  changes: Changes;
  data: { verb?: string; names?: Record<string, [string | null, string | null]> } & Record<string, unknown>;
};

export type TimelineEntry =
  | ({ is: 'comment'; at: Date } & Comment)
  | ({ is: 'event'; at: Date } & TicketEvent);

const PERSON = (alias: string) =>
  `case when ${alias}.id is null then null else jsonb_build_object('id', ${alias}.id, 'firstName', ${alias}.first_name, 'lastName', ${alias}.last_name, 'staff', ${alias}.role <> 'employee') end`;

const comment = (works: string) => `
  select c.id, c.kind, case when c.redacted_at is null then c.body else '' end as body, ${PERSON('u')} as author,
         c.author_id = t.requester_id as "byRequester", c.redacted_at as "redactedAt", c.created_at as "createdAt",
         c.edited_at as "editedAt", case when c.redacted_at is null then c.signature end as signature, c.mentions,
         coalesce((select jsonb_agg(jsonb_build_object('id', f.id, 'filename', f.filename, 'contentType', f.content_type,
                   'size', f.size, 'hasThumbnail', f.thumbnail_state = 'made', 'redacted', f.redacted_at is not null, 'contentId', f.content_id) order by f.id)
                   from attachments f where f.comment_id = c.id), '[]') as files, ${MAIL_COLUMN(works)}, ${SENT_COLUMN(works)}`;
const COMMENTS = `
  ${comment(':works::boolean')} from comments c join tickets t on t.id = c.ticket_id left join users u on u.id = c.author_id
  where c.ticket_id = :ticket and c.kind = any(:kinds::text[]) order by c.id desc limit :limit`;

/**
 * With what was said on the tickets that were merged into it: each message by the rights on its own ticket, so that
 * a merge shows nobody what they could not read before it.
 */
const merged = ({ visible, works }: Scope) => `
  with recursive inside as (
    select id from tickets where merged_into = :ticket
    union select t.id from tickets t join inside on t.merged_into = inside.id),
  sources as (
    select :ticket::bigint as id, null::bigint as number, :works::boolean as works
    union all
    select t.id, t.number, ${works} and :works::boolean from tickets t join inside on inside.id = t.id where ${visible})
  select c.* from sources cross join lateral (
    ${comment('sources.works')}, sources.number as "from"
    from comments c join tickets t on t.id = c.ticket_id left join users u on u.id = c.author_id
    where c.ticket_id = sources.id and (c.kind = 'reply' or sources.works) order by c.id desc limit :limit) as c
  order by c.id desc limit :limit`;

const EVENTS = `
  select e.id, e.type, e.occurred_at as "occurredAt", e.actor_kind as "actorKind", ${PERSON('u')} as actor, e.changes, e.data
  from events e left join users u on u.id = e.actor_id
  where e.ticket_id = :ticket and e.type = any(:types::text[]) and (not e.internal or :works::boolean)
  order by e.id desc limit :events`;

/** Both in one statement, since each costs a round trip. JSON has no dates: they are made again from their text. */
const timeline = (comments: string) => `
  select (select coalesce(json_agg(c), '[]') from (${comments}) as c) as comments,
         (select coalesce(json_agg(e), '[]') from (${EVENTS}) as e) as events`;

/** Comments shown on the page without asking for more; a thread of 500 stays one light page. */
export const RECENT_COMMENTS = 60;
const RECENT_EVENTS = 120;

const STAFF_EVENTS = [
  'ticket.changed',
  'ticket.watched',
  'ticket.unwatched',
  'comment.redacted',
  'attachment.redacted',
  'ticket.spam',
  'ticket.not-spam',
  'ticket.merged',
  'ticket.unmerged',
  'ticket.linked',
  'ticket.unlinked',
  'ticket.split',
  'mail.undelivered',
];
const EMPLOYEE_EVENTS = ['ticket.changed'];

export type Timeline = { entries: TimelineEntry[]; earlier: boolean };

/** The conversation and what happened, oldest first. Notes are asked for only on behalf of who works the ticket. */
export async function timelineOf(ctx: Context, ticket: Ticket, { all = false } = {}): Promise<Timeline> {
  const works = ctx.actor.kind === 'system' || (isPerson(ctx.actor) && worksTicket(ctx.actor, ticket));
  const limit = all ? 5_000 : RECENT_COMMENTS + 1;
  const scope = visibleTickets(ctx);
  const [row] = await scope.read<{
    comments: Dated<Comment, 'createdAt' | 'redactedAt' | 'editedAt'>[];
    events: Dated<TicketEvent, 'occurredAt'>[];
  }>(ctx.db, timeline(ticket.hasMerged ? merged(scope) : COMMENTS), {
    ticket: ticket.id,
    kinds: works ? ['reply', 'note'] : ['reply'],
    limit,
    types: works ? STAFF_EVENTS : EMPLOYEE_EVENTS,
    works,
    events: all ? 5_000 : RECENT_EVENTS,
  });
  const comments: Comment[] = row!.comments.map(comment => ({
    ...comment,
    createdAt: new Date(comment.createdAt),
    redactedAt: comment.redactedAt ? new Date(comment.redactedAt) : null,
    editedAt: comment.editedAt ? new Date(comment.editedAt) : null,
  }));
  const events: TicketEvent[] = row!.events.map(event => ({
    ...event,
    occurredAt: new Date(event.occurredAt),
  }));
  const earlier = !all && comments.length > RECENT_COMMENTS;
  const shown = earlier ? comments.slice(0, RECENT_COMMENTS) : comments;
  const from = earlier ? shown.at(-1)!.createdAt : new Date(0);
  const visibleEvents = events.filter(event => event.occurredAt >= from && (works || forEmployee(event)));
  const entries: TimelineEntry[] = [
    ...shown.map(comment => ({ is: 'comment' as const, at: comment.createdAt, ...comment })),
    ...visibleEvents.map(event => ({ is: 'event' as const, at: event.occurredAt, ...event })),
  ];
  entries.sort((a, b) => a.at.getTime() - b.at.getTime() || rank(a) - rank(b) || a.id - b.id);
  return { entries, earlier };
}

type Dated<T, Keys extends keyof T> = Omit<T, Keys> & Record<Keys, string>;

// A reply and the status it set carry the same moment: the reply reads first.
const rank = (entry: TimelineEntry) => (entry.is === 'comment' ? 0 : 1);

/** An employee reads that it was picked up, solved, closed and so on; priorities and teams are the desk's. */
const forEmployee = (event: TicketEvent) => 'status' in event.changes || 'assigneeId' in event.changes;
