import { personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid, NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { excerptOf } from './comment.ts';
import { type CreatedTicket, createTicket } from './creating.ts';
import { linkTickets } from './linking.ts';
import { findTicket, type PersonName, type Ticket } from './ticket.ts';

export type SplitChoice = {
  commentId: number;
  body: string;
  /** Words for a subject, from the message. */
  subject: string;
  /** Whose ticket it becomes: the author's if an employee said it, else the requester's. Both know the message. */
  requester: PersonName;
  authorId: number | null;
  files: { id: number; storageKey: string; filename: string; size: number }[];
};

/** A message that may become a ticket of its own. A note may not: the new requester would read it. */
export async function findSplit(ctx: Context, ticket: Ticket, commentId: number): Promise<SplitChoice> {
  authorize(ctx, 'ticket.change', ticket);
  const comment = await ctx
    .db('comments as c')
    .leftJoin('users as u', 'u.id', 'c.author_id')
    .where({ 'c.id': commentId, 'c.ticket_id': ticket.id, 'c.kind': 'reply', 'c.redacted_at': null })
    .first('c.body', 'c.author_id', 'u.first_name', 'u.last_name', 'u.role', 'u.status');
  if (!comment) throw new NotFound('No such message');
  const files = await ctx
    .db('attachments')
    .where({ comment_id: commentId, redacted_at: null })
    .orderBy('id')
    .select('id', 'storage_key as storageKey', 'filename', 'size');
  const byEmployee = comment.role === 'employee' && comment.status === 'active';
  return {
    commentId,
    body: comment.body,
    subject: excerptOf(comment.body).slice(0, 80),
    requester: byEmployee
      ? { id: comment.author_id, firstName: comment.first_name, lastName: comment.last_name }
      : ticket.requester,
    authorId: comment.author_id,
    files,
  };
}

/**
 * Makes a ticket of a message. The message is copied with its files and stays where it is: who could read it there
 * still can, and the new ticket shows nothing else of the old one.
 */
export async function splitComment(
  ctx: Context,
  ticket: Ticket,
  commentId: number,
  { subject }: { subject: string },
): Promise<CreatedTicket> {
  const choice = await findSplit(ctx, ticket, commentId);
  return ctx.transaction(async tx => {
    const created = await createTicket(tx, {
      subject,
      body: choice.body,
      categoryId: await livingCategory(tx, ticket),
      requesterId: choice.requester.id,
      source: ticket.source,
      uploadIds: await copyFiles(tx, choice),
    });
    // It stays with the team that read the message: a category alone could show it to another, or to all.
    await tx.db('tickets').where({ id: created.id }).update({ team_id: ticket.teamId });
    // Said by whoever said it, not by who split it.
    await tx.db('comments').where({ ticket_id: created.id }).update({ author_id: choice.authorId });
    await recordEvent(
      tx,
      'ticket.split',
      { objectType: 'ticket', objectId: ticket.id, label: `#${ticket.number}`, ticketId: ticket.id },
      { internal: true, data: { number: created.number, fromComment: commentId } },
    );
    await linkTickets(tx, ticket, await findTicket(tx, created.number), 'related');
    return created;
  });
}

const livingCategory = async (tx: Tx, { categoryId }: Ticket): Promise<number | null> =>
  categoryId && (await tx.db('categories').where({ id: categoryId, archived_at: null }).first('id'))
    ? categoryId
    : null;

/** Each file is stored again: a file belongs to one message, and removing it there must not remove it here. */
async function copyFiles(tx: Tx, { files }: SplitChoice): Promise<number[]> {
  const ids: number[] = [];
  for (const file of files) {
    const source = (await tx.world.storage.read(file.storageKey)) as NodeJS.ReadableStream &
      AsyncIterable<Uint8Array>;
    const stored = await tx.world.storage.write(source, { maxBytes: Math.max(file.size, 1) });
    if (stored.size !== file.size) throw new Invalid({ '': tx.t('A file could not be copied. Try again') });
    const [row] = await tx
      .db('attachments')
      .insert({
        uploader_id: personId(tx.actor),
        storage_key: stored.key,
        sha256: stored.sha256,
        size: stored.size,
        filename: file.filename,
        content_type: tx.db('attachments').where({ id: file.id }).select('content_type'),
        thumbnail_state: tx.db.raw(
          `(select case when content_type like 'image/%' then 'wanted' else 'none' end
                                     from attachments where id = ?)`,
          [file.id],
        ),
      })
      .returning<{ id: number }[]>('id');
    ids.push(row!.id);
  }
  return ids;
}
