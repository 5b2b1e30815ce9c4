import { fullName, personId } from '../access/actor.ts';
import { actingAs, type Context } from '../context.ts';
import { Unauthenticated } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { verifyPassword } from './passwords.ts';
import { loadSignedIn, type SignedIn } from './person.ts';
import { tokenHash } from './tokens.ts';
import { type User, userByEmail } from './user.ts';

/** Why nobody is signed in. Whoever does not know the password only ever learns "wrong". */
export type Refusal = 'wrong' | 'unverified' | 'waiting';
export type Attempt = { user: User; refusal?: undefined } | { user?: undefined; refusal: Refusal };

/** Takes as long, and writes as much, for an unknown address as for a wrong password. */
export async function checkCredentials(ctx: Context, email: string, password: string): Promise<Attempt> {
  const user = await userByEmail(ctx.db, email);
  const right = await verifyPassword(user?.passwordHash, password);
  if (user && right && user.status === 'active') return { user };
  await recordRefusal(ctx, user, right);
  if (user && right && user.status === 'pending')
    return { refusal: user.emailVerifiedAt ? 'waiting' : 'unverified' };
  return { refusal: 'wrong' };
}

// What was typed as an address is not kept when nobody has it: it may have been a password.
async function recordRefusal(ctx: Context, user: User | undefined, right: boolean): Promise<void> {
  const subject = {
    objectType: 'user' as const,
    objectId: user?.id ?? null,
    label: user ? fullName(user) : '',
  };
  const reason = !user ? 'unknown' : right ? user.status : 'password';
  await ctx.transaction(tx =>
    recordEvent(tx, 'session.refused', subject, { silent: true, data: { reason } }),
  );
}

export type Started = SignedIn & { deviceId: number };

/** Notes that a session with this new id belongs to the person from now on. */
export async function startSession(ctx: Context, userId: number, sessionId: string): Promise<Started> {
  const signedIn = await loadSignedIn(ctx.db, userId);
  if (!signedIn) throw new Unauthenticated('This account is not active');
  const { person } = signedIn;
  const deviceId = await actingAs(ctx, person).transaction(async tx => {
    const [row] = await tx
      .db('user_sessions')
      .insert({
        user_id: userId,
        sid_hash: tokenHash(sessionId),
        address: tx.origin?.address ?? null,
        user_agent: tx.origin?.userAgent?.slice(0, 300) ?? null,
        created_at: tx.now(),
        seen_at: tx.now(),
      })
      .returning('id');
    await tx.db('users').where({ id: userId }).update({ last_seen_at: tx.now() });
    const subject = { objectType: 'user' as const, objectId: userId, label: fullName(person) };
    await recordEvent(tx, 'session.started', subject, { silent: true, data: { deviceId: row.id } });
    return row.id as number;
  });
  return { ...signedIn, deviceId };
}

/** From now on the session of this device has this id; none of before counts any more. */
export async function renameSession(
  ctx: Context,
  deviceId: number | undefined,
  sessionId: string,
): Promise<void> {
  await ctx
    .db('user_sessions')
    .where({ id: deviceId ?? null, user_id: personId(ctx.actor), ended_at: null })
    .update({ sid_hash: tokenHash(sessionId) });
}

export async function endSession(ctx: Context, deviceId: number | undefined): Promise<void> {
  const userId = personId(ctx.actor);
  if (!userId) return;
  await ctx.transaction(async tx => {
    if (deviceId)
      await tx.db('user_sessions').where({ id: deviceId, user_id: userId }).update({ ended_at: tx.now() });
    await recordEvent(tx, 'session.ended', { objectType: 'user', objectId: userId }, { silent: true });
  });
}

/** The password of who is signed in, once more. Nothing is told but yes or no. */
export async function confirmsPassword(ctx: Context, password: string): Promise<boolean> {
  const userId = personId(ctx.actor);
  const row = userId
    ? await ctx
        .db('users')
        .where({ id: userId })
        .first('password_hash', 'first_name as firstName', 'last_name as lastName', 'email')
    : undefined;
  const right = await verifyPassword(row?.password_hash, password);
  if (!right) {
    const subject = { objectType: 'user' as const, objectId: userId, label: row ? fullName(row) : '' };
    await ctx.transaction(tx =>
      recordEvent(tx, 'session.refused', subject, { silent: true, data: { reason: 'confirmation' } }),
    );
  }
  return right;
}
