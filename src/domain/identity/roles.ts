import type { Role } from '../access/actor.ts';
import type { Tx } from '../context.ts';
import { Invalid } from '../errors.ts';
import { lockUser, type User } from './user.ts';

export const roles: readonly Role[] = ['employee', 'coordinator', 'admin'];

/**
 * Locks the person and, before that, everyone who is an active admin, always in the order of their keys:
 * of two admins who demote each other at once, the second finds that they are the last.
 */
export async function lockAmongAdmins(tx: Tx, userId: number): Promise<{ user: User; otherAdmins: number }> {
  const admins = await tx
    .db('users')
    .where({ role: 'admin', status: 'active' })
    .orderBy('id')
    .forUpdate()
    .select<{ id: number }[]>('id');
  const user = await lockUser(tx, userId);
  return { user, otherAdmins: admins.filter(({ id }) => id !== userId).length };
}

const actsAsAdmin = (user: Pick<User, 'role' | 'status'>) =>
  user.role === 'admin' && user.status === 'active';

/** There is always somebody who can let people in. */
export function refuseLosingLastAdmin(
  tx: Tx,
  user: User,
  next: Partial<Pick<User, 'role' | 'status'>>,
  otherAdmins: number,
): void {
  if (!actsAsAdmin(user) || actsAsAdmin({ ...user, ...next }) || otherAdmins > 0) return;
  const field = next.role ? 'role' : '';
  throw new Invalid({ [field]: tx.t('This is the only active admin. Make somebody else an admin first') });
}

/** Works tickets, so may belong to teams and own tickets. */
export const worksTickets = (role: Role) => role !== 'employee';
