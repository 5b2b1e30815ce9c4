import { createHash, randomBytes } from 'node:crypto';
import type { Tx } from '../context.ts';

export type TokenPurpose = 'verify-email' | 'reset-password' | 'invitation';

const HOURS: Record<TokenPurpose, number> = { 'verify-email': 48, 'reset-password': 1, invitation: 72 };

export const tokenHash = (token: string) => createHash('sha256').update(token).digest('base64url');

/** A new link replaces the ones before it. Returns the secret, which only the mail ever holds (256 bit). */
export async function issueToken(tx: Tx, userId: number, purpose: TokenPurpose): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await tx.db('user_tokens').where({ user_id: userId, purpose, used_at: null }).update({ used_at: tx.now() });
  await tx.db('user_tokens').insert({
    user_id: userId,
    purpose,
    token_hash: tokenHash(token),
    expires_at: tx.db.raw("now() + ? * interval '1 hour'", [HOURS[purpose]]),
  });
  return token;
}

/** Whose link it is, while it still works. Reading it uses nothing up: mail scanners follow links. */
export async function tokenOwner(
  db: Tx['db'] | import('knex').Knex,
  purpose: TokenPurpose,
  token: string,
): Promise<number | undefined> {
  const row = await db('user_tokens')
    .where({ token_hash: tokenHash(token), purpose, used_at: null })
    .whereRaw('expires_at > now()')
    .first('user_id');
  return row?.user_id;
}

/** Uses the link up. Only one of two at once gets the owner. */
export async function useToken(tx: Tx, purpose: TokenPurpose, token: string): Promise<number | undefined> {
  const [row] = await tx
    .db('user_tokens')
    .where({ token_hash: tokenHash(token), purpose, used_at: null })
    .whereRaw('expires_at > now()')
    .update({ used_at: tx.now() })
    .returning('user_id');
  return row?.user_id;
}
