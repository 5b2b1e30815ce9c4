import type { Knex } from 'knex';
import { type AccountStatus, fullName } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { queueMail } from '../events/mailing.ts';
import { recordEvent } from '../events/recording.ts';
import { issueToken, type TokenPurpose, tokenHash, useToken } from './tokens.ts';
import { lockUser, type User, userOrNone } from './user.ts';

export type Confirmed = {
  status: AccountStatus;
  /** A link to choose a password with, where the first one did not count. Shown to nobody else. */
  passwordToken?: string;
};

/** Whose link it is or was; a used one too, so that pressing twice is told kindly. */
export async function linkOwner(db: Knex, purpose: TokenPurpose, token: string): Promise<User | undefined> {
  const row = await db('user_tokens')
    .where({ token_hash: tokenHash(token), purpose })
    .first('user_id');
  return row ? userOrNone(db, row.user_id) : undefined;
}

/** The person at the address said that it is theirs. Nothing if the link was used or is too old. */
export async function confirmAddress(ctx: Context, token: string): Promise<Confirmed | undefined> {
  return ctx.transaction(async tx => {
    const userId = await useToken(tx, 'verify-email', token);
    if (!userId) return undefined;
    const user = await lockUser(tx, userId);
    const status = await addressConfirmed(tx, user);
    if (user.passwordHash) return { status };
    return { status, passwordToken: await issueToken(tx, user.id, 'reset-password') };
  });
}

/** What follows once an address is known to be right: active at once in a trusted domain, else the admins are asked. */
export async function addressConfirmed(tx: Tx, user: User): Promise<AccountStatus> {
  if (user.emailVerifiedAt) return user.status;
  await tx.db('users').where({ id: user.id }).update({ email_verified_at: tx.now() });
  const eventId = await recordEvent(tx, 'user.verified', about(user));
  if (user.status !== 'pending') return user.status;
  if (isTrusted(tx, user)) return activate(tx, user);
  const admins = await tx
    .db('users')
    .where({ role: 'admin', status: 'active' })
    .whereNotNull('email')
    .select('id');
  for (const admin of admins)
    await queueMail(tx, { eventId, recipientId: admin.id, template: 'account-waiting' });
  return 'pending';
}

async function activate(tx: Tx, user: User): Promise<AccountStatus> {
  await tx
    .db('users')
    .where({ id: user.id })
    .update({ status: 'active', version: tx.db.raw('version + 1') });
  const eventId = await recordEvent(tx, 'user.approved', about(user), {
    changes: { status: ['pending', 'active'] },
    data: { because: 'trusted-domain' },
  });
  await queueMail(tx, { eventId, recipientId: user.id, template: 'account-approved' });
  return 'active';
}

/** Admins let everybody of the domain in. */
export function isTrusted(tx: Pick<Context, 'settings'>, user: Pick<User, 'email'>): boolean {
  const domain = user.email?.toLowerCase().split('@').at(-1) ?? '';
  return domain !== '' && tx.settings.trustedDomains.includes(domain);
}

const about = (user: User) => ({ objectType: 'user' as const, objectId: user.id, label: fullName(user) });
