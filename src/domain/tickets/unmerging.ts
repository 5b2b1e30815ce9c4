import type { Context } from '../context.ts';
import { Invalid } from '../errors.ts';
import { authorize } from '../policies.ts';
import { lockBoth } from './locking.ts';
import { giveBack, UNDO_HOURS } from './merging.ts';
import { mergedNoMore, mergeOf } from './parting.ts';
import { lockTicket, type Ticket } from './ticket.ts';

/** Whether the merge is young enough to be taken back as a whole. Later the source is reopened, which parts them too. */
export const mayUndoMerge = (mergedAt: Date, now: Date) =>
  now.getTime() - mergedAt.getTime() < UNDO_HOURS * 3_600_000;

/** Takes the merge back: the source is what it was, the people it brought leave, and the target owes what it owed. */
export async function undoMerge(ctx: Context, source: Ticket): Promise<Ticket> {
  authorize(ctx, 'ticket.change', source);
  return ctx.transaction(async tx => {
    const merge = await mergeOf(tx, source);
    const { from, into } = await lockBoth(tx, source, { id: merge.target_id });
    authorize(tx, 'ticket.change', from);
    authorize(tx, 'ticket.change', into);
    // Read again behind both locks: a second press finds it done, or another merge that nobody meant.
    const holds = await mergeOf(tx, from);
    if (holds.id !== merge.id) throw new Invalid({ '': mergedNoMore(tx) });
    if (!mayUndoMerge(merge.merged_at, tx.now()))
      throw new Invalid({
        '': tx.t('A merge can be undone for a day. Reopen #{{number}} instead', { number: from.number }),
      });
    // Whom somebody let in by hand since has another moment than the merge, and stays.
    for (const table of ['ticket_watchers', 'ticket_followers'])
      await tx
        .db(table)
        .where({ ticket_id: into.id, created_at: merge.merged_at })
        .whereIn('user_id', merge.carried)
        .delete();
    // The target gets its clock back only if nothing happened there since.
    if (into.version === merge.target_before.version && into.needsReply && !merge.target_before.needsReply)
      await giveBack(tx, into, merge.target_before);
    await giveBack(tx, from, merge.source_before);
    return lockTicket(tx, from);
  });
}
