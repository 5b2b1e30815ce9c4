import type { Context, Tx } from '../context.ts';
import { Invalid, NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { changed, isTaken, refuseStale } from '../versioning.ts';

export type TeamMember = { id: number; firstName: string; lastName: string; email: string | null };
export type Team = {
  id: number;
  name: string;
  description: string;
  version: number;
  archivedAt: Date | null;
  members: TeamMember[];
};

export type TeamInput = { name: string; description: string; memberIds: number[] };

const teams = (ctx: Context) =>
  ctx
    .db('teams as t')
    .select({
      id: 't.id',
      name: 't.name',
      description: 't.description',
      version: 't.version',
      archivedAt: 't.archived_at',
    })
    .select(
      ctx.db.raw(
        `coalesce((select jsonb_agg(jsonb_build_object('id', u.id, 'firstName', u.first_name, 'lastName', u.last_name, 'email', u.email)
                                    order by lower(u.last_name), lower(u.first_name), u.id)
                   from team_members m join users u on u.id = m.user_id where m.team_id = t.id), '[]') as members`,
      ),
    );

export async function listTeams(ctx: Context, { archived = false } = {}): Promise<Team[]> {
  authorize(ctx, 'team.manage');
  const query = teams(ctx).orderByRaw('lower(t.name), t.id').limit(1_000);
  return archived ? query.whereNotNull('t.archived_at') : query.whereNull('t.archived_at');
}

export async function findTeam(ctx: Context, id: number): Promise<Team> {
  authorize(ctx, 'team.manage');
  const team = id > 0 ? await teams(ctx).where('t.id', id).first() : undefined;
  if (!team) throw new NotFound('No such team');
  return team as unknown as Team;
}

/** For select lists: the names of teams are known to everybody in the house. */
export const teamChoices = (ctx: Context): Promise<{ id: number; name: string }[]> =>
  ctx.db('teams').whereNull('archived_at').orderByRaw('lower(name), id').limit(1_000).select('id', 'name');

/** Who may belong to a team: coordinators and admins who are active. Some hundred at most. */
export async function possibleMembers(ctx: Context): Promise<TeamMember[]> {
  authorize(ctx, 'team.manage');
  return ctx
    .db('users')
    .whereIn('role', ['coordinator', 'admin'])
    .whereIn('status', ['active', 'pending'])
    .orderByRaw('lower(last_name), lower(first_name), id')
    .limit(1_000)
    .select({ id: 'id', firstName: 'first_name', lastName: 'last_name', email: 'email' });
}

export async function createTeam(ctx: Context, input: TeamInput): Promise<{ id: number }> {
  authorize(ctx, 'team.manage');
  return ctx.transaction(async tx => {
    const [row] = await unlessTaken(tx, () =>
      tx.db('teams').insert({ name: input.name, description: input.description }).returning('id'),
    );
    const members = await setMembers(tx, row.id, [], input.memberIds);
    await recordEvent(tx, 'team.created', subject(row.id, input.name), {
      changes: { name: [null, input.name], ...(members && { members }) },
    });
    return { id: row.id };
  });
}

/** `gone` are those who were of the team until now. */
export async function changeTeam(
  ctx: Context,
  { id, version, ...input }: TeamInput & { id: number; version: number },
): Promise<{ id: number; gone: number[] }> {
  authorize(ctx, 'team.manage');
  return ctx.transaction(async tx => {
    const current = await lockTeam(tx, id);
    const was = current.members.map(member => member.id);
    refuseStale(current.version, version, [
      [tx.t('Name'), current.name, input.name],
      [tx.t('Description'), current.description, input.description],
      [tx.t('Members'), current.members.map(nameOf), await namesOf(tx, input.memberIds)],
    ]);
    const changes = changed(
      { name: current.name, description: current.description },
      { name: input.name, description: input.description },
    );
    const members = await setMembers(tx, id, was, input.memberIds);
    if (members) changes.members = members;
    if (Object.keys(changes).length === 0) return { id, gone: [] };
    await unlessTaken(tx, () =>
      tx
        .db('teams')
        .where({ id })
        .update({ name: input.name, description: input.description, version: current.version + 1 }),
    );
    await recordEvent(tx, 'team.changed', subject(id, input.name), { changes });
    return { id, gone: was.filter(each => !input.memberIds.includes(each)) };
  });
}

/** Idempotent. Its tickets stay where they are and are then everyone's to move; no ticket goes to it any more. */
export async function archiveTeam(ctx: Context, id: number, archived: boolean): Promise<{ id: number }> {
  authorize(ctx, 'team.manage');
  return ctx.transaction(async tx => {
    const current = await lockTeam(tx, id);
    if ((current.archivedAt !== null) === archived) return { id };
    if (archived) await refuseWhileUsed(tx, id);
    await unlessTaken(tx, () =>
      tx
        .db('teams')
        .where({ id })
        .update({ archived_at: archived ? tx.now() : null, version: current.version + 1 }),
    );
    await recordEvent(tx, archived ? 'team.archived' : 'team.restored', subject(id, current.name));
    return { id };
  });
}

/** Nobody would look at what an archived team still owns. */
async function refuseWhileUsed(tx: Tx, id: number) {
  const category = await tx.db('categories').where({ team_id: id, archived_at: null }).first('name');
  if (category)
    throw new Invalid({
      '': tx.t('Tickets about “{{category}}” go to this team. Choose another team there first', {
        category: category.name,
      }),
    });
  const ticket = await tx
    .db('tickets')
    .where({ queue_team: id })
    .whereIn('status_kind', ['new', 'open', 'waiting'])
    .whereNull('spam_at')
    .first('number');
  if (ticket)
    throw new Invalid({
      '': tx.t('This team still has open tickets, such as #{{number}}. Give them to another team first', {
        number: ticket.number,
      }),
    });
}

const subject = (id: number, label: string) => ({ objectType: 'team' as const, objectId: id, label });
const nameOf = (member: { firstName: string; lastName: string; email?: string | null }) =>
  `${member.firstName} ${member.lastName}`.trim() || member.email || '';

async function lockTeam(tx: Tx, id: number): Promise<Team> {
  await tx.db('teams').where({ id }).forUpdate().first('id');
  return findTeam(tx, id);
}

async function namesOf(tx: Tx, ids: readonly number[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows: TeamMember[] = await tx
    .db('users')
    .whereIn('id', ids)
    .orderByRaw('lower(last_name), lower(first_name), id')
    .select({ id: 'id', firstName: 'first_name', lastName: 'last_name', email: 'email' });
  return rows.map(nameOf);
}

async function setMembers(
  tx: Tx,
  teamId: number,
  from: readonly number[],
  wanted: readonly number[],
): Promise<[string[], string[]] | undefined> {
  const to = [...new Set(wanted)];
  const gone = from.filter(id => !to.includes(id));
  const added = to.filter(id => !from.includes(id));
  if (gone.length + added.length === 0) return undefined;
  const allowed: number[] = await tx
    .db('users')
    .whereIn('id', added)
    .whereIn('role', ['coordinator', 'admin'])
    .pluck('id');
  if (allowed.length !== added.length)
    throw new Invalid({ memberIds: tx.t('Only coordinators and admins can be in a team') });
  const before = await namesOf(tx, from);
  if (gone.length > 0)
    await tx.db('team_members').where({ team_id: teamId }).whereIn('user_id', gone).delete();
  if (added.length > 0) {
    await tx
      .db('team_members')
      .insert(added.map(user_id => ({ team_id: teamId, user_id })))
      .onConflict()
      .ignore();
  }
  return [before, await namesOf(tx, to)];
}

async function unlessTaken<T>(tx: Tx, write: () => PromiseLike<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isTaken(error, 'teams_name'))
      throw new Invalid({ name: tx.t('There is a team of this name already') });
    throw error;
  }
}
