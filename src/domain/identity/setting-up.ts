import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { fullName } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid, NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { hashPassword, passwordProblem } from './passwords.ts';
import { issueToken, tokenHash } from './tokens.ts';
import { normaliseEmail, userByEmail } from './user.ts';

export type FirstAdmin = { firstName: string; lastName: string; email: string; password: string };

const SEED = 'setupSeed';
/** Any number, as long as nothing else locks by it: only one first admin can be made. */
const FIRST_ADMIN_LOCK = 7_302_114;

export async function hasUsers(db: Knex): Promise<boolean> {
  return (await db('users').first('id')) !== undefined;
}

/**
 * The one-time token of the first-run page, or nothing once there is somebody. It is made of a random seed in the
 * database and the secret of the environment: every process prints the same one at every start, and neither a copy
 * of the database nor the secret alone opens the page.
 */
export async function setupToken(ctx: Context): Promise<string | undefined> {
  if (await hasUsers(ctx.db)) return undefined;
  await ctx
    .db('settings')
    .insert({ key: SEED, value: JSON.stringify(randomBytes(32).toString('base64url')) })
    .onConflict('key')
    .ignore();
  const row = await ctx.db('settings').where({ key: SEED }).first('value');
  return ctx.world.sign('setup-token', row.value);
}

/** Makes the first admin and gives the service its name. Works once; after that there is no such page. */
export async function setUp(
  ctx: Context,
  input: FirstAdmin & { token: string; companyName: string },
): Promise<{ userId: number }> {
  const problem = passwordProblem(ctx, input.password, input);
  if (problem) throw new Invalid({ password: problem });
  const passwordHash = await hashPassword(input.password);
  return ctx.transaction(async tx => {
    await tx.db.raw('select pg_advisory_xact_lock(?)', [FIRST_ADMIN_LOCK]);
    const expected = await setupToken(tx);
    if (!expected) throw new NotFound('Set up already');
    if (tokenHash(expected) !== tokenHash(input.token.trim())) {
      throw new Invalid({ token: tx.t('This is not the token in the server’s log. Copy it again') });
    }
    const userId = await insertAdmin(tx, input, { passwordHash, source: 'setup' });
    await tx
      .db('settings')
      .insert({ key: 'companyName', value: JSON.stringify(input.companyName) })
      .onConflict('key')
      .merge(['value']);
    await tx.db('settings').where({ key: SEED }).delete();
    return { userId };
  });
}

/**
 * For the command line, whose user holds the database anyway. Without a password the new admin gets an invitation,
 * whose token is returned.
 */
export async function createAdmin(
  ctx: Context,
  input: Omit<FirstAdmin, 'password'> & { password?: string | undefined },
): Promise<{ userId: number; invitation?: string }> {
  const problem = input.password && passwordProblem(ctx, input.password, input);
  if (problem) throw new Invalid({ password: problem });
  const passwordHash = input.password ? await hashPassword(input.password) : null;
  return ctx.transaction(async tx => {
    if (await userByEmail(tx.db, input.email)) {
      throw new Invalid({ email: tx.t('There is an account with this address already') });
    }
    const userId = await insertAdmin(tx, input, { passwordHash, source: 'invitation' });
    return passwordHash ? { userId } : { userId, invitation: await issueToken(tx, userId, 'invitation') };
  });
}

async function insertAdmin(
  tx: Tx,
  input: Omit<FirstAdmin, 'password'>,
  { passwordHash, source }: { passwordHash: string | null; source: 'setup' | 'invitation' },
): Promise<number> {
  const [row] = await tx
    .db('users')
    .insert({
      email: normaliseEmail(input.email),
      first_name: input.firstName,
      last_name: input.lastName,
      role: 'admin',
      status: passwordHash ? 'active' : 'pending',
      password_hash: passwordHash,
      email_verified_at: passwordHash ? tx.now() : null,
      source,
    })
    .returning('id');
  const subject = { objectType: 'user' as const, objectId: row.id, label: fullName(input) };
  await recordEvent(tx, 'user.created', subject, { data: { role: 'admin', source } });
  return row.id;
}
