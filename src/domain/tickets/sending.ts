import { query } from '../../db/knex.ts';
import { isPerson, personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid } from '../errors.ts';
import { authorize, can } from '../policies.ts';
import { type NewComment, writeComment } from './commenting.ts';
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
    const held = works && input.kind === 'reply' ? await hold(tx, current, input, seen) : undefined;
    if (held) return { commentId: null, ...held };
    if (works && seen) await refuseUnseen(tx, current, seen);
    const { commentId } = await writeComment(tx, current, input);
    return { commentId, heldId: null, seconds: 0 };
  });
}

const UNSEEN = `
  (exists (select 1 from comments where ticket_id = ? and id > ? and author_id is distinct from ?) or
   exists (select 1 from held_replies where ticket_id = ? and id > ? and author_id <> ?))`;

const unseenValues = (id: number, seen: Seen, me: number) => [id, seen.commentId, me, id, seen.heldId, me];

async function refuseUnseen(tx: Tx, { id }: Ticket, seen: Seen) {
  const values = unseenValues(id, seen, personId(tx.actor) ?? 0);
  const [row] = await query<{ yes: boolean }>(tx.db, `select ${UNSEEN} as yes`, values);
  if (row?.yes)
    throw new Invalid({
      seen: tx.t('Somebody wrote on this ticket since you opened it. Look before you send'),
    });
}

const HOLD = `
  with held as (
    insert into held_replies (ticket_id, author_id, body, "then", upload_ids, after_comment_id, release_at)
    select ?::bigint, u.id, ?::text, ?::text, ?::bigint[],
           coalesce((select max(id) from comments where ticket_id = ?), 0), now() + u.hold_seconds * interval '1 second'
    from users u where u.id = ? and u.hold_seconds > 0 and not (?::boolean and ${UNSEEN})
    returning id, author_id),
  gone as (delete from drafts d using held where d.user_id = held.author_id and d.scope = ?)
  select held.id as "heldId", u.hold_seconds as seconds from held join users u on u.id = held.author_id`;

const NOTHING_SEEN: Seen = { commentId: 0, heldId: 0 };

/** Holds it, and drops its draft, if the author wants that and has seen what others wrote; undefined otherwise. */
async function hold(
  tx: Tx,
  ticket: Ticket,
  input: NewComment,
  seen: Seen | undefined,
): Promise<{ heldId: number; seconds: number } | undefined> {
  const me = personId(tx.actor) ?? 0;
  const uploads = [...new Set(input.uploadIds ?? [])];
  const [held] = await query<{ heldId: number; seconds: number }>(tx.db, HOLD, [
    ...[ticket.id, input.body, input.then ?? 'keep', uploads, ticket.id, me],
    ...[seen !== undefined, ...unseenValues(ticket.id, seen ?? NOTHING_SEEN, me), `ticket:${ticket.id}`],
  ]);
  if (!held) return undefined;
  await requireUploads(tx, uploads);
  // The schedule's tick finds it in any case.
  const wake = () => tx.world.wake('release-replies');
  tx.afterCommit(() => void setTimeout(wake, held.seconds * 1_000 + 50).unref());
  return held;
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
