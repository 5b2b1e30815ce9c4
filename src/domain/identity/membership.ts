import type { Tx } from '../context.ts';
import { Invalid } from '../errors.ts';

/** The teams of a person that still exist. */
export async function membershipOf(tx: Tx, userId: number): Promise<number[]> {
  const ids: number[] = await tx
    .db('team_members as m')
    .join('teams as t', 't.id', 'm.team_id')
    .whereNull('t.archived_at')
    .where('m.user_id', userId)
    .pluck('m.team_id');
  return ids.sort((a, b) => a - b);
}

/** Makes these the person's teams. Returns the names before and after, or nothing if they were the same. */
export async function setMembership(
  tx: Tx,
  userId: number,
  from: readonly number[],
  to: readonly number[],
): Promise<[string[], string[]] | undefined> {
  const gone = from.filter(id => !to.includes(id));
  const added = to.filter(id => !from.includes(id));
  if (gone.length + added.length === 0) return undefined;
  const teams: { id: number; name: string }[] = await tx
    .db('teams')
    .whereNull('archived_at')
    .whereIn('id', [...from, ...to])
    .select('id', 'name');
  const nameOf = (id: number) => teams.find(team => team.id === id)?.name;
  if (added.some(id => !nameOf(id))) throw new Invalid({ teamIds: tx.t('Choose teams from the list') });
  if (gone.length > 0)
    await tx.db('team_members').where({ user_id: userId }).whereIn('team_id', gone).delete();
  if (added.length > 0) {
    await tx
      .db('team_members')
      .insert(added.map(team_id => ({ team_id, user_id: userId })))
      .onConflict()
      .ignore();
  }
  const named = (ids: readonly number[]) => ids.map(id => nameOf(id) ?? '').sort();
  return [named(from), named(to)];
}
