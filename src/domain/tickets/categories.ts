import type { Context, Tx } from '../context.ts';
import { Invalid, NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { changed, refuseStale } from '../versioning.ts';
import type { Priority } from './ticket.ts';

export type Category = {
  id: number;
  parentId: number | null;
  parentName: string | null;
  name: string;
  description: string;
  teamId: number | null;
  teamName: string | null;
  defaultPriority: Priority;
  position: number;
  version: number;
  archivedAt: Date | null;
};

export type CategoryBranch = Category & { children: Category[] };

export type CategoryInput = {
  name: string;
  parentId: number | null;
  description: string;
  teamId: number | null;
  defaultPriority: Priority;
};

const categories = (ctx: Context) =>
  ctx
    .db('categories as c')
    .leftJoin('categories as p', 'p.id', 'c.parent_id')
    .leftJoin('teams as t', 't.id', 'c.team_id')
    .select({
      id: 'c.id',
      parentId: 'c.parent_id',
      parentName: 'p.name',
      name: 'c.name',
      description: 'c.description',
      teamId: 'c.team_id',
      teamName: 't.name',
      defaultPriority: 'c.default_priority',
      position: 'c.position',
      version: 'c.version',
      archivedAt: 'c.archived_at',
    });

/** Categories in the order of the admin, each with those inside it. */
export async function categoryTree(ctx: Context): Promise<CategoryBranch[]> {
  const rows: Category[] = await categories(ctx)
    .whereNull('c.archived_at')
    .orderBy(['c.position', 'c.id'])
    .limit(2_000);
  const children = new Map<number, Category[]>();
  for (const row of rows) {
    if (row.parentId !== null) children.set(row.parentId, [...(children.get(row.parentId) ?? []), row]);
  }
  return rows
    .filter(row => row.parentId === null)
    .map(row => ({ ...row, children: children.get(row.id) ?? [] }));
}

export async function archivedCategories(ctx: Context): Promise<Category[]> {
  authorize(ctx, 'category.manage');
  return categories(ctx).whereNotNull('c.archived_at').orderByRaw('lower(c.name), c.id').limit(500);
}

export async function findCategory(ctx: Context, id: number): Promise<Category> {
  authorize(ctx, 'category.manage');
  const category = id > 0 ? await categories(ctx).where('c.id', id).first() : undefined;
  if (!category) throw new NotFound('No such category');
  return category as unknown as Category;
}

export async function createCategory(ctx: Context, input: CategoryInput): Promise<{ id: number }> {
  authorize(ctx, 'category.manage');
  return ctx.transaction(async tx => {
    const names = await checkedNames(tx, input);
    const [row] = await tx
      .db('categories')
      .insert({ ...columns(input), position: await lastPosition(tx, input.parentId) })
      .returning('id');
    await recordEvent(tx, 'category.created', subject(row.id, input.name), {
      changes: changed({} as Record<string, unknown>, filled(input)),
      data: { names: { parentId: [null, names.parent], teamId: [null, names.team] } },
    });
    return { id: row.id };
  });
}

export async function changeCategory(
  ctx: Context,
  { id, version, ...input }: CategoryInput & { id: number; version: number },
): Promise<{ id: number }> {
  authorize(ctx, 'category.manage');
  return ctx.transaction(async tx => {
    const current = await lockCategory(tx, id);
    const names = await checkedNames(tx, input, current);
    refuseStale(current.version, version, [
      [tx.t('Name'), current.name, input.name],
      [tx.t('Inside'), current.parentName, names.parent],
      [tx.t('Description'), current.description, input.description],
      [tx.t('Goes to team'), current.teamName, names.team],
      [tx.t('Starts with priority'), current.defaultPriority, input.defaultPriority],
    ]);
    const changes = changed(fieldsOf(current), input);
    if (Object.keys(changes).length === 0) return { id };
    const moved =
      current.parentId === input.parentId ? {} : { position: await lastPosition(tx, input.parentId) };
    await tx
      .db('categories')
      .where({ id })
      .update({ ...columns(input), ...moved, version: current.version + 1 });
    await recordEvent(tx, 'category.changed', subject(id, input.name), {
      changes,
      data: {
        names: { parentId: [current.parentName, names.parent], teamId: [current.teamName, names.team] },
      },
    });
    return { id };
  });
}

export type Direction = 'up' | 'down';

/** Swaps places with the neighbour; at the end of the list nothing happens. */
export async function moveCategory(ctx: Context, id: number, direction: Direction): Promise<{ id: number }> {
  authorize(ctx, 'category.manage');
  return ctx.transaction(async tx => {
    await lockOrder(tx);
    const current = await findCategory(tx, id);
    const siblings: { id: number; position: number }[] = await tx
      .db('categories')
      .whereNull('archived_at')
      .where({ parent_id: current.parentId })
      .orderBy(['position', 'id'])
      .select('id', 'position');
    const from = siblings.findIndex(sibling => sibling.id === id);
    const to = direction === 'up' ? from - 1 : from + 1;
    const other = siblings[to];
    if (from < 0 || !other) return { id };
    siblings.splice(from, 1);
    siblings.splice(to, 0, { id, position: current.position });
    for (const [position, sibling] of siblings.entries()) {
      if (sibling.position !== position)
        await tx.db('categories').where({ id: sibling.id }).update({ position });
    }
    await recordEvent(tx, 'category.moved', subject(id, current.name), {
      changes: { place: [from + 1, to + 1] },
    });
    return { id };
  });
}

/** Idempotent. Tickets keep the category they have; no new one gets it. Those inside go with it, and come back with it. */
export async function archiveCategory(ctx: Context, id: number, archived: boolean): Promise<{ id: number }> {
  authorize(ctx, 'category.manage');
  return ctx.transaction(async tx => {
    const current = await lockCategory(tx, id);
    if ((current.archivedAt !== null) === archived) return { id };
    if (!archived) await refuseArchivedParent(tx, current);
    const affected = archived
      ? tx
          .db('categories')
          .whereNull('archived_at')
          .where(query => query.where({ id }).orWhere({ parent_id: id }))
      : tx
          .db('categories')
          .where({ archived_at: current.archivedAt })
          .where(query => query.where({ id }).orWhere({ parent_id: id }));
    await affected.update({ archived_at: archived ? tx.now() : null, version: tx.db.raw('version + 1') });
    await recordEvent(tx, archived ? 'category.archived' : 'category.restored', subject(id, current.name));
    return { id };
  });
}

async function refuseArchivedParent(tx: Tx, { parentId }: Category) {
  if (parentId === null) return;
  const parent = await tx.db('categories').where({ id: parentId }).whereNotNull('archived_at').first('name');
  if (parent) throw new Invalid({ '': tx.t('Bring back “{{name}}” first', { name: parent.name }) });
}

const subject = (id: number, label: string) => ({ objectType: 'category' as const, objectId: id, label });

const fieldsOf = ({ name, parentId, description, teamId, defaultPriority }: Category): CategoryInput => ({
  name,
  parentId,
  description,
  teamId,
  defaultPriority,
});

const filled = (input: CategoryInput) =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null && value !== ''));

const columns = (input: CategoryInput) => ({
  name: input.name,
  parent_id: input.parentId,
  description: input.description,
  team_id: input.teamId,
  default_priority: input.defaultPriority,
});

/** One writer of the tree at a time: it is small, and its rules speak of several rows. */
const lockOrder = (tx: Tx) => tx.db.raw(`select pg_advisory_xact_lock(hashtext('categories'))`);

async function lockCategory(tx: Tx, id: number): Promise<Category> {
  await lockOrder(tx);
  await tx.db('categories').where({ id }).forUpdate().first('id');
  return findCategory(tx, id);
}

/** One level deep, in one place once, to a team that exists. Returns the names of what the ids point at. */
async function checkedNames(
  tx: Tx,
  input: CategoryInput,
  current?: Category,
): Promise<{ parent: string | null; team: string | null }> {
  const parent = input.parentId === null ? null : await parentNamed(tx, input.parentId, current);
  const twin = await tx
    .db('categories')
    .whereNull('archived_at')
    .where({ parent_id: input.parentId })
    .whereRaw('lower(name) = lower(?)', [input.name])
    .whereNot({ id: current?.id ?? 0 })
    .first('id');
  if (twin) throw new Invalid({ name: tx.t('There is a category of this name here already') });
  if (input.teamId === null) return { parent, team: null };
  const team = await tx.db('teams').where({ id: input.teamId, archived_at: null }).first('name');
  if (!team) throw new Invalid({ teamId: tx.t('Choose a team from the list') });
  return { parent, team: team.name };
}

async function parentNamed(tx: Tx, parentId: number, current: Category | undefined): Promise<string> {
  const parent = await tx
    .db('categories')
    .where({ id: parentId, archived_at: null, parent_id: null })
    .first('name');
  if (!parent || parentId === current?.id)
    throw new Invalid({ parentId: tx.t('Choose a main category from the list') });
  const hasOwn =
    current && (await tx.db('categories').where({ parent_id: current.id, archived_at: null }).first('id'));
  if (hasOwn)
    throw new Invalid({
      parentId: tx.t('This category has others inside it, so it cannot go inside another'),
    });
  return parent.name;
}

async function lastPosition(tx: Tx, parentId: number | null): Promise<number> {
  await lockOrder(tx);
  const [row] = await tx.db('categories').where({ parent_id: parentId }).max({ last: 'position' });
  return Number(row?.last ?? -1) + 1;
}
