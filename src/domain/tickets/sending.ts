import { isPerson, personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { discardDraft } from '../drafting.ts';
import { Invalid } from '../errors.ts';
import { authorize, can } from '../policies.ts';
import { addComment, type NewComment } from './commenting.ts';
import { lockTicket, type Ticket } from './ticket.ts';

/** What the person's page showed last: the newest message, the newest held reply. */
export type Seen = { commentId: number; heldId: number };
export type Sent = { commentId: number | null; heldId: number | null; seconds: number };

/**
 * Sends what was written in the composer. If somebody else wrote since the page was drawn, whoever works the ticket
 * is told first (Invalid of `seen`). A reply of the desk is held for as long as its author wants to be able to
 * take it back; a note, and what a requester writes, is there at once.
 */
export async function sendComment(
  ctx: Context,
  ticket: Ticket,
  input: NewComment,
  seen?: Seen,
): Promise<Sent> {
  const action = input.kind === 'note' ? 'ticket.note' : 'ticket.reply';
  authorize(ctx, action, ticket);
  return ctx.transaction(async tx => {
    const current = await lockTicket(tx, ticket);
    authorize(tx, action, current);
    const works = can(tx.actor, 'ticket.work', current);
    if (works && seen) await refuseUnseen(tx, current, seen);
    const seconds = works && input.kind === 'reply' ? await holdSeconds(tx) : 0;
    if (seconds > 0) return { commentId: null, heldId: await hold(tx, current, input, seconds), seconds };
    const { commentId } = await addComment(tx, current, input);
    return { commentId, heldId: null, seconds: 0 };
  });
}

const UNSEEN = `
  select exists (select 1 from comments where ticket_id = ? and id > ? and author_id is distinct from ?) or
         exists (select 1 from held_replies where ticket_id = ? and id > ? and author_id <> ?) as yes`;

async function refuseUnseen(tx: Tx, { id }: Ticket, seen: Seen) {
  const me = personId(tx.actor) ?? 0;
  const { rows } = await tx.db.raw<{ rows: { yes: boolean }[] }>(UNSEEN, [
    ...[id, seen.commentId, me],
    ...[id, seen.heldId, me],
  ]);
  if (rows[0]?.yes)
    throw new Invalid({
      seen: tx.t('Somebody wrote on this ticket since you opened it. Look before you send'),
    });
}

async function holdSeconds(tx: Tx): Promise<number> {
  const row = await tx
    .db('users')
    .where({ id: personId(tx.actor) })
    .first('hold_seconds');
  return row?.hold_seconds ?? 0;
}

const HOLD = `
  insert into held_replies (ticket_id, author_id, body, "then", upload_ids, after_comment_id, release_at)
  select ?, ?, ?, ?, ?::bigint[], coalesce((select max(id) from comments where ticket_id = ?), 0),
         now() + ? * interval '1 second'
  returning id`;

async function hold(tx: Tx, ticket: Ticket, input: NewComment, seconds: number): Promise<number> {
  const uploads = [...new Set(input.uploadIds ?? [])];
  await requireUploads(tx, uploads);
  const { rows } = await tx.db.raw<{ rows: { id: number }[] }>(HOLD, [
    ...[ticket.id, personId(tx.actor), input.body, input.then ?? 'keep'],
    ...[uploads, ticket.id, seconds],
  ]);
  await discardDraft(tx, `ticket:${ticket.id}`);
  // The schedule's tick finds it in any case.
  tx.afterCommit(() => void setTimeout(() => tx.world.wake('release-replies'), seconds * 1_000 + 50).unref());
  return rows[0]!.id;
}

/** The same as when they are attached, said while the person is still there. */
async function requireUploads(tx: Tx, ids: readonly number[]) {
  if (ids.length === 0) return;
  if (ids.length > tx.settings.maxFiles)
    throw new Invalid({ files: tx.t('Attach at most {{count}} files', { count: tx.settings.maxFiles }) });
  const own = await tx
    .db('attachments')
    .whereIn('id', ids)
    .where({ uploader_id: isPerson(tx.actor) ? tx.actor.id : 0, comment_id: null, redacted_at: null })
    .select('id');
  if (own.length !== ids.length)
    throw new Invalid({ files: tx.t('A file is no longer there. Choose it again') });
}
