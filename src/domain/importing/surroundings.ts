import type { Context, Tx } from '../context.ts';
import { recordEvent } from '../events/recording.ts';
import type { StatusKind } from '../tickets/status.ts';
import type { Priority } from '../tickets/ticket.ts';

type Staff = { id: number; isAdmin: boolean; teamIds: number[] };
type Category = { id: number; teamId: number | null; priority: Priority };
type Status = { key: string; kind: StatusKind; name: string };

/** What rows may speak of, read once: names in lower case to keys. */
export type Surroundings = {
  teams: Map<string, number>;
  /** By `Parent › Child`, and by the child's name alone where only one has it. */
  categories: Map<string, Category>;
  statuses: Map<string, Status>;
  staff: Map<string, Staff>;
  coordinatorsWorkAllTeams: boolean;
};

export async function loadSurroundings(ctx: Context): Promise<Surroundings> {
  const teams = await ctx
    .db('teams')
    .whereNull('archived_at')
    .select<{ id: number; name: string }[]>('id', 'name');
  const statuses = await ctx.db('statuses').select<Status[]>('key', 'kind', 'name');
  return {
    teams: new Map(teams.map(team => [team.name.toLowerCase(), team.id])),
    categories: await loadCategories(ctx),
    statuses: new Map(
      statuses.flatMap(status => [
        [status.name.toLowerCase(), status],
        [status.key, status],
      ]),
    ),
    staff: await loadStaff(ctx),
    coordinatorsWorkAllTeams: ctx.settings.coordinatorsWorkAllTeams,
  };
}

type CategoryRow = Category & { name: string; parent: string | null };

async function loadCategories(ctx: Context): Promise<Map<string, Category>> {
  const { rows } = await ctx.db.raw<{ rows: CategoryRow[] }>(
    `select c.id, lower(c.name) as name, lower(p.name) as parent, coalesce(c.team_id, p.team_id) as "teamId", c.default_priority as priority
     from categories c left join categories p on p.id = c.parent_id
     where c.archived_at is null and p.archived_at is null order by c.id`,
  );
  const times = new Map<string, number>();
  for (const { name } of rows) times.set(name, (times.get(name) ?? 0) + 1);
  const found = new Map<string, Category>();
  for (const row of rows) {
    if (row.parent) found.set(`${row.parent} › ${row.name}`, row);
    if (times.get(row.name) === 1 || !row.parent) found.set(row.name, row);
  }
  return found;
}

async function loadStaff(ctx: Context): Promise<Map<string, Staff>> {
  const { rows } = await ctx.db.raw<{ rows: (Staff & { email: string })[] }>(
    `select u.id, lower(u.email) as email, u.role = 'admin' as "isAdmin",
            array(select m.team_id from team_members m where m.user_id = u.id) as "teamIds"
     from users u where u.status = 'active' and u.role <> 'employee' and u.email is not null`,
  );
  return new Map(rows.map(row => [row.email, row]));
}

/** Makes the teams that are missing, each with its event. Another run may make the same ones at this moment. */
export async function createTeams(
  tx: Tx,
  surroundings: Surroundings,
  names: Iterable<string>,
): Promise<Map<string, number>> {
  const made = new Map<string, number>();
  for (const name of new Set(names)) {
    const key = name.toLowerCase();
    if (surroundings.teams.has(key) || made.has(key)) continue;
    const [inserted] = await tx
      .db('teams')
      .insert({ name })
      .onConflict(tx.db.raw('(lower(name)) where archived_at is null'))
      .ignore()
      .returning('id');
    const team =
      inserted ??
      (await tx.db('teams').whereRaw('lower(name) = ?', [key]).whereNull('archived_at').first('id'));
    made.set(key, team.id);
    if (!inserted) continue;
    await recordEvent(
      tx,
      'team.created',
      { objectType: 'team', objectId: team.id, label: name },
      { silent: true, data: { by: 'import' } },
    );
  }
  return made;
}
