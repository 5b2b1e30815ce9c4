import type { Knex } from 'knex';
import type { AccountStatus, Role } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { NotFound } from '../errors.ts';
import { authorize } from '../policies.ts';
import { type User, userOrNone } from './user.ts';

export type PersonRow = {
  id: number;
  firstName: string;
  lastName: string;
  email: string | null;
  companyId: string | null;
  role: Role;
  status: AccountStatus;
  departmentName: string | null;
  teamNames: string[];
  hasPassword: boolean;
  isInvited: boolean;
  lastSeenAt: Date | null;
  createdAt: Date;
};

export type PeopleFilter = {
  q?: string;
  role?: Role;
  status?: AccountStatus;
  descending?: boolean;
  /** The id of the last person of the page before, or of the first of the page after. */
  after?: number;
  before?: number;
};

export type PeoplePage = { people: PersonRow[]; hasPrevious: boolean; hasNext: boolean };

/** People in order of their last name. Each page is one walk along the index, however far it is. */
export async function listPeople(
  ctx: Context,
  filter: PeopleFilter,
  limit = ctx.settings.pageSize,
): Promise<PeoplePage> {
  authorize(ctx, 'user.manage');
  const backwards = filter.before !== undefined;
  const cursor = filter.before ?? filter.after;
  const ascending = Boolean(filter.descending) === backwards;
  const rows = await orderedPeople(ctx.db, filter, { cursor, ascending, limit: limit + 1 });
  const people = rows.slice(0, limit);
  const more = rows.length > limit;
  if (backwards) people.reverse();
  return { people, hasPrevious: backwards ? more : cursor !== undefined, hasNext: backwards ? true : more };
}

const NAME_ORDER = 'lower(u.last_name), lower(u.first_name), u.id';

async function orderedPeople(
  db: Knex,
  filter: PeopleFilter,
  { cursor, ascending, limit }: { cursor: number | undefined; ascending: boolean; limit: number },
): Promise<PersonRow[]> {
  const direction = ascending ? 'asc' : 'desc';
  const people = db('users as u')
    .leftJoin('departments as d', 'd.id', 'u.department_id')
    .whereNull('u.anonymised_at');
  if (filter.role) people.where('u.role', filter.role);
  if (filter.status) people.where('u.status', filter.status);
  for (const word of words(filter.q)) people.where(query => startsWith(query, word));
  if (cursor !== undefined) {
    people.whereRaw(
      `(${NAME_ORDER}) ${ascending ? '>' : '<'} (select ${NAME_ORDER} from users u where u.id = ?)`,
      [cursor],
    );
  }
  return people
    .orderByRaw(`lower(u.last_name) ${direction}, lower(u.first_name) ${direction}, u.id ${direction}`)
    .limit(limit)
    .select({
      id: 'u.id',
      firstName: 'u.first_name',
      lastName: 'u.last_name',
      email: 'u.email',
      companyId: 'u.company_id',
      role: 'u.role',
      status: 'u.status',
      departmentName: 'd.name',
      hasPassword: db.raw('u.password_hash is not null'),
      isInvited: db.raw(`u.source in ('invitation', 'import') and u.email is not null`),
      teamNames: db.raw(
        `array(select t.name from team_members m join teams t on t.id = m.team_id and t.archived_at is null where m.user_id = u.id order by lower(t.name))`,
      ),
      lastSeenAt: 'u.last_seen_at',
      createdAt: 'u.created_at',
    });
}

const words = (q = '') => q.split(/\s+/).filter(Boolean).slice(0, 4);

/** The first letters of either name, the address or the company ID: an index for each. */
function startsWith(query: Knex.QueryBuilder, word: string) {
  const prefix = `${word.replace(/[\\%_]/g, '\\$&')}%`;
  query
    .whereRaw(`plain_text(u.first_name) like plain_text(?)`, [prefix])
    .orWhereRaw(`plain_text(u.last_name) like plain_text(?)`, [prefix])
    .orWhereRaw(`lower(u.email) like lower(?)`, [prefix])
    .orWhereRaw(`lower(u.company_id) like lower(?)`, [prefix]);
}

/** Everybody who matches, in batches: as many as there are, in as little memory. */
export async function* everyPerson(
  ctx: Context,
  filter: PeopleFilter,
  batch = 500,
): AsyncGenerator<PersonRow> {
  authorize(ctx, 'user.manage');
  let after: number | undefined;
  for (;;) {
    const rows = await orderedPeople(ctx.db, filter, {
      cursor: after,
      ascending: !filter.descending,
      limit: batch,
    });
    yield* rows;
    if (rows.length < batch) return;
    after = rows.at(-1)?.id;
  }
}

export type UserCard = User & {
  teamIds: number[];
  departmentName: string | null;
  openTickets: number;
  /** A company ID that was asked for at sign-up and belongs to somebody else. */
  wantedCompanyId: string | null;
};

export async function findUser(ctx: Context, id: number): Promise<UserCard> {
  authorize(ctx, 'user.manage');
  const user = Number.isSafeInteger(id) && id > 0 ? await userOrNone(ctx.db, id) : undefined;
  if (!user || user.anonymisedAt) throw new NotFound('No such user');
  const [teams, department, tickets, signUp] = await Promise.all([
    ctx
      .db('team_members as m')
      .join('teams as t', 't.id', 'm.team_id')
      .whereNull('t.archived_at')
      .where('m.user_id', id)
      .pluck<number[]>('m.team_id'),
    user.departmentId ? ctx.db('departments').where({ id: user.departmentId }).first('name') : undefined,
    openTicketsOf(ctx.db, id),
    wantedAtSignUp(ctx.db, user),
  ]);
  return {
    ...user,
    teamIds: teams,
    departmentName: department?.name ?? null,
    openTickets: tickets,
    wantedCompanyId: signUp,
  };
}

/** Up to a hundred: enough to say what a suspension gives back to the queue. */
async function openTicketsOf(db: Knex, id: number): Promise<number> {
  const some = db('tickets')
    .where({ assignee_id: id })
    .whereIn('status_kind', ['new', 'open', 'waiting'])
    .whereNull('spam_at')
    .limit(100)
    .select('id')
    .as('some');
  const [row] = await db.from(some).count({ n: '*' });
  return Number(row?.n ?? 0);
}

async function wantedAtSignUp(db: Knex, user: User): Promise<string | null> {
  if (user.companyId || user.source !== 'sign-up') return null;
  const event = await db('events')
    .where({ object_type: 'user', object_id: user.id, type: 'user.signed-up' })
    .orderBy('id', 'desc')
    .first('data');
  const wanted = (event?.data as { wantedCompanyId?: unknown } | undefined)?.wantedCompanyId;
  return typeof wanted === 'string' && wanted ? wanted : null;
}
