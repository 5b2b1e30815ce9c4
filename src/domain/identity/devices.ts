import type { Knex } from 'knex';
import { personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';

/** A browser that is signed in. Its session's id is known only as a hash. */
export type Device = {
  id: number;
  address: string | null;
  userAgent: string | null;
  createdAt: Date;
  seenAt: Date;
};

/** Sessions end by themselves after this long, whatever happens: older rows are history. */
const LONGEST_DAYS = 7;

export async function listDevices(db: Knex, userId: number): Promise<Device[]> {
  return db('user_sessions')
    .where({ user_id: userId, ended_at: null })
    .whereRaw("created_at > now() - ? * interval '1 day'", [LONGEST_DAYS])
    .orderBy('seen_at', 'desc')
    .orderBy('id', 'desc')
    .limit(50)
    .select('id', 'address', 'user_agent as userAgent', 'created_at as createdAt', 'seen_at as seenAt');
}

/** Written at most once a minute by a session in use. */
export async function noteDevice(db: Knex, deviceId: number, now: Date): Promise<void> {
  await db('user_sessions').where({ id: deviceId, ended_at: null }).update({ seen_at: now });
}

/** Signs one device out: its next request finds nobody signed in. */
export async function endDevice(ctx: Context, deviceId: number): Promise<void> {
  const userId = personId(ctx.actor);
  await ctx.transaction(async tx => {
    const ended = await tx
      .db('user_sessions')
      .where({ id: deviceId, user_id: userId, ended_at: null })
      .update({ ended_at: tx.now() });
    if (ended === 0) throw new NotFound('No such device');
    await recordEvent(tx, 'session.ended', aboutUser(userId), { silent: true, data: { deviceId } });
  });
}

/** Every session of a person ends at once, or all but the one of `except`. Returns the epoch that counts now. */
export async function endSessions(
  tx: Tx,
  userId: number,
  { except }: { except?: number | undefined } = {},
): Promise<number> {
  const [row] = await tx
    .db('users')
    .where({ id: userId })
    .update({ session_epoch: tx.db.raw('session_epoch + 1') })
    .returning('session_epoch');
  const open = tx.db('user_sessions').where({ user_id: userId, ended_at: null });
  if (except) open.whereNot({ id: except });
  await open.update({ ended_at: tx.now() });
  return row.session_epoch;
}

export async function signOutEverywhere(ctx: Context): Promise<void> {
  const userId = personId(ctx.actor);
  if (!userId) return;
  await ctx.transaction(async tx => {
    await endSessions(tx, userId);
    await recordEvent(tx, 'user.sessions-ended', aboutUser(userId), { silent: true });
  });
}

const aboutUser = (userId: number | null) => ({ objectType: 'user' as const, objectId: userId });
