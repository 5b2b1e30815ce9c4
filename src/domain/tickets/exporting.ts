import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';
import { type QueueRequest, type QueueRow, queuePage } from './queue.ts';

const BATCH = 500;

/**
 * A list from its beginning to its end, a batch at a time by keyset: as little memory for a million as for ten, and
 * no batch is read before the one before it was taken.
 */
export async function* everyRow(
  ctx: Context,
  list: Pick<QueueRequest, 'view' | 'sort' | 'filter'>,
  limit = BATCH,
): AsyncGenerator<QueueRow[]> {
  authorize(ctx, 'queue.export');
  let after: string | undefined;
  do {
    const { rows, next } = await queuePage(ctx, { ...list, after, limit });
    yield rows;
    after = next ?? undefined;
  } while (after);
}
