import type { Context } from '../context.ts';
import { Invalid } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { findOutgoing } from './one-mail.ts';
import { reopenAddress } from './reopening.ts';

/** Sends a mail now that waits for its next attempt, or that was given up: then from its first attempt. */
export async function retryDelivery(ctx: Context, { id }: { id: number }): Promise<{ id: number }> {
  authorize(ctx, 'mail.manage');
  return ctx.transaction(async tx => {
    const mail = await findOutgoing(tx, id);
    const changed = await tx
      .db('deliveries')
      .where({ id })
      .whereIn('state', ['pending', 'failed'])
      .update({
        attempts: tx.db.raw(`case when state = 'failed' then 0 else attempts end`),
        // What the last server said is no word about this attempt: once it is taken, it has not come back.
        bounced_at: tx.db.raw(`case when state <> 'failed' then bounced_at end`),
        bounce: tx.db.raw(`case when state <> 'failed' then bounce end`),
        state: 'pending',
        next_attempt_at: tx.db.fn.now(),
        updated_at: tx.db.fn.now(),
      });
    if (!changed) throw new Invalid({ '': tx.t('Only a mail that waits or failed can be sent now') });
    await recordEvent(
      tx,
      'mail.retried',
      { objectType: 'delivery', objectId: id, label: mail.recipient.email ?? '' },
      { data: { was: mail.fate }, silent: true },
    );
    tx.afterCommit(() => tx.world.wake('deliver-mail'));
    return { id };
  });
}

/** Lets mails go to the address of this one again, after it was marked for what came back. Idempotent. */
export async function clearAddress(ctx: Context, { id }: { id: number }): Promise<{ name: string }> {
  authorize(ctx, 'mail.manage');
  const { recipient } = await findOutgoing(ctx, id);
  return reopenAddress(ctx, { userId: recipient.id });
}
