import { query } from '../../db/knex.ts';
import { isPerson, personId } from '../access/actor.ts';
import { attachUploads } from '../attachments/attaching.ts';
import type { Context, Tx } from '../context.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize, can } from '../policies.ts';
import { applyChanges, type TicketChanges } from './changing.ts';
import { type CommentKind, excerptOf } from './comment.ts';
import { dueState, replyDueAt } from './due.ts';
import { mentionsIn } from './mentioning.ts';
import { lockTicket, type Ticket } from './ticket.ts';

/** What the sender wants the ticket to be after the message. */
export type Then = 'open' | 'waiting' | 'solved' | 'hold' | 'keep';

const AFTER: Record<Exclude<Then, 'keep'>, TicketChanges> = {
  open: { status: 'open', waitingOn: null },
  waiting: { status: 'on-hold', waitingOn: 'requester' },
  hold: { status: 'on-hold', waitingOn: 'other' },
  solved: { status: 'resolved', waitingOn: null },
};

export type NewComment = {
  kind: CommentKind;
  body: string;
  uploadIds?: readonly number[];
  then?: Then;
  /** What else changes with it, as one change (a macro); `because` is told with it in the history. */
  changes?: TicketChanges;
  /** False for a reply whose author has not read the newest message: it still waits for an answer. */
  answers?: boolean;
  /** False where answering does not make the author the owner of a ticket that nobody has. */
  takes?: boolean;
  /** What the author has begun to write since stays theirs. */
  leavesDraft?: boolean;
  because?: Record<string, unknown>;
};

/**
 * Adds a reply or an internal note and, in the same transaction, what it does to the ticket: a requester's
 * reply opens what was on hold or resolved and starts the reply clock; the desk's stops it.
 */
export async function addComment(
  ctx: Context,
  ticket: Ticket,
  input: NewComment,
): Promise<{ commentId: number; ticket: Ticket }> {
  const action = input.kind === 'note' ? 'ticket.note' : 'ticket.reply';
  authorize(ctx, action, ticket);
  return ctx.transaction(async tx => {
    const current = await lockTicket(tx, ticket);
    authorize(tx, action, current);
    return writeComment(tx, current, input);
  });
}

/** The same on a ticket that the transaction has locked, for who was found to be allowed to. */
export async function writeComment(
  tx: Tx,
  current: Ticket,
  input: NewComment,
): Promise<{ commentId: number; ticket: Ticket }> {
  const commentId = await insertComment(tx, current, input);
  const data = { commentId, ...input.because };
  if (input.kind === 'note') {
    await tx.db('tickets').where({ id: current.id }).update({ updated_at: tx.now() });
    if (!input.changes) return { commentId, ticket: current };
    return { commentId, ticket: await applyChanges(tx, current, input.changes, 'changed', data) };
  }
  const fromDesk = can(tx.actor, 'ticket.work', current);
  const after = fromDesk
    ? await deskReplied(tx, current, input.answers ?? true)
    : await requesterReplied(tx, current, input.body);
  const status = fromDesk ? afterDesk(current, input.then ?? 'keep') : afterRequester(current);
  const owner = fromDesk ? newOwner(tx, current, input) : undefined;
  const wanted = status || owner || input.changes ? { ...status, ...owner, ...input.changes } : undefined;
  const changed = wanted ? await applyChanges(tx, after, wanted, 'replied', data) : after;
  return { commentId, ticket: changed };
}

/** Its draft goes with it. */
const COMMENT = `
  with gone as (delete from drafts where user_id = ? and scope = ?)
  insert into comments (ticket_id, author_id, kind, body, mentions, created_at, signature)
  select ?::bigint, ?::bigint, ?::text, ?::text, ?::jsonb, ?::timestamptz,
         (select nullif(signature, '') from users where id = ?)
  returning id`;

async function insertComment(tx: Tx, ticket: Ticket, input: NewComment): Promise<number> {
  const works = can(tx.actor, 'ticket.work', ticket);
  const mentions = works ? await mentionsIn(tx, ticket, input.body) : [];
  const signed = works && input.kind === 'reply';
  const me = personId(tx.actor);
  const [comment] = await query<{ id: number }>(tx.db, COMMENT, [
    ...[input.leavesDraft ? null : me, `ticket:${ticket.id}`],
    ...[ticket.id, me, input.kind, input.body],
    ...[mentions.length > 0 ? JSON.stringify(mentions) : null, tx.now(), signed ? me : null],
  ]);
  const commentId = comment!.id;
  await attachUploads(tx, input.uploadIds ?? [], { ticketId: ticket.id, commentId });
  await recordEvent(
    tx,
    input.kind === 'note' ? 'note.added' : 'reply.added',
    {
      objectType: 'comment',
      objectId: commentId,
      label: `#${ticket.number}`,
      ticketId: ticket.id,
      commentId,
    },
    {
      internal: input.kind === 'note',
      data: {
        then: input.then ?? 'keep',
        ...(mentions.length > 0 && { mentions: mentions.map(each => each.id) }),
      },
    },
  );
  return commentId;
}

/** Who answers a ticket that nobody has takes it on, if they are of its team: else it would be answered and nobody's. */
function newOwner({ actor }: Tx, ticket: Ticket, input: NewComment): TicketChanges | undefined {
  if (!isPerson(actor) || input.takes === false || ticket.assigneeId !== null) return undefined;
  if (input.changes?.assigneeId !== undefined || input.changes?.teamId !== undefined) return undefined;
  const isOfTeam = ticket.teamId === null || actor.teamIds.includes(ticket.teamId);
  return isOfTeam ? { assigneeId: actor.id } : undefined;
}

async function deskReplied(tx: Tx, ticket: Ticket, answers: boolean): Promise<Ticket> {
  const firstResponseAt = ticket.firstResponseAt ?? tx.now();
  if (!answers) {
    const said = { first_response_at: firstResponseAt, updated_at: tx.now() };
    await tx.db('tickets').where({ id: ticket.id }).update(said);
    return { ...ticket, firstResponseAt };
  }
  await tx.db('tickets').where({ id: ticket.id }).update({
    first_response_at: firstResponseAt,
    needs_reply: false,
    due_at: null,
    due_state: 'none',
    updated_at: tx.now(),
  });
  return { ...ticket, firstResponseAt, needsReply: false, dueAt: null };
}

/** An unanswered message keeps the clock it started; only the first of a row starts one. */
async function requesterReplied(tx: Tx, ticket: Ticket, body: string): Promise<Ticket> {
  const dueAt = ticket.dueAt ?? replyDueAt(ticket.priority, tx.now(), tx.settings);
  await tx
    .db('tickets')
    .where({ id: ticket.id })
    .update({
      needs_reply: true,
      due_at: dueAt,
      due_state: dueState(dueAt, tx.now()),
      excerpt: excerptOf(body),
      updated_at: tx.now(),
    });
  return { ...ticket, needsReply: true, dueAt };
}

/** The desk answering a new ticket has picked it up. One in progress is open already, and stays in progress. */
function afterDesk(ticket: Ticket, then: Then): TicketChanges | undefined {
  if (then === 'open' && ticket.statusKind === 'open') return undefined;
  if (then !== 'keep') return AFTER[then];
  return ticket.statusKind === 'new' ? AFTER.open : undefined;
}

const afterRequester = (ticket: Ticket): TicketChanges | undefined =>
  ticket.statusKind === 'waiting' || ticket.statusKind === 'resolved' ? AFTER.open : undefined;
