import { fullName } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { recordEvent } from '../events/recording.ts';
import { lockUser } from '../identity/user.ts';
import { authorize } from '../policies.ts';

export type ClosedAddress = {
  address: string;
  since: Date;
  /** What the last server said. */
  reason: string;
  bounces: number;
};

/** Whether the person's address gets no mail any more, since too many came back. */
export async function closedAddressOf(
  ctx: Context,
  email: string | null,
): Promise<ClosedAddress | undefined> {
  authorize(ctx, 'user.manage');
  const { rows } = await ctx.db.raw<{ rows: ClosedAddress[] }>(
    `select address, undeliverable_since as since, coalesce(last_reason, '') as reason, hard_bounces as bounces
     from mail_addresses where address = lower(?) and undeliverable_since is not null`,
    [email ?? ''],
  );
  return rows[0];
}

/** Mail goes there again; what came back before counts no more. Idempotent. */
export async function reopenAddress(ctx: Context, { userId }: { userId: number }): Promise<{ name: string }> {
  authorize(ctx, 'user.manage');
  return ctx.transaction(async tx => {
    const user = await lockUser(tx, userId);
    const name = fullName(user);
    const opened = await tx
      .db('mail_addresses')
      .where({ address: (user.email ?? '').toLowerCase() })
      .whereNotNull('undeliverable_since')
      .update({ undeliverable_since: null, hard_bounces: 0, cleared_at: tx.db.fn.now() });
    if (opened > 0)
      await recordEvent(
        tx,
        'user.address-reopened',
        { objectType: 'user', objectId: user.id, label: name },
        { silent: true, data: { address: user.email } },
      );
    return { name };
  });
}
