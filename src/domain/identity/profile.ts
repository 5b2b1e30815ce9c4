import { fullName, personId } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { Unauthenticated } from '../errors.ts';
import { type Changes, recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { type Compared, refuseStale } from '../versioning.ts';
import { lockUser, type User, userOrNone } from './user.ts';

export type ProfileInput = {
  firstName: string;
  lastName: string;
  phone: string;
  /** Empty: what the browser asks for. */
  locale: string | null;
  timeZone: string | null;
  shortcuts: boolean;
};

export type Profile = ProfileInput & { user: User; department: string | null };

export async function findProfile(ctx: Context): Promise<Profile> {
  authorize(ctx, 'profile.manage');
  const user = await userOrNone(ctx.db, personId(ctx.actor) ?? -1);
  if (!user) throw new Unauthenticated('Sign in first');
  const department = user.departmentId
    ? await ctx.db('departments').where({ id: user.departmentId }).first('name')
    : undefined;
  return { ...inputOf(ctx, user), user, department: department?.name ?? null };
}

/** Own things only. A version that is not the one shown is a conflict, told field by field. */
export async function saveProfile(
  ctx: Context,
  input: ProfileInput,
  version: number,
): Promise<{ version: number }> {
  authorize(ctx, 'profile.manage');
  return ctx.transaction(async tx => {
    const user = await lockUser(tx, personId(tx.actor) ?? -1);
    const before = inputOf(tx, user);
    const changes = changesOf(before, input);
    if (Object.keys(changes).length === 0) return { version: user.version };
    refuseStale(user.version, version, compared(tx, before, input));
    await tx
      .db('users')
      .where({ id: user.id })
      .update({
        first_name: input.firstName,
        last_name: input.lastName,
        phone_encrypted: input.phone ? tx.world.encrypt(input.phone) : null,
        locale: input.locale,
        time_zone: input.timeZone,
        shortcuts: input.shortcuts,
        version: user.version + 1,
      });
    const subject = { objectType: 'user' as const, objectId: user.id, label: fullName(user) };
    await recordEvent(tx, 'user.profile-changed', subject, { silent: true, changes });
    return { version: user.version + 1 };
  });
}

const inputOf = (ctx: Context, user: User): ProfileInput => ({
  firstName: user.firstName,
  lastName: user.lastName,
  phone: user.phoneEncrypted ? ctx.world.decrypt(user.phoneEncrypted) : '',
  locale: user.locale,
  timeZone: user.timeZone,
  shortcuts: user.shortcuts,
});

/** The number itself is secret, also in history: there it is only "there" or "not there". */
function changesOf(before: ProfileInput, after: ProfileInput): Changes {
  const changes: Changes = {};
  for (const field of Object.keys(after) as (keyof ProfileInput)[]) {
    if (before[field] === after[field]) continue;
    changes[field] =
      field === 'phone' ? [Boolean(before.phone), Boolean(after.phone)] : [before[field], after[field]];
  }
  return changes;
}

const compared = (ctx: Context, theirs: ProfileInput, yours: ProfileInput): Compared[] => [
  [ctx.t('First name'), theirs.firstName, yours.firstName],
  [ctx.t('Last name'), theirs.lastName, yours.lastName],
  [ctx.t('Phone'), theirs.phone, yours.phone],
  [ctx.t('Language'), theirs.locale, yours.locale],
  [ctx.t('Time zone'), theirs.timeZone, yours.timeZone],
];
