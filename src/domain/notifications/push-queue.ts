import type { Tx } from '../context.ts';
import type { Told } from './notifying.ts';

/**
 * One row a person and event, whatever the number of their browsers. Nothing is queued for who has none: a browser
 * that joins later is not told of the past.
 */
export async function queuePushes(tx: Tx, told: readonly Told[]): Promise<void> {
  const rows = told.filter(
    ({ page, topic, wishes, isWaitingForOwner }) =>
      page && wishes.hasPush && wishes.choices[topic].push && !isWaitingForOwner,
  );
  if (rows.length === 0) return;
  await tx
    .db('deliveries')
    .insert(
      rows.map(({ userId, event, page, topic, wishes }) => ({
        event_id: event.id,
        recipient_id: userId,
        channel: 'push',
        template: page,
        next_attempt_at: tx.db.raw("now() + ? * interval '1 second'", [wishes.wait(topic, 0)]),
      })),
    )
    .onConflict(['event_id', 'recipient_id', 'channel'])
    .ignore();
  tx.afterCommit(() => tx.world.wake('deliver-push'));
}
