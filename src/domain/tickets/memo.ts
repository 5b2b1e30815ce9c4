import { personId } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';
import type { Ticket } from './ticket.ts';

/** What a person wrote down about a ticket for themselves. */
export type Memo = { body: string; updatedAt: Date };

export const MAX_MEMO = 20_000;

/** The memo as one column of another statement; its values are the ticket's id and the person's. */
export const MEMO_COLUMN = `
  (select json_build_object('body', body, 'updatedAt', updated_at) from ticket_memos
    where ticket_id = ? and user_id = ?) as memo`;

export type MemoRow = { body: string; updatedAt: string };

export const toMemo = (row: MemoRow | null | undefined): Memo | undefined =>
  row ? { body: row.body, updatedAt: new Date(row.updatedAt) } : undefined;

/**
 * Keeps the memo of the person who asks; an empty one goes. No event tells of it, not even that there is one: like a
 * draft it is the person's own, and the log has other readers.
 */
export async function saveMemo(ctx: Context, ticket: Ticket, text: string): Promise<void> {
  authorize(ctx, 'ticket.work', ticket);
  const own = { ticket_id: ticket.id, user_id: personId(ctx.actor) };
  const body = text.replaceAll('\0', '').slice(0, MAX_MEMO);
  if (!body.trim()) {
    await ctx.db('ticket_memos').where(own).delete();
    return;
  }
  const row = { ...own, body, updated_at: ctx.now() };
  await ctx.db('ticket_memos').insert(row).onConflict(['ticket_id', 'user_id']).merge(['body', 'updated_at']);
}
