import { fullName, personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid, Unauthenticated } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { worksTickets } from '../identity/roles.ts';
import { lockUser } from '../identity/user.ts';
import { authorize } from '../policies.ts';
import { changed, refuseStale } from '../versioning.ts';

/** Hours are all three or none: none are the company's. No last day of absence is "until further notice". */
export type WorkingTimes = {
  days: number[] | null;
  starts: string | null;
  ends: string | null;
  absentFrom: string | null;
  absentUntil: string | null;
};
export type FoundTimes = WorkingTimes & { version: number; awaySince: Date | null };

const COLUMNS = {
  days: 'w.days',
  starts: 'w.starts',
  ends: 'w.ends',
  absentFrom: 'w.absent_from',
  absentUntil: 'w.absent_until',
  awaySince: 'u.away_since',
};

/** Own times, or, for an admin, anybody's. */
function authorizeFor(ctx: Context, userId: number) {
  if (userId === personId(ctx.actor)) authorize(ctx, 'queue.read');
  else authorize(ctx, 'user.manage');
}

export async function findWorkingTimes(ctx: Context, userId: number): Promise<FoundTimes> {
  authorizeFor(ctx, userId);
  return readTimes(ctx, userId);
}

async function readTimes(ctx: Context, userId: number): Promise<FoundTimes> {
  const row = await ctx
    .db('users as u')
    .leftJoin('working_times as w', 'w.user_id', 'u.id')
    .where('u.id', userId)
    .first({ ...COLUMNS, version: ctx.db.raw('coalesce(w.version, 0)') });
  return row as FoundTimes;
}

/** A version that is not the one shown is a conflict, told field by field. */
export async function changeWorkingTimes(
  ctx: Context,
  userId: number,
  { version, ...wanted }: WorkingTimes & { version: number },
): Promise<{ version: number }> {
  authorizeFor(ctx, userId);
  return ctx.transaction(async tx => {
    const user = await lockUser(tx, userId);
    if (!worksTickets(user.role))
      throw new Invalid({ '': tx.t('Only coordinators and admins have working hours') });
    const { version: current, awaySince: _, ...before } = await readTimes(tx, userId);
    const changes = changed(before, wanted);
    if (Object.keys(changes).length === 0) return { version: current };
    refuseStale(current, version, compared(tx, before, wanted));
    await tx
      .db('working_times')
      .insert({
        user_id: userId,
        days: wanted.days,
        starts: wanted.starts,
        ends: wanted.ends,
        absent_from: wanted.absentFrom,
        absent_until: wanted.absentUntil,
        version: current + 1,
      })
      .onConflict('user_id')
      .merge();
    const subject = { objectType: 'user' as const, objectId: userId, label: fullName(user) };
    await recordEvent(tx, 'user.times-changed', subject, { silent: true, changes });
    tx.afterCommit(() => tx.world.wake('assign-tickets'));
    return { version: current + 1 };
  });
}

const compared = (tx: Tx, theirs: WorkingTimes, yours: WorkingTimes): [string, unknown, unknown][] => [
  [tx.t('Working hours'), hoursText(theirs), hoursText(yours)],
  [tx.t('First day away'), theirs.absentFrom, yours.absentFrom],
  [tx.t('Last day away'), theirs.absentUntil, yours.absentUntil],
];

const hoursText = ({ days, starts, ends }: WorkingTimes) =>
  days ? `${days.join(' ')}, ${starts}–${ends}` : '';

/** "Available" or "Away" for the moment. Idempotent. */
export async function setAvailability(ctx: Context, available: boolean): Promise<{ available: boolean }> {
  authorize(ctx, 'queue.read');
  return ctx.transaction(async tx => {
    const userId = personId(tx.actor);
    if (userId === null) throw new Unauthenticated('Sign in first');
    const user = await lockUser(tx, userId);
    const { awaySince } = await readTimes(tx, userId);
    if ((awaySince === null) === available) return { available };
    await tx
      .db('users')
      .where({ id: userId })
      .update({ away_since: available ? null : tx.now() });
    const subject = { objectType: 'user' as const, objectId: userId, label: fullName(user) };
    const changes: [unknown, unknown] = available ? [false, true] : [true, false];
    await recordEvent(tx, 'user.availability-changed', subject, {
      silent: true,
      changes: { available: changes },
    });
    if (available) tx.afterCommit(() => tx.world.wake('assign-tickets'));
    return { available };
  });
}
