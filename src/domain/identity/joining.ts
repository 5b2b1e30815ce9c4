import { fullName } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { hashPassword, passwordProblem } from './passwords.ts';
import { tokenOwner, useToken } from './tokens.ts';
import { lockUser, type User, userOrNone } from './user.ts';

export type Joining = { firstName: string; lastName: string; password: string };

/** Somebody who was invited takes their place. Returns their id, or nothing if the link was used or is too old. */
export async function acceptInvitation(
  ctx: Context,
  token: string,
  { firstName, lastName, password }: Joining,
): Promise<number | undefined> {
  const ownerId = await tokenOwner(ctx.db, 'invitation', token);
  const owner = ownerId ? await userOrNone(ctx.db, ownerId) : undefined;
  if (!owner || !canJoin(owner)) return undefined;
  const problem = passwordProblem(ctx, password, { email: owner.email, firstName, lastName });
  if (problem) throw new Invalid({ password: problem });
  const passwordHash = await hashPassword(password);
  return ctx.transaction(async tx => {
    const userId = await useToken(tx, 'invitation', token);
    const user = userId ? await lockUser(tx, userId) : undefined;
    if (!user || !canJoin(user)) return undefined;
    await tx
      .db('users')
      .where({ id: user.id })
      .update({ first_name: firstName, last_name: lastName, password_hash: passwordHash });
    await tx.db('user_tokens').where({ user_id: user.id, used_at: null }).update({ used_at: tx.now() });
    await join(tx, { ...user, firstName, lastName });
    return user.id;
  });
}

/** An invitation is for who has no password yet: it is no second way to set one. */
export const canJoin = (user: User) =>
  user.passwordHash === null && (user.status === 'pending' || user.status === 'active');

/** The admin's invitation was the approval, and the link proved the address. */
export async function join(tx: Tx, user: User): Promise<void> {
  await tx
    .db('users')
    .where({ id: user.id })
    .update({
      status: 'active',
      email_verified_at: user.emailVerifiedAt ?? tx.now(),
      version: tx.db.raw('version + 1'),
    });
  const subject = { objectType: 'user' as const, objectId: user.id, label: fullName(user) };
  await recordEvent(tx, 'user.joined', subject, { changes: { status: [user.status, 'active'] } });
}
