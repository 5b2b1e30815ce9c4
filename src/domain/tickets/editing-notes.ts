import { personId } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { Forbidden, NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { type Mention, mentionsIn } from './mentioning.ts';
import { lockTicket, type Ticket } from './ticket.ts';

/** How long the author of a note may correct it. */
export const EDIT_MINUTES = 15;

type Editable = {
  kind: string;
  author: { id: number } | null;
  redactedAt: Date | null;
  createdAt: Date;
};

/** Notes only: what the requester has read is not written anew behind their back. */
export const mayEditNote = (ctx: Context, note: Editable): boolean =>
  note.kind === 'note' &&
  note.redactedAt === null &&
  note.author?.id === personId(ctx.actor) &&
  ctx.now().getTime() - note.createdAt.getTime() < EDIT_MINUTES * 60_000;

export type Note = Editable & { id: number; body: string; editedAt: Date | null; mentions: Mention[] | null };

const NOTE = `
  select c.id, c.kind, c.body, c.mentions, c.redacted_at as "redactedAt", c.created_at as "createdAt", c.edited_at as "editedAt",
         json_build_object('id', c.author_id) as author
  from comments c where c.id = ? and c.ticket_id = ? and c.kind = 'note'`;

/** A note of this ticket, for who works it. */
export async function findNote(ctx: Context, ticket: Ticket, id: number): Promise<Note> {
  authorize(ctx, 'ticket.note', ticket);
  const { rows } = await ctx.db.raw<{ rows: Note[] }>(NOTE, [Math.max(id, 0), ticket.id]);
  if (!rows[0]) throw new NotFound('No such note');
  return rows[0];
}

/** What it said before stays in its history; whoever is named anew hears of it, the others do not again. */
export async function editNote(
  ctx: Context,
  ticket: Ticket,
  id: number,
  body: string,
): Promise<{ id: number }> {
  authorize(ctx, 'ticket.note', ticket);
  return ctx.transaction(async tx => {
    const current = await lockTicket(tx, ticket);
    const note = await findNote(tx, current, id);
    if (!mayEditNote(tx, note)) throw new Forbidden('Only its author, for some minutes');
    if (note.body === body) return { id };
    const mentions = await mentionsIn(tx, current, body);
    await tx.db('comment_versions').insert({
      comment_id: id,
      body: note.body,
      mentions: note.mentions && JSON.stringify(note.mentions),
      written_at: note.editedAt ?? note.createdAt,
      replaced_at: tx.now(),
    });
    await tx
      .db('comments')
      .where({ id })
      .update({
        body,
        mentions: mentions.length > 0 ? JSON.stringify(mentions) : null,
        edited_at: tx.now(),
      });
    const known = new Set(note.mentions?.map(each => each.id));
    const added = mentions.map(each => each.id).filter(each => !known.has(each));
    await recordEvent(
      tx,
      'note.edited',
      {
        objectType: 'comment',
        objectId: id,
        label: `#${current.number}`,
        ticketId: current.id,
        commentId: id,
      },
      { internal: true, data: added.length > 0 ? { mentions: added } : {} },
    );
    return { id };
  });
}

export type NoteVersion = { body: string; mentions: Mention[] | null; writtenAt: Date; replacedAt: Date };

/** What the note said before, newest first. */
export async function noteVersions(ctx: Context, ticket: Ticket, id: number): Promise<NoteVersion[]> {
  await findNote(ctx, ticket, id);
  return ctx
    .db('comment_versions')
    .where({ comment_id: id })
    .orderBy('id', 'desc')
    .limit(100)
    .select('body', 'mentions', { writtenAt: 'written_at', replacedAt: 'replaced_at' });
}
