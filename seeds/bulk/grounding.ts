import type pg from 'pg';
import { pick } from './chance.ts';
import { copyLines } from './copying.ts';
import { CATEGORIES, COORDINATORS, type Ground, type Size, TEAMS } from './plan.ts';
import { firstNames, lastNames } from './words.ts';

type Options = {
  now: Date;
  /** Of the coordinators, so that somebody can sign in and look; null shuts all of them out. */
  passwordHash: string | null;
};

/** Writes the people, teams and categories of a run, and finds where its tickets will begin. */
export async function layGround(
  client: pg.ClientBase,
  size: Size,
  { now, passwordHash }: Options,
): Promise<Ground> {
  const run = await nextRun(client);
  const teams = await insertTeams(client, run);
  const coordinators = await copyPeople(client, run, {
    count: COORDINATORS,
    role: 'coordinator',
    passwordHash,
    now,
  });
  const requesters = await copyPeople(client, run, {
    count: size.people,
    role: 'employee',
    passwordHash: null,
    now,
  });
  await client.query(
    `insert into team_members select ($1::bigint[])[(1 + n / 4)::int], ($2::bigint[])[(1 + n)::int] from generate_series(0, $3::int - 1) n
     union select ($1::bigint[])[(1 + (n / 4 + 7) % $4)::int], ($2::bigint[])[(1 + n)::int] from generate_series(0, $3::int - 1) n`,
    [teams, coordinators, COORDINATORS, TEAMS],
  );
  const categories = await insertCategories(client, teams);
  return {
    ...size,
    run,
    now: now.getTime(),
    teams,
    coordinators,
    requesters,
    categories,
    ...(await nextKeys(client)),
  };
}

/** How often it was run before, so that names and addresses do not meet. */
async function nextRun(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    `select coalesce(max(substring(email from '@run(\\d+)\\.')::int), 0) + 1 as n from users where email like 'coordinator1@run%'`,
  );
  return Number(rows[0]?.n ?? 1);
}

async function insertTeams(client: pg.ClientBase, run: number): Promise<number[]> {
  const suffix = run === 1 ? '' : ` (${run})`;
  const names = Array.from(
    { length: TEAMS },
    (_, n) => `Service team ${String(n + 1).padStart(2, '0')}${suffix}`,
  );
  return ids(client, 'insert into teams (name) select unnest($1::text[]) returning id', [names]);
}

type PeopleOptions = Options & { count: number; role: string };

async function copyPeople(client: pg.ClientBase, run: number, options: PeopleOptions): Promise<number[]> {
  const start = await lastKey(client, 'users');
  const columns = [
    ...['email', 'first_name', 'last_name', 'company_id', 'role', 'status', 'source'],
    ...['password_hash', 'email_verified_at', 'created_at'],
  ];
  await copyLines(client, 'users', columns, personLines(run, options));
  return ids(client, 'select id from users where id > $1 order by id', [start]);
}

function* personLines(run: number, { count, role, passwordHash, now }: PeopleOptions) {
  const joined = new Date(now.getTime() - 4 * 365 * 86_400_000).toISOString();
  for (let n = 1; n <= count; n++) {
    const first = firstNames[pick(n, 1, firstNames.length)]!;
    const last = lastNames[pick(n, role === 'employee' ? 2 : 3, lastNames.length)]!;
    const email = `${role === 'employee' ? 'person' : role}${n}@run${run}.halden.example`;
    const companyId = `S${run}-${role[0]}${n}`;
    yield {
      tickets: 0,
      text: `${[email, first, last, companyId, role, 'active', 'seed', passwordHash ?? '\\N', joined, joined].join('\t')}\n`,
    };
  }
}

/** Ten of each team: one above, nine inside. */
async function insertCategories(client: pg.ClientBase, teams: number[]): Promise<number[]> {
  const made: number[] = [];
  for (const [n, team] of teams.entries()) {
    const [parent] = await ids(
      client,
      'insert into categories (name, team_id, position) values ($1, $2, $3) returning id',
      [`Service ${String(n + 1).padStart(2, '0')}`, team, 100 + n],
    );
    const children = await ids(
      client,
      `insert into categories (name, parent_id, position) select 'Subject ' || n, $1, n from generate_series(1, $2::int) n returning id`,
      [parent, CATEGORIES / TEAMS - 1],
    );
    made.push(parent!, ...children);
  }
  return made;
}

async function nextKeys(client: pg.ClientBase) {
  const { rows } = await client.query<{ number: number }>(
    `select case when is_called then last_value + 1 else last_value end as number from ticket_numbers`,
  );
  return {
    firstId: (await lastKey(client, 'tickets')) + 1,
    firstComment: (await lastKey(client, 'comments')) + 1,
    firstEvent: (await lastKey(client, 'events')) + 1,
    firstNumber: Number(rows[0]?.number),
  };
}

/** The last key given out, which may be beyond the last row. */
async function lastKey(client: pg.ClientBase, table: string): Promise<number> {
  const { rows } = await client.query<{ key: number }>(
    `select greatest((select max(id) from ${table}),
       (select last_value from pg_sequences where schemaname || '.' || sequencename = pg_get_serial_sequence($1, 'id')), 0) as key`,
    [table],
  );
  return Number(rows[0]?.key ?? 0);
}

async function ids(client: pg.ClientBase, sql: string, values: unknown[]): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(sql, values);
  return rows.map(row => Number(row.id));
}
