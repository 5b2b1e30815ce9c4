import type { Knex } from 'knex';
import { hashPassword } from '../src/domain/identity/passwords.ts';
import {
  type CastKey,
  type CastMember,
  cast,
  castKeys,
  type DepartmentKey,
  demoPassword,
  departments,
  leads,
  managers,
  type TeamKey,
  teams,
} from './cast.ts';
import { type CategoryKey, categoryTree } from './categories.ts';

/** The keys in the database of everything the company is made of. */
export type Company = {
  people: Record<CastKey, number>;
  departments: Record<DepartmentKey, number>;
  teams: Record<TeamKey, number>;
  categories: Record<CategoryKey, number>;
};

const DAY = 86_400_000;

/** Writes departments, teams, people and categories, without events: for tests, and the first step of the seed. */
export async function insertCompany(db: Knex, now = new Date()): Promise<Company> {
  const founded = new Date(now.getTime() - 400 * DAY);
  const departmentIds = await insertNamed(
    db,
    'departments',
    Object.entries(departments).map(([key, name]) => [key, { name, created_at: founded }]),
  );
  const teamIds = await insertNamed(
    db,
    'teams',
    Object.entries(teams).map(([key, team]) => [key, { ...team, created_at: founded }]),
  );
  const people = await insertCast(db, departmentIds as Company['departments'], now);
  await appoint(db, people, departmentIds, teamIds);
  const categories = await insertCategories(db, teamIds, founded);
  return { people, departments: departmentIds, teams: teamIds, categories } as Company;
}

/** One statement a table; rows come back in the order they went in. */
async function insertNamed(
  db: Knex,
  table: string,
  rows: [string, object][],
): Promise<Record<string, number>> {
  const ids: { id: number }[] = await db(table)
    .insert(rows.map(([, row]) => row))
    .returning('id');
  return Object.fromEntries(rows.map(([key], i) => [key, ids[i]!.id]));
}

async function insertCast(
  db: Knex,
  departmentIds: Company['departments'],
  now: Date,
): Promise<Record<CastKey, number>> {
  const passwordHash = await hashPassword(demoPassword); // one hash for all: it takes as long as the rest
  const rows = castKeys.map((key, i): [string, object] => {
    const person: CastMember = cast[key];
    const age = person.status === 'pending' ? (castKeys.length - i) * 0.4 : 390 - i * 9;
    return [
      key,
      {
        email: person.email,
        first_name: person.firstName,
        last_name: person.lastName,
        company_id: person.companyId,
        department_id: person.department && departmentIds[person.department],
        role: person.role,
        status: person.status,
        password_hash: passwordHash,
        email_verified_at: new Date(now.getTime() - age * DAY),
        source: person.status === 'pending' ? 'sign-up' : 'seed',
        created_at: new Date(now.getTime() - age * DAY),
        last_seen_at: person.seen === null ? null : new Date(now.getTime() - person.seen * 60_000),
      },
    ];
  });
  return (await insertNamed(db, 'users', rows)) as Record<CastKey, number>;
}

async function appoint(
  db: Knex,
  people: Record<CastKey, number>,
  departmentIds: Record<string, number>,
  teamIds: Record<string, number>,
) {
  const members = castKeys.flatMap(key =>
    cast[key].teams.map(team => ({ team_id: teamIds[team], user_id: people[key] })),
  );
  await db('team_members').insert(members);
  for (const [key, manager] of Object.entries(managers)) {
    await db('departments').where({ id: departmentIds[key] }).update({ manager_id: people[manager] });
  }
  for (const [key, lead] of Object.entries(leads)) {
    await db('teams').where({ id: teamIds[key] }).update({ lead_id: people[lead] });
  }
}

async function insertCategories(db: Knex, teamIds: Record<string, number>, createdAt: Date) {
  const branches = Object.entries(categoryTree);
  const parents = await insertNamed(
    db,
    'categories',
    branches.map(([key, { name, team }], i) => [
      key,
      { name, team_id: teamIds[team], position: i + 1, created_at: createdAt },
    ]),
  );
  const leaves = branches.flatMap(([parent, { children }]) =>
    Object.entries(children as Record<string, { name: string; description: string; priority?: string }>).map(
      ([key, leaf], i): [string, object] => [
        key,
        {
          name: leaf.name,
          description: leaf.description,
          default_priority: leaf.priority ?? 'medium',
          parent_id: parents[parent],
          position: i + 1,
          created_at: createdAt,
        },
      ],
    ),
  );
  return { ...parents, ...(await insertNamed(db, 'categories', leaves)) };
}
