import type { Tx } from '../context.ts';
import { Invalid } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import type { WaitingOn } from './status.ts';

/** What an undo gives back. */
export type Before = {
  status: string;
  waitingOn: WaitingOn | null;
  needsReply: boolean;
  dueAt: Date | string | null;
  /** The version the merge left behind: what changed since is kept. */
  version: number;
};

export type Merge = {
  id: number;
  target_id: number;
  merged_at: Date;
  source_before: Before;
  target_before: Before;
  carried: number[];
};

/** The merge that holds now. */
export async function mergeOf(tx: Tx, source: { id: number }): Promise<Merge> {
  const merge = await tx.db('ticket_merges').where({ source_id: source.id, undone_at: null }).first<Merge>();
  if (!merge) throw new Invalid({ '': mergedNoMore(tx) });
  return merge;
}

export const mergedNoMore = ({ t }: Pick<Tx, 't'>) => t('This ticket is not merged any more');

/** Told on the target, to the desk alone, by number: who cannot see the source learns no more. */
export const recordMerge = (
  tx: Tx,
  type: 'ticket.merged' | 'ticket.unmerged',
  target: { id: number; number: number },
  source: { number: number },
) =>
  recordEvent(
    tx,
    type,
    { objectType: 'ticket', objectId: target.id, label: `#${target.number}`, ticketId: target.id },
    { internal: true, data: { number: source.number } },
  );

/** Whatever opens a merged ticket again parts it from its target: part of the change that does so. */
export async function partFromTarget(tx: Tx, source: { id: number; number: number }): Promise<void> {
  const merge = await mergeOf(tx, source);
  await tx.db('ticket_merges').where({ id: merge.id }).update({ undone_at: tx.now() });
  const target = await tx
    .db('tickets')
    .where({ id: merge.target_id })
    .first<{ id: number; number: number }>('id', 'number');
  await recordMerge(tx, 'ticket.unmerged', target, source);
}
