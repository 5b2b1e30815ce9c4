import { fullName, type Person } from '../access/actor.ts';
import { actingAs, type Context } from '../context.ts';
import { NotFound } from '../errors.ts';
import type { Changes } from '../events/recording.ts';
import { loadSignedIn } from '../identity/person.ts';
import { answeringOf } from '../mail/answering.ts';
import { threadId } from '../mail/keys.ts';
import { can } from '../policies.ts';
import { findTicket, type Ticket } from '../tickets/ticket.ts';
import type { TicketTemplate } from './holding.ts';
import type { Cancelled, Claimed, Common, LetterComment, LetterFile, TicketLetter } from './letter.ts';

/** What a mail about a ticket says: nothing that its reader may not read at this moment, nothing that has passed. */
export async function ticketLetter(
  ctx: Context,
  row: Claimed,
  common: Common,
): Promise<TicketLetter | Cancelled> {
  const signedIn = await loadSignedIn(ctx.db, row.recipientId);
  if (!signedIn || row.ticketNumber === null) return { cancelled: 'The account is not active' };
  const { person } = signedIn;
  const ticket = await ticketFor(actingAs(ctx, person), row.ticketNumber);
  if (!ticket) return { cancelled: 'The person may not see the ticket any more' };
  const works = can(person, 'ticket.work', ticket);
  const template = row.template as TicketTemplate;
  const stale = outdated(template, row, ticket, person, works);
  if (stale) return { cancelled: stale };
  const comment = row.commentId ? await commentFor(ctx, row.commentId, works) : null;
  if (comment === 'hidden') return { cancelled: 'An internal note is for those who work the ticket' };
  return {
    ...common,
    template,
    ticket,
    threadId: threadId(ctx, ticket.number),
    answering: await answeringFor(
      ctx,
      template === 'ticket-note' || comment?.isNote === true,
      ticket,
      person,
    ),
    reason: reasonFor(person, ticket, works),
    works,
    comment,
    isMoved: row.eventType === 'ticket.changed',
  };
}

/** What answers a mail reaches everybody on the ticket: no mail about a note asks for it. */
async function answeringFor(ctx: Context, isNote: boolean, ticket: Ticket, person: Person) {
  const answering = await answeringOf(ctx, ticket, person.id);
  return isNote ? { ...answering, address: null } : answering;
}

async function ticketFor(ctx: Context, number: number): Promise<Ticket | undefined> {
  try {
    return await findTicket(ctx, number);
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

const FOR_THE_DESK: readonly TicketTemplate[] = ['ticket-new', 'ticket-assigned', 'ticket-note'];

function outdated(
  template: TicketTemplate,
  row: Claimed,
  ticket: Ticket,
  person: Person,
  works: boolean,
): string | undefined {
  if (FOR_THE_DESK.includes(template) && !works) return 'The person does not work the ticket any more';
  if (ticket.spamAt) return 'The ticket is spam';
  if (template === 'ticket-assigned' && ticket.assigneeId !== person.id)
    return 'Somebody else has it meanwhile';
  // Told late where a team's tickets find their owner by themselves: then only of what nobody got.
  if (template === 'ticket-new' && ticket.assigneeId !== null && ticket.assigneeId !== person.id)
    return 'Somebody has it already';
  if (template === 'ticket-status' && isBackWhereItWas(row.changes, ticket))
    return 'The status is what it was before';
  return undefined;
}

function isBackWhereItWas({ status, waitingOn }: Changes, ticket: Ticket): boolean {
  const sameStatus = status === undefined || status[0] === ticket.status;
  const sameWait = waitingOn === undefined || waitingOn[0] === ticket.waitingOn;
  return sameStatus && sameWait;
}

function reasonFor(person: Person, ticket: Ticket, works: boolean): TicketLetter['reason'] {
  if (ticket.requesterId === person.id) return 'requester';
  if (ticket.assigneeId === person.id && works) return 'assignee';
  if (ticket.watching) return 'watcher';
  return works ? 'team' : 'manager';
}

type CommentRow = {
  kind: string;
  body: string;
  redactedAt: Date | null;
  createdAt: Date;
  firstName: string | null;
  lastName: string | null;
  files: LetterFile[] | null;
};

async function commentFor(
  ctx: Context,
  id: number,
  works: boolean,
): Promise<LetterComment | null | 'hidden'> {
  const { rows } = await ctx.db.raw<{ rows: CommentRow[] }>(
    `select c.kind, c.body || coalesce(E'\\n\\n' || c.signature, '') as body, c.redacted_at as "redactedAt", c.created_at as "createdAt",
            u.first_name as "firstName", u.last_name as "lastName",
            (select jsonb_agg(jsonb_build_object('filename', a.filename, 'size', a.size) order by a.id)
             from attachments a where a.comment_id = c.id and a.redacted_at is null) as files
     from comments c left join users u on u.id = c.author_id where c.id = ?`,
    [id],
  );
  const [row] = rows;
  if (!row) return null;
  if (row.kind !== 'reply' && !works) return 'hidden';
  return {
    authorName: fullName({ firstName: row.firstName ?? '', lastName: row.lastName ?? '' }),
    body: row.body,
    isNote: row.kind !== 'reply',
    isRemoved: row.redactedAt !== null,
    createdAt: row.createdAt,
    files: row.files ?? [],
  };
}
