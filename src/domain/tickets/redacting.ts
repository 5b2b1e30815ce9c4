import { personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { excerptOf } from './comment.ts';
import { lockTicket, type Ticket } from './ticket.ts';

/** Takes the content of a message away for good, its files with it; that it was there stays. Idempotent. */
export async function redactComment(ctx: Context, ticket: Ticket, commentId: number): Promise<void> {
  authorize(ctx, 'ticket.redact', ticket);
  await ctx.transaction(async tx => {
    authorize(tx, 'ticket.redact', await lockTicket(tx, ticket));
    const [comment] = await tx
      .db('comments')
      .where({ id: commentId, ticket_id: ticket.id, redacted_at: null })
      .update({
        body: '',
        mentions: null,
        signature: null,
        redacted_at: tx.now(),
        redacted_by: personId(tx.actor),
      })
      .returning('id');
    if (!comment) return requireComment(tx, ticket, commentId);
    await tx.db('comment_versions').where({ comment_id: commentId }).delete();
    await redactMail(tx, commentId);
    const files = await tx
      .db('attachments')
      .where({ comment_id: commentId, redacted_at: null })
      .select<{ id: number }[]>('id');
    for (const file of files) await redactFile(tx, file.id);
    await renewExcerpt(tx, ticket);
    // It may tell what was removed; one that is being written is thrown away too.
    await tx.db('ticket_summaries').where({ ticket_id: ticket.id }).delete();
    await recordEvent(tx, 'comment.redacted', {
      objectType: 'comment',
      objectId: commentId,
      label: `#${ticket.number}`,
      ticketId: ticket.id,
      commentId,
    });
  });
}

export async function redactAttachment(ctx: Context, ticket: Ticket, attachmentId: number): Promise<void> {
  authorize(ctx, 'ticket.redact', ticket);
  await ctx.transaction(async tx => {
    authorize(tx, 'ticket.redact', await lockTicket(tx, ticket));
    const file = await tx
      .db('attachments')
      .where({ id: attachmentId, ticket_id: ticket.id })
      .first('id', 'redacted_at', 'filename');
    if (!file) throw new NotFound('No such file');
    if (file.redacted_at) return;
    await redactFile(tx, attachmentId);
    await recordEvent(tx, 'attachment.redacted', {
      objectType: 'attachment',
      objectId: attachmentId,
      label: `#${ticket.number}`,
      ticketId: ticket.id,
    });
  });
}

/** Of one that came by mail: how it looked, what it quoted, and its source, each time that it came. */
async function redactMail(tx: Tx, commentId: number) {
  await tx.db.raw(
    `with gone as (
       update comment_mails set html = null, quoted_text = '', quoted_html = null, has_remote_images = false
       where comment_id = ? returning mail_id)
     update inbound_sources s set raw = '' from gone, inbound_mails m
     where s.mail_id = m.id and (m.id = gone.mail_id or m.duplicate_of = gone.mail_id)`,
    [commentId],
  );
}

async function redactFile(tx: Tx, id: number) {
  const [file] = await tx
    .db('attachments')
    .where({ id })
    .update({ redacted_at: tx.now(), filename: 'removed', thumbnail_state: 'none' })
    .returning(['storage_key', 'thumbnail_key']);
  // After the commit: a file must never go while its row could still come back.
  tx.afterCommit(() => {
    for (const key of [file.storage_key, file.thumbnail_key]) {
      if (key)
        tx.world.storage
          .remove(key)
          .catch((error: Error) =>
            tx.log.error({ err: error.message }, 'a redacted file could not be removed'),
          );
    }
  });
}

/** The line in lists is made anew from what is left, so that it cannot keep a word of what was removed. */
async function renewExcerpt(tx: Tx, ticket: Ticket) {
  const last = await tx
    .db('comments')
    .where({ ticket_id: ticket.id, author_id: ticket.requesterId, kind: 'reply', redacted_at: null })
    .orderBy('id', 'desc')
    .first<{ body: string } | undefined>('body');
  await tx
    .db('tickets')
    .where({ id: ticket.id })
    .update({ excerpt: excerptOf(last?.body ?? '') });
}

async function requireComment(tx: Tx, ticket: Ticket, commentId: number) {
  const known = await tx.db('comments').where({ id: commentId, ticket_id: ticket.id }).first('id');
  if (!known) throw new NotFound('No such message');
}
