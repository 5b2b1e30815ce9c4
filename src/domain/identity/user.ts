import type { Knex } from 'knex';
import type { AccountStatus, Role } from '../access/actor.ts';
import type { Tx } from '../context.ts';
import { NotFound } from '../errors.ts';

/** An account as admins see it. The person who acts is `access/actor.ts`. */
export type User = {
  id: number;
  email: string | null;
  firstName: string;
  lastName: string;
  companyId: string | null;
  departmentId: number | null;
  role: Role;
  status: AccountStatus;
  phoneEncrypted: string | null;
  passwordHash: string | null;
  emailVerifiedAt: Date | null;
  sessionEpoch: number;
  locale: string | null;
  timeZone: string | null;
  shortcuts: boolean;
  source: string;
  version: number;
  lastSeenAt: Date | null;
  createdAt: Date;
  anonymisedAt: Date | null;
};

export const userColumns = {
  id: 'users.id',
  email: 'users.email',
  firstName: 'users.first_name',
  lastName: 'users.last_name',
  companyId: 'users.company_id',
  departmentId: 'users.department_id',
  role: 'users.role',
  status: 'users.status',
  phoneEncrypted: 'users.phone_encrypted',
  passwordHash: 'users.password_hash',
  emailVerifiedAt: 'users.email_verified_at',
  sessionEpoch: 'users.session_epoch',
  locale: 'users.locale',
  timeZone: 'users.time_zone',
  shortcuts: 'users.shortcuts',
  source: 'users.source',
  version: 'users.version',
  lastSeenAt: 'users.last_seen_at',
  createdAt: 'users.created_at',
  anonymisedAt: 'users.anonymised_at',
};

export async function userOrNone(db: Knex, id: number): Promise<User | undefined> {
  return db('users').select(userColumns).where({ id }).first();
}

export async function userByEmail(db: Knex, email: string): Promise<User | undefined> {
  return db('users').select(userColumns).whereRaw('lower(email) = lower(?)', [email.trim()]).first();
}

/** Takes the row's lock for the rest of the transaction. */
export async function lockUser(tx: Tx, id: number): Promise<User> {
  const user = await tx.db('users').select(userColumns).where({ id }).forUpdate().first();
  if (!user) throw new NotFound('No such user');
  return user;
}

export const normaliseEmail = (email: string) => email.trim();
