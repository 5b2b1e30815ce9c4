import { personId } from '../access/actor.ts';
import type { Tx } from '../context.ts';
import { Invalid } from '../errors.ts';

/** Ties the person's own pending uploads to a comment. An id that is not theirs, or already used, is refused. */
export async function attachUploads(
  tx: Tx,
  ids: readonly number[],
  to: { ticketId: number; commentId: number },
): Promise<void> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return;
  if (wanted.length > tx.settings.maxFiles) {
    throw new Invalid({ files: tx.t('Attach at most {{count}} files', { count: tx.settings.maxFiles }) });
  }
  const attached = await tx
    .db('attachments')
    .whereIn('id', wanted)
    .where({ uploader_id: personId(tx.actor), comment_id: null, redacted_at: null })
    .update({ ticket_id: to.ticketId, comment_id: to.commentId });
  if (attached !== wanted.length)
    throw new Invalid({ files: tx.t('A file is no longer there. Choose it again') });
}
