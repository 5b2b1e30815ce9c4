import type { Context } from '../context.ts';
import { visibleTickets } from './finding.ts';
import type { StatusKind, WaitingOn } from './status.ts';
import type { Ticket } from './ticket.ts';

/** A ticket as one line elsewhere. */
export type TicketLine = {
  number: number;
  subject: string;
  status: string;
  statusName: string;
  statusKind: StatusKind;
  waitingOn: WaitingOn | null;
  updatedAt: Date;
};

export const LINE = `
  t.number, t.subject, t.status, s.name as "statusName", t.status_kind as "statusKind", t.waiting_on as "waitingOn",
  t.updated_at as "updatedAt"`;

/** Other open tickets of the same requester that the person works: what a ticket is most often merged into. */
export function mergeChoices(ctx: Context, ticket: Ticket): Promise<TicketLine[]> {
  const scope = visibleTickets(ctx);
  return scope.read<TicketLine>(
    ctx.db,
    `select ${LINE} from tickets t join statuses s on s.key = t.status
     where t.requester_id = :requester and t.id <> :ticket and t.status_kind <> 'closed' and t.spam_at is null
       and ${scope.works} order by t.updated_at desc, t.id desc limit 8`,
    { requester: ticket.requesterId, ticket: ticket.id },
  );
}
