import { fullName, personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid, Unauthenticated } from '../errors.ts';
import { mailsWithin, queueMail } from '../events/mailing.ts';
import { recordEvent } from '../events/recording.ts';
import { addressConfirmed, isTrusted } from './confirming.ts';
import { endSessions } from './devices.ts';
import { join } from './joining.ts';
import { hashPassword, passwordProblem, verifyPassword } from './passwords.ts';
import { issueToken, tokenOwner, useToken } from './tokens.ts';
import { lockUser, type User, userByEmail, userOrNone } from './user.ts';

const RESETS_AN_HOUR = 3;

/** Mails a link to whoever has an account with this address. Says nothing about whether somebody has. */
export async function askForReset(ctx: Context, email: string): Promise<Record<string, never>> {
  await ctx.transaction(async tx => {
    const user = await userByEmail(tx.db, email);
    if (!user || !mayReset(tx, user)) return;
    if ((await mailsWithin(tx.db, user.id, 'password-reset', 60)) >= RESETS_AN_HOUR) return;
    const eventId = await recordEvent(tx, 'user.reset-asked', about(user), { silent: true });
    const secret = await issueToken(tx, user.id, 'reset-password');
    await queueMail(tx, { eventId, recipientId: user.id, template: 'password-reset', secret });
  });
  return {};
}

/**
 * A contact, made of a mail that somebody sent us, is no account yet: an admin's invitation makes it one, or a domain
 * that is let in. Otherwise whoever writes a mail would need nobody's approval.
 */
const mayReset = (ctx: Pick<Context, 'settings'>, user: User) =>
  (user.status === 'pending' || user.status === 'active') && (!isContact(user) || isTrusted(ctx, user));

export const isContact = (user: Pick<User, 'source' | 'passwordHash'>) =>
  user.source === 'mail' && user.passwordHash === null;

/** Whose password this link sets, while it works. */
export async function resetOwner(ctx: Context, token: string): Promise<User | undefined> {
  const userId = await tokenOwner(ctx.db, 'reset-password', token);
  const user = userId ? await userOrNone(ctx.db, userId) : undefined;
  return user && mayReset(ctx, user) ? user : undefined;
}

/** Sets the password and ends every session. Nothing if the link was used or is too old. */
export async function resetPassword(
  ctx: Context,
  token: string,
  password: string,
): Promise<User | undefined> {
  const owner = await resetOwner(ctx, token);
  if (!owner) return undefined;
  const passwordHash = await acceptable(ctx, password, owner);
  return ctx.transaction(async tx => {
    const userId = await useToken(tx, 'reset-password', token);
    if (!userId) return undefined;
    const user = await lockUser(tx, userId);
    if (!mayReset(tx, user)) return undefined;
    await storePassword(tx, user, passwordHash);
    await endSessions(tx, user.id);
    // The link came by mail, so the address is right as well.
    if (user.status === 'pending' && user.source === 'invitation') await join(tx, user);
    else await addressConfirmed(tx, user);
    return user;
  });
}

/** Needs the current password. Ends all other sessions; returns the epoch by which this one goes on. */
export async function changePassword(
  ctx: Context,
  { current, next, deviceId }: { current: string; next: string; deviceId: number | undefined },
): Promise<{ epoch: number }> {
  const userId = personId(ctx.actor);
  const user = userId ? await userOrNone(ctx.db, userId) : undefined;
  if (!user) throw new Unauthenticated('Sign in first');
  if (!(await verifyPassword(user.passwordHash, current))) {
    throw new Invalid({ current: ctx.t('This is not your current password. Try again') });
  }
  const passwordHash = await acceptable(ctx, next, user);
  return ctx.transaction(async tx => {
    await storePassword(tx, await lockUser(tx, user.id), passwordHash);
    return { epoch: await endSessions(tx, user.id, { except: deviceId }) };
  });
}

async function acceptable(ctx: Context, password: string, about: User): Promise<string> {
  const problem = passwordProblem(ctx, password, about);
  if (problem) throw new Invalid({ password: problem });
  return hashPassword(password);
}

/** Also takes back every other link that could set a password. */
async function storePassword(tx: Tx, user: User, passwordHash: string): Promise<void> {
  await tx.db('users').where({ id: user.id }).update({ password_hash: passwordHash });
  await tx
    .db('user_tokens')
    .where({ user_id: user.id, used_at: null })
    .whereIn('purpose', ['reset-password', 'invitation'])
    .update({ used_at: tx.now() });
  const eventId = await recordEvent(tx, 'user.password-changed', about(user), { silent: true });
  await queueMail(tx, { eventId, recipientId: user.id, template: 'password-changed' });
}

const about = (user: User) => ({ objectType: 'user' as const, objectId: user.id, label: fullName(user) });
