import { fullName } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { Invalid } from '../errors.ts';
import { queueMail } from '../events/mailing.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { lockUser, type User } from './user.ts';

/** Somebody who signed up and whose address is theirs. */
export const isWaiting = (user: Pick<User, 'status' | 'emailVerifiedAt'>) =>
  user.status === 'pending' && user.emailVerifiedAt !== null;

/** Idempotent. Lets the person in and tells them by mail; a rejected person may be let in after all. */
export const approveUser = (ctx: Context, { userId }: { userId: number }) => decide(ctx, userId, 'active');

/** Idempotent. The account stays, so that the same address cannot ask again and again. */
export const rejectUser = (ctx: Context, { userId }: { userId: number }) => decide(ctx, userId, 'rejected');

const DECISIONS = {
  active: { event: 'user.approved', template: 'account-approved' },
  rejected: { event: 'user.rejected', template: 'account-rejected' },
} as const;

async function decide(
  ctx: Context,
  userId: number,
  status: 'active' | 'rejected',
): Promise<{ id: number; name: string }> {
  authorize(ctx, 'user.manage');
  return ctx.transaction(async tx => {
    const user = await lockUser(tx, userId);
    const decided = { id: user.id, name: fullName(user) };
    if (user.status === status) return decided;
    const open = isWaiting(user) || (user.status === 'rejected' && status === 'active');
    if (!open) throw new Invalid({ '': tx.t('This account is not waiting for approval') });
    await tx
      .db('users')
      .where({ id: user.id })
      .update({ status, version: user.version + 1 });
    const { event, template } = DECISIONS[status];
    const eventId = await recordEvent(
      tx,
      event,
      { objectType: 'user', objectId: user.id, label: fullName(user) },
      { changes: { status: [user.status, status] } },
    );
    if (user.email) await queueMail(tx, { eventId, recipientId: user.id, template });
    return decided;
  });
}

export type WaitingUser = {
  id: number;
  firstName: string;
  lastName: string;
  email: string;
  companyId: string | null;
  departmentName: string | null;
  /** Asked for at sign-up, and somebody else's. */
  wantedCompanyId: string | null;
  createdAt: Date;
};

const SHOWN = 20;

/** Those who wait, the longest first; at most twenty, since each decision shows the next. */
export async function waitingUsers(ctx: Context): Promise<{ users: WaitingUser[]; more: boolean }> {
  authorize(ctx, 'user.manage');
  const rows: WaitingUser[] = await ctx
    .db('users as u')
    .leftJoin('departments as d', 'd.id', 'u.department_id')
    .where('u.status', 'pending')
    .whereNotNull('u.email_verified_at')
    .orderBy([{ column: 'u.created_at' }, { column: 'u.id' }])
    .limit(SHOWN + 1)
    .select({
      id: 'u.id',
      firstName: 'u.first_name',
      lastName: 'u.last_name',
      email: 'u.email',
      companyId: 'u.company_id',
      departmentName: 'd.name',
      createdAt: 'u.created_at',
      wantedCompanyId: ctx.db.raw(
        `(select e.data->>'wantedCompanyId' from events e
           where e.object_type = 'user' and e.object_id = u.id and e.type = 'user.signed-up' order by e.id desc limit 1)`,
      ),
    });
  return { users: rows.slice(0, SHOWN), more: rows.length > SHOWN };
}

/** For the badge beside "Users", at most a hundred. */
export async function countWaiting(ctx: Context): Promise<number> {
  const some = ctx
    .db('users')
    .where({ status: 'pending' })
    .whereNotNull('email_verified_at')
    .limit(100)
    .select('id')
    .as('some');
  const [row] = await ctx.db.from(some).count({ n: '*' });
  return Number(row?.n ?? 0);
}
