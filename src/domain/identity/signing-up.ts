import type { Knex } from 'knex';
import { fullName } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid, NotFound } from '../errors.ts';
import { mailsWithin, queueMail } from '../events/mailing.ts';
import { recordEvent } from '../events/recording.ts';
import { isTrusted } from './confirming.ts';
import { hashPassword, passwordProblem } from './passwords.ts';
import { isContact } from './resetting.ts';
import { issueToken } from './tokens.ts';
import { normaliseEmail, type User, userByEmail } from './user.ts';

export type SignUp = {
  firstName: string;
  lastName: string;
  email: string;
  companyId: string;
  departmentId: number | null;
  password: string;
};

/** Strangers may make us write to an address this often an hour, and no more. */
const VERIFICATIONS_AN_HOUR = 3;

export async function departmentChoices(db: Knex): Promise<{ id: number; name: string }[]> {
  return db('departments').whereNull('archived_at').orderByRaw('lower(name)').limit(500).select('id', 'name');
}

/**
 * Asks for an account. Whether the address or the company ID is known already shows neither in the answer
 * nor in its time: the owner of the address gets a mail that fits.
 */
export async function signUp(ctx: Context, input: SignUp): Promise<Record<string, never>> {
  if (!ctx.settings.signUp) throw new NotFound('Sign-up is off');
  const problem = passwordProblem(ctx, input.password, input);
  if (problem) throw new Invalid({ password: problem });
  await requireDepartment(ctx, input.departmentId);
  const passwordHash = await hashPassword(input.password);
  await ctx.transaction(async tx => {
    const known = await userByEmail(tx.db, input.email);
    const made = known ? undefined : await insertUser(tx, input, passwordHash);
    if (made) await welcome(tx, made, input);
    else await answerKnown(tx, known ?? (await userByEmail(tx.db, input.email)));
  });
  return {};
}

/** A new link to the address of an account that waits for it; silent about anybody else. */
export async function resendVerification(ctx: Context, email: string): Promise<Record<string, never>> {
  await ctx.transaction(async tx => {
    const user = await userByEmail(tx.db, email);
    if (user && isUnconfirmed(user)) await sendVerification(tx, user, 'user.verification-asked');
  });
  return {};
}

export const isUnconfirmed = (user: User) =>
  user.status === 'pending' && user.source === 'sign-up' && !user.emailVerifiedAt;

async function requireDepartment(ctx: Context, id: number | null): Promise<void> {
  const choices = await departmentChoices(ctx.db);
  if (choices.length === 0 && id === null) return;
  if (!choices.some(choice => choice.id === id))
    throw new Invalid({ departmentId: ctx.t('Choose your department') });
}

type Made = { id: number; companyIdTaken: boolean };

/** Of two at once with the same address one wins; the other is answered as a known address. */
async function insertUser(tx: Tx, input: SignUp, passwordHash: string): Promise<Made | undefined> {
  const row = {
    email: normaliseEmail(input.email),
    first_name: input.firstName,
    last_name: input.lastName,
    department_id: input.departmentId,
    password_hash: passwordHash,
    source: 'sign-up',
  };
  const [made] = await tx
    .db('users')
    .insert({ ...row, company_id: input.companyId || null })
    .onConflict()
    .ignore()
    .returning('id');
  if (made) return { id: made.id, companyIdTaken: false };
  const [without] = await tx.db('users').insert(row).onConflict().ignore().returning('id');
  return without && { id: without.id, companyIdTaken: true };
}

async function welcome(tx: Tx, made: Made, input: SignUp): Promise<void> {
  // Two people cannot have one company ID. Which one is right is for the admin who approves to see.
  const data = made.companyIdTaken ? { wantedCompanyId: input.companyId } : {};
  const subject = { objectType: 'user' as const, objectId: made.id, label: fullName(input) };
  const eventId = await recordEvent(tx, 'user.signed-up', subject, { data });
  const secret = await issueToken(tx, made.id, 'verify-email');
  await queueMail(tx, { eventId, recipientId: made.id, template: 'verify-email', secret });
}

async function answerKnown(tx: Tx, user: User | undefined): Promise<void> {
  if (!user || user.status === 'suspended' || user.status === 'rejected') return;
  // They could not set a password: an admin invites them (resetting.ts).
  if (isContact(user) && !isTrusted(tx, user)) return;
  if (isUnconfirmed(user)) {
    // Who chose the first password is unknown. So neither counts: the owner of the mailbox will choose one.
    await tx.db('users').where({ id: user.id }).update({ password_hash: null });
    await sendVerification(tx, user, 'user.sign-up-repeated');
  } else if ((await mailsWithin(tx.db, user.id, 'account-exists', 60)) === 0) {
    const eventId = await recordEvent(tx, 'user.sign-up-repeated', about(user), { silent: true });
    await queueMail(tx, { eventId, recipientId: user.id, template: 'account-exists' });
  }
}

async function sendVerification(tx: Tx, user: User, type: string): Promise<void> {
  if ((await mailsWithin(tx.db, user.id, 'verify-email', 60)) >= VERIFICATIONS_AN_HOUR) return;
  const eventId = await recordEvent(tx, type, about(user), { silent: true });
  const secret = await issueToken(tx, user.id, 'verify-email');
  await queueMail(tx, { eventId, recipientId: user.id, template: 'verify-email', secret });
}

const about = (user: User) => ({ objectType: 'user' as const, objectId: user.id, label: fullName(user) });
