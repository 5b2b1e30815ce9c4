import type { Context } from '../context.ts';
import { excerptOf } from '../tickets/comment.ts';
import { visibleTickets } from '../tickets/finding.ts';
import type { TicketTemplate } from './holding.ts';
import type { Topic } from './topics.ts';

export type DigestLine = {
  topic: Topic;
  template: TicketTemplate;
  occurredAt: Date;
  actorName: string | null;
  /** The status after it, as the reader knows it. */
  statusName: string | null;
  /** The beginning of a message they may read. */
  excerpt: string | null;
};
export type DigestTicket = { number: number; subject: string; lines: DigestLine[] };

/** More than anybody reads; the page has the rest. */
const MAX_LINES = 200;

type Row = Omit<DigestLine, 'excerpt'> & { number: number; subject: string; body: string | null };

/**
 * What a digest tells, read when it is sent: only tickets that the reader sees at that moment, and notes, mentions in
 * notes and the desk's own news only of those they work. Grouped by ticket, in the order in which things happened.
 */
export async function digestTickets(ctx: Context, eventId: number): Promise<DigestTicket[]> {
  const scope = visibleTickets(ctx);
  const rows = await scope.read<Row>(
    ctx.db,
    `select t.number, t.subject, i.topic, i.template, i.occurred_at as "occurredAt",
            case when a.id is not null then coalesce(nullif(trim(a.first_name || ' ' || a.last_name), ''), '–') end as "actorName",
            case when ${scope.works} then s.name else s.employee_name end as "statusName",
            case when c.redacted_at is null and (c.kind = 'reply' or ${scope.works}) then left(c.body, 2000) end as body
     from digests d join digest_items i on i.digest_id = d.id join events e on e.id = i.event_id
     join tickets t on t.id = e.ticket_id
     left join users a on a.id = e.actor_id left join statuses s on s.key = e.to_status
     left join comments c on c.id = e.comment_id
     where d.event_id = :event and ${scope.visible} and t.spam_at is null
       and (${scope.works} or not (e.internal or i.template in ('ticket-note', 'ticket-new', 'ticket-assigned')))
     order by i.occurred_at, e.id limit ${MAX_LINES}`,
    { event: eventId },
  );
  const tickets = new Map<number, DigestTicket>();
  for (const { number, subject, body, ...line } of rows) {
    const ticket = tickets.get(number) ?? { number, subject, lines: [] };
    ticket.lines.push({ ...line, excerpt: body === null ? null : excerptOf(body) });
    tickets.set(number, ticket);
  }
  return [...tickets.values()];
}
