import { fullName } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { lockAmongAdmins, refuseLosingLastAdmin } from './roles.ts';
import { lockUser, type User } from './user.ts';

/** Shuts the person out at once: every session of theirs is of an older epoch. Undefined if they were out already. */
export async function shutOut(
  tx: Tx,
  userId: number,
  data: Record<string, unknown> = {},
): Promise<User | undefined> {
  const { user, otherAdmins } = await lockAmongAdmins(tx, userId);
  if (user.status === 'suspended') return undefined;
  if (user.status !== 'active') throw new Invalid({ '': tx.t('Only an active account can be suspended') });
  refuseLosingLastAdmin(tx, user, { status: 'suspended' }, otherAdmins);
  await tx
    .db('users')
    .where({ id: user.id })
    .update({ status: 'suspended', session_epoch: user.sessionEpoch + 1, version: user.version + 1 });
  await tx.db('user_tokens').where({ user_id: user.id, used_at: null }).update({ used_at: tx.now() });
  await recordEvent(
    tx,
    'user.suspended',
    { objectType: 'user', objectId: user.id, label: fullName(user) },
    { changes: { status: ['active', 'suspended'] }, data },
  );
  return user;
}

/** Idempotent. */
export async function reinstateUser(
  ctx: Context,
  { userId }: { userId: number },
): Promise<{ id: number; name: string }> {
  authorize(ctx, 'user.manage');
  return ctx.transaction(async tx => {
    const user = await lockUser(tx, userId);
    const reinstated = { id: user.id, name: fullName(user) };
    if (user.status === 'active') return reinstated;
    if (user.status !== 'suspended')
      throw new Invalid({ '': tx.t('Only a suspended account can be reinstated') });
    await tx
      .db('users')
      .where({ id: user.id })
      .update({ status: 'active', version: user.version + 1 });
    await recordEvent(
      tx,
      'user.reinstated',
      { objectType: 'user', objectId: user.id, label: fullName(user) },
      { changes: { status: ['suspended', 'active'] } },
    );
    return reinstated;
  });
}
