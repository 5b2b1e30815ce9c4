import { fullName, type Role } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { type UserChanges, updateUser } from '../identity/editing.ts';
import { membershipOf } from '../identity/membership.ts';
import { worksTickets } from '../identity/roles.ts';
import { shutOut } from '../identity/suspending.ts';
import { type TeamInput, changeTeam as updateTeam } from '../identity/teams.ts';
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
    const teams = await membershipOf(tx, input.userId);
    const { before, role } = await updateUser(tx, input);
    const kept = await membershipOf(tx, input.userId);
    const leaves = worksTickets(before.role) && !worksTickets(role);
    const released = leaves
      ? await releaseTicketsOf(tx, input.userId)
      : await releaseOfTeams(
          tx,
          { id: input.userId, role },
          teams.filter(id => !kept.includes(id)),
        );
    return { id: before.id, name: fullName({ ...input, email: input.email }), released };
  });
}

/** What an admin changes about a team. Who is not of it any more gives its tickets back, in the same transaction. */
export async function changeTeam(
  ctx: Context,
  input: TeamInput & { id: number; version: number },
): Promise<{ id: number; released: number }> {
  authorize(ctx, 'team.manage');
  return ctx.transaction(async tx => {
    const { gone } = await updateTeam(tx, input);
    let released = 0;
    for (const userId of gone) released += await releaseOfTeams(tx, await lockUser(tx, userId), [input.id]);
    return { id: input.id, released };
  });
}

/** Who works all teams may keep what they have: they can own it without being of the team. */
async function releaseOfTeams(tx: Tx, { id, role }: { id: number; role: Role }, teamIds: readonly number[]) {
  const mayKeep = role === 'admin' || tx.settings.coordinatorsWorkAllTeams;
  return mayKeep || teamIds.length === 0 ? 0 : releaseTicketsOf(tx, id, teamIds);
}
