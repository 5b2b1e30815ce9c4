import { isAdmin, personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid, NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize, can } from '../policies.ts';
import { findSavedView, type SavedList, type SavedView } from './saved-views.ts';
import type { ViewScope } from './view-policy.ts';

/** More than that in a sidebar is found by nobody. */
const MOST = 50;

export type Sharing = { scope: ViewScope; teamId: number | null };
export type ViewInput = Sharing & { name: string };

/** Gives a list a name. */
export async function saveView(ctx: Context, input: ViewInput, list: SavedList): Promise<{ id: number }> {
  authorize(ctx, 'view.create');
  const sharing = checkedSharing(ctx, input);
  return ctx.transaction(async tx => {
    const owner = personId(tx.actor);
    // One save of a person at a time, so that the limit holds.
    await tx.db.raw('select 1 from users where id = ? for no key update', [owner]);
    const own = await tx.db('saved_views').where({ owner_id: owner }).limit(MOST).pluck('id');
    if (own.length >= MOST)
      throw new Invalid({ name: tx.t('You have {{number}} views. Delete one first', { number: MOST }) });
    const [row] = await tx
      .db('saved_views')
      .insert({
        ...sharing,
        ...listColumns(list),
        owner_id: owner,
        name: input.name,
        position: tx.db.raw(
          `(select coalesce(max(position), 0) + 1 from saved_views where scope = ? and owner_id = ?)`,
          [sharing.scope, owner],
        ),
        created_at: tx.now(),
        updated_at: tx.now(),
      })
      .returning<{ id: number }[]>('id');
    const id = row!.id;
    await recordView(tx, 'view.created', { id, name: input.name }, sharing);
    return { id };
  });
}

/** Renames a view, or shows it to others. `version` is what the form knew. */
export async function changeView(
  ctx: Context,
  id: number,
  input: ViewInput & { version: number },
): Promise<{ id: number }> {
  return change(ctx, id, async (tx, current) => {
    if (current.version !== input.version)
      throw new Invalid({ '': tx.t('Somebody changed this view meanwhile. Check it and save again') });
    const same = current.scope === input.scope && current.teamId === input.teamId;
    return { name: input.name, ...(same ? {} : checkedSharing(tx, input)) };
  });
}

/** The view shows another list from now on. */
export async function replaceList(ctx: Context, id: number, list: SavedList): Promise<{ id: number }> {
  return change(ctx, id, async () => listColumns(list));
}

export async function deleteView(ctx: Context, id: number): Promise<{ id: number }> {
  return ctx.transaction(async tx => {
    const current = await lockView(tx, id);
    await tx.db('saved_views').where({ id }).delete();
    await recordView(tx, 'view.deleted', current, { scope: current.scope, team_id: current.teamId });
    return { id };
  });
}

/** One place up or down among those it stands with: the person's own, the team's, everyone's. */
export async function moveView(ctx: Context, id: number, direction: 'up' | 'down'): Promise<{ id: number }> {
  return ctx.transaction(async tx => {
    const current = await lockView(tx, id);
    const group = tx.db('saved_views').where({ scope: current.scope });
    if (current.scope === 'own') group.where({ owner_id: current.ownerId });
    if (current.scope === 'team') group.where({ team_id: current.teamId });
    const ids: number[] = await group.orderBy(['position', 'id']).forUpdate().pluck('id');
    const from = ids.indexOf(id);
    const to = direction === 'up' ? from - 1 : from + 1;
    if (to < 0 || to >= ids.length) return { id };
    ids.splice(to, 0, ...ids.splice(from, 1));
    await tx.db.raw(
      `update saved_views v set position = o.position from unnest(?::bigint[]) with ordinality as o (id, position)
       where v.id = o.id and v.position <> o.position`,
      [ids],
    );
    return { id };
  });
}

async function change(
  ctx: Context,
  id: number,
  next: (tx: Tx, current: SavedView) => Promise<Record<string, unknown>>,
): Promise<{ id: number }> {
  return ctx.transaction(async tx => {
    const current = await lockView(tx, id);
    const columns = await next(tx, current);
    await tx
      .db('saved_views')
      .where({ id })
      .update({ ...columns, version: current.version + 1, updated_at: tx.now() });
    await recordView(tx, 'view.changed', current, columns);
    return { id };
  });
}

async function lockView(tx: Tx, id: number): Promise<SavedView> {
  const view = await findSavedView(tx, id);
  const locked = await tx.db.raw<{ rows: unknown[] }>('select 1 from saved_views where id = ? for update', [
    id,
  ]);
  if (locked.rows.length === 0) throw new NotFound('No such view');
  authorize(tx, 'view.change', view);
  return findSavedView(tx, id);
}

/** Only to whom the person may show things: their own teams; everybody is an admin's to address. */
function checkedSharing(
  ctx: Context,
  { scope, teamId }: Sharing,
): { scope: ViewScope; team_id: number | null } {
  if (scope === 'everyone' && !isAdmin(ctx.actor))
    throw new Invalid({ scope: ctx.t('Only an admin can share a view with everyone') });
  if (scope === 'team' && !(teamId && can(ctx.actor, 'view.share', { scope, teamId })))
    throw new Invalid({ teamId: ctx.t('Choose one of your teams') });
  return { scope, team_id: scope === 'team' ? teamId : null };
}

const listColumns = ({ base, sort, q, filters, columns }: SavedList) => ({
  base,
  sort,
  q,
  filters: JSON.stringify(filters),
  columns,
});

const recordView = (
  tx: Tx,
  type: string,
  view: { id: number; name: string },
  data: Record<string, unknown>,
): Promise<number> =>
  recordEvent(tx, type, { objectType: 'view', objectId: view.id, label: view.name }, { data, silent: true });
