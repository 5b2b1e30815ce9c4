import { fullName } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { type UserChanges, updateUser } from '../identity/editing.ts';
import { worksTickets } from '../identity/roles.ts';
import { shutOut } from '../identity/suspending.ts';
import { lockUser } from '../identity/user.ts';
import { authorize } from '../policies.ts';
import { releaseTicketsOf } from './assigning.ts';

/** Idempotent. Ends the person's sessions at once; their open tickets go back to the queue of their teams. */
export async function suspendUser(
  ctx: Context,
  { userId }: { userId: number },
): Promise<{ id: number; name: string; released: number }> {
  authorize(ctx, 'user.manage');
  return ctx.transaction(async tx => {
    const suspended = await shutOut(tx, userId);
    const released = suspended ? await releaseTicketsOf(tx, userId) : 0;
    return { id: userId, name: fullName(suspended ?? (await lockUser(tx, userId))), released };
  });
}

/** What an admin changes about a person. Who becomes an employee owns no ticket any more. */
export async function changeUser(
  ctx: Context,
  input: UserChanges,
): Promise<{ id: number; name: string; released: number }> {
  authorize(ctx, 'user.role', { id: input.userId });
  return ctx.transaction(async tx => {
    const { before, role } = await updateUser(tx, input);
    const leaves = worksTickets(before.role) && !worksTickets(role);
    const released = leaves ? await releaseTicketsOf(tx, input.userId) : 0;
    return { id: before.id, name: fullName({ ...input, email: input.email }), released };
  });
}
