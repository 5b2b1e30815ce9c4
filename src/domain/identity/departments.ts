import { fullName } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid, NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { changed, isTaken, refuseStale } from '../versioning.ts';
import { type User, userByEmail } from './user.ts';

export type Department = {
  id: number;
  name: string;
  managerId: number | null;
  manager: { id: number; firstName: string; lastName: string; email: string | null } | null;
  people: number;
  version: number;
  archivedAt: Date | null;
};

/** The manager is named by address: a list of everybody would be long. */
export type DepartmentInput = { name: string; managerEmail: string };

const departments = (ctx: Context) =>
  ctx
    .db('departments as d')
    .leftJoin('users as m', 'm.id', 'd.manager_id')
    .select({
      id: 'd.id',
      name: 'd.name',
      managerId: 'd.manager_id',
      version: 'd.version',
      archivedAt: 'd.archived_at',
    })
    .select(
      ctx.db.raw(
        `case when m.id is null then null else jsonb_build_object('id', m.id, 'firstName', m.first_name, 'lastName', m.last_name, 'email', m.email) end as manager`,
      ),
      ctx.db.raw(
        `(select count(*) from users u where u.department_id = d.id and u.status = 'active')::int as people`,
      ),
    );

export async function listDepartments(ctx: Context, { archived = false } = {}): Promise<Department[]> {
  authorize(ctx, 'department.manage');
  const query = departments(ctx).orderByRaw('lower(d.name), d.id').limit(1_000);
  return archived ? query.whereNotNull('d.archived_at') : query.whereNull('d.archived_at');
}

export async function findDepartment(ctx: Context, id: number): Promise<Department> {
  authorize(ctx, 'department.manage');
  const department = id > 0 ? await departments(ctx).where('d.id', id).first() : undefined;
  if (!department) throw new NotFound('No such department');
  return department as unknown as Department;
}

/** For select lists; no right is needed to know the names of the house. */
export const departmentChoices = (ctx: Context): Promise<{ id: number; name: string }[]> =>
  ctx
    .db('departments')
    .whereNull('archived_at')
    .orderByRaw('lower(name), id')
    .limit(1_000)
    .select('id', 'name');

export async function createDepartment(ctx: Context, input: DepartmentInput): Promise<{ id: number }> {
  authorize(ctx, 'department.manage');
  return ctx.transaction(async tx => {
    const manager = await managerBy(tx, input.managerEmail);
    const [row] = await unlessTaken(tx, () =>
      tx
        .db('departments')
        .insert({ name: input.name, manager_id: manager?.id ?? null })
        .returning('id'),
    );
    await recordEvent(tx, 'department.created', subject(row.id, input.name), {
      changes: { name: [null, input.name], ...(manager && { managerId: [null, manager.id] }) },
      data: { names: { managerId: [null, manager ? fullName(manager) : null] } },
    });
    return { id: row.id };
  });
}

export async function changeDepartment(
  ctx: Context,
  { id, version, ...input }: DepartmentInput & { id: number; version: number },
): Promise<{ id: number }> {
  authorize(ctx, 'department.manage');
  return ctx.transaction(async tx => {
    const current = await lockDepartment(tx, id);
    const manager = await managerBy(tx, input.managerEmail);
    const next = { name: input.name, managerId: manager?.id ?? null };
    refuseStale(current.version, version, [
      [tx.t('Name'), current.name, next.name],
      [tx.t('Manager'), current.manager?.email, manager?.email],
    ]);
    const changes = changed({ name: current.name, managerId: current.managerId }, next);
    if (Object.keys(changes).length === 0) return { id };
    await unlessTaken(tx, () =>
      tx
        .db('departments')
        .where({ id })
        .update({ name: next.name, manager_id: next.managerId, version: current.version + 1 }),
    );
    const names = {
      managerId: [current.manager && fullName(current.manager), manager ? fullName(manager) : null],
    };
    await recordEvent(tx, 'department.changed', subject(id, next.name), { changes, data: { names } });
    return { id };
  });
}

/** Idempotent. People keep the department they have; nobody can be put into it any more. */
export async function archiveDepartment(
  ctx: Context,
  id: number,
  archived: boolean,
): Promise<{ id: number }> {
  authorize(ctx, 'department.manage');
  return ctx.transaction(async tx => {
    const current = await lockDepartment(tx, id);
    if ((current.archivedAt !== null) === archived) return { id };
    await unlessTaken(tx, () =>
      tx
        .db('departments')
        .where({ id })
        .update({ archived_at: archived ? tx.now() : null, version: current.version + 1 }),
    );
    await recordEvent(
      tx,
      archived ? 'department.archived' : 'department.restored',
      subject(id, current.name),
    );
    return { id };
  });
}

const subject = (id: number, label: string) => ({ objectType: 'department' as const, objectId: id, label });

async function lockDepartment(tx: Tx, id: number): Promise<Department> {
  await tx.db('departments').where({ id }).forUpdate().first('id');
  return findDepartment(tx, id);
}

async function managerBy(tx: Tx, email: string): Promise<User | undefined> {
  if (!email) return undefined;
  const manager = await userByEmail(tx.db, email);
  if (manager?.status === 'active') return manager;
  throw new Invalid({ managerEmail: tx.t('Nobody with an active account has this address') });
}

async function unlessTaken<T>(tx: Tx, write: () => Promise<T> | PromiseLike<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isTaken(error, 'departments_name'))
      throw new Invalid({ name: tx.t('There is a department of this name already') });
    throw error;
  }
}
