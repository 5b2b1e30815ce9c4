import type { Context } from '../context.ts';
import { Invalid } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { findOutgoing } from './one-mail.ts';

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

/** Lets mails be sent again to an address that was marked after hard bounces. */
export async function clearAddress(ctx: Context, { id }: { id: number }): Promise<{ id: number }> {
  authorize(ctx, 'mail.manage');
  return ctx.transaction(async tx => {
    const { recipient } = await findOutgoing(tx, id);
    const address = (recipient.email ?? '').toLowerCase();
    const changed = await tx
      .db('mail_addresses')
      .where({ address })
      .whereNotNull('undeliverable_since')
      .update({ undeliverable_since: null, hard_bounces: 0, cleared_at: tx.db.fn.now() });
    if (!changed) throw new Invalid({ '': tx.t('This address is not marked') });
    await recordEvent(
      tx,
      'mail.address-cleared',
      { objectType: 'delivery', objectId: id, label: address },
      { silent: true },
    );
    return { id };
  });
}
