import { fullName, type Role } from '../access/actor.ts';
import type { Tx } from '../context.ts';
import { Invalid } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { changed, isTaken, refuseStale } from '../versioning.ts';
import { membershipOf, setMembership } from './membership.ts';
import { lockAmongAdmins, refuseLosingLastAdmin, worksTickets } from './roles.ts';
import { normaliseEmail, type User } from './user.ts';

export type UserChanges = {
  userId: number;
  version: number;
  firstName: string;
  lastName: string;
  email: string;
  companyId: string;
  departmentId: number | null;
  role: Role;
  teamIds: number[];
};

/**
 * Writes what an admin changed about a person. Another role ends their sessions, so that the next one starts
 * with a new id (docs/decisions/0020-role-change-ends-sessions.md).
 */
export async function updateUser(tx: Tx, input: UserChanges): Promise<{ before: User; role: Role }> {
  const { user, otherAdmins } = await lockAmongAdmins(tx, input.userId);
  refuseLosingLastAdmin(tx, user, { role: input.role }, otherAdmins);
  const next = {
    firstName: input.firstName,
    lastName: input.lastName,
    email: normaliseEmail(input.email) || null,
    companyId: input.companyId || null,
    departmentId: input.departmentId,
    role: input.role,
  };
  await refuseUnknownDepartment(tx, next.departmentId);
  const teams = await membershipOf(tx, user.id);
  const wantedTeams = worksTickets(next.role) ? [...new Set(input.teamIds)].sort((a, b) => a - b) : [];
  refuseStale(user.version, input.version, compared(tx, user, next));
  const changes = changed(user as unknown as Record<string, unknown>, next);
  const names = await setMembership(tx, user.id, teams, wantedTeams);
  if (names) changes.teams = names;
  if (Object.keys(changes).length === 0) return { before: user, role: user.role };
  await writeUser(tx, user, next);
  if ('email' in changes)
    await tx.db('user_tokens').where({ user_id: user.id, used_at: null }).update({ used_at: tx.now() });
  await recordEvent(
    tx,
    'user.changed',
    { objectType: 'user', objectId: user.id, label: fullName({ ...user, ...next }) },
    { changes, data: { names: await departmentNames(tx, changes.departmentId) } },
  );
  return { before: user, role: next.role };
}

type Next = Pick<User, 'firstName' | 'lastName' | 'email' | 'companyId' | 'departmentId' | 'role'>;

async function writeUser(tx: Tx, user: User, next: Next) {
  try {
    await tx
      .db('users')
      .where({ id: user.id })
      .update({
        first_name: next.firstName,
        last_name: next.lastName,
        email: next.email,
        company_id: next.companyId,
        department_id: next.departmentId,
        role: next.role,
        version: user.version + 1,
        session_epoch: user.sessionEpoch + (next.role === user.role ? 0 : 1),
      });
  } catch (error) {
    if (isTaken(error, 'users_email')) throw new Invalid({ email: tx.t('Another account has this address') });
    if (isTaken(error, 'users_company_id'))
      throw new Invalid({ companyId: tx.t('Another account has this company ID') });
    throw error;
  }
}

const compared = (tx: Tx, user: User, next: Next): [string, unknown, unknown][] => [
  [tx.t('First name'), user.firstName, next.firstName],
  [tx.t('Last name'), user.lastName, next.lastName],
  [tx.t('Email address'), user.email, next.email],
  [tx.t('Company ID'), user.companyId, next.companyId],
  [tx.t('Role'), user.role, next.role],
];

async function refuseUnknownDepartment(tx: Tx, id: number | null) {
  if (id === null || (await tx.db('departments').where({ id, archived_at: null }).first('id'))) return;
  throw new Invalid({ departmentId: tx.t('Choose a department from the list') });
}

async function departmentNames(tx: Tx, ids: [unknown, unknown] | undefined) {
  if (!ids) return {};
  const rows: { id: number; name: string }[] = await tx
    .db('departments')
    .whereIn('id', ids.filter(id => id !== null) as number[])
    .select('id', 'name');
  const name = (id: unknown) => rows.find(row => row.id === id)?.name ?? null;
  return { departmentId: [name(ids[0]), name(ids[1])] };
}
