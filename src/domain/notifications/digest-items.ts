import type { Tx } from '../context.ts';
import type { Told } from './notifying.ts';

/** What would have been a mail of its own waits for the person's next digest. */
export async function keepForDigest(tx: Tx, told: readonly Told[]): Promise<void> {
  const items = told.filter(({ mail, topic, wishes }) => mail && wishes.choices[topic].mail === 'digest');
  if (items.length === 0) return;
  await tx
    .db('digest_items')
    .insert(
      items.map(({ userId, event, topic, mail }) => ({
        user_id: userId,
        event_id: event.id,
        topic,
        template: mail,
        occurred_at: event.occurredAt,
      })),
    )
    .onConflict(['user_id', 'event_id'])
    .ignore();
}
