import pg from 'pg';
import { knownWords } from '../seeds/bulk/words.ts';
import { buildConfig } from '../src/config/config.ts';
import { readEnv } from '../src/config/env.ts';
import { createDatabase } from '../src/db/knex.ts';
import type { Person } from '../src/domain/access/actor.ts';
import type { Context } from '../src/domain/context.ts';
import { matchingIds } from '../src/domain/search/matching.ts';
import { defaultSettings } from '../src/domain/settings/settings.ts';
import { queueCounts } from '../src/domain/tickets/counting.ts';
import { queuePage, queueSorts, queueViews } from '../src/domain/tickets/queue.ts';

type Noted = { what: string; sql: string; bindings: unknown[] };

/** EXPLAIN of the statements that the lists and the search really send: rows and buffers read, and any scan of a large table. */
export async function plansOf(url: string): Promise<string> {
  const db = createDatabase(buildConfig(readEnv({ DATABASE_URL: url, DATABASE_PREPARED: 'off' })), {
    max: 2,
  });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('set jit = off');
  try {
    const noted = await statements(db, await coordinator(client));
    const lines = [];
    for (const { what, sql, bindings } of noted) {
      const { rows } = await client.query(`explain (analyze, buffers, format json) ${sql}`, bindings);
      const plan = rows[0]['QUERY PLAN'][0];
      lines.push(
        `| ${what} | ${plan['Execution Time'].toFixed(2)} | ${plan.Plan['Actual Rows']} | ${rowsRead(plan.Plan)} | ${plan.Plan['Shared Hit Blocks'] + plan.Plan['Shared Read Blocks']} | ${scans(plan.Plan).join(', ') || '–'} |`,
      );
    }
    return [
      '| statement | ms | rows out | rows read | buffers | sequential scans of a large table |',
      '|---|---|---|---|---|---|',
      ...lines,
    ].join('\n');
  } finally {
    await client.end();
    await db.destroy();
  }
}

async function coordinator(client: pg.Client): Promise<Person> {
  const { rows } = await client.query(
    `select u.id, u.email, u.first_name, u.last_name, array(select team_id from team_members where user_id = u.id) as teams from users u where u.role = 'coordinator' and exists (select 1 from team_members m where m.user_id = u.id) order by u.id limit 1`,
  );
  const [row] = rows;
  return {
    kind: 'person',
    id: row.id,
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
    role: 'coordinator',
    departmentId: null,
    teamIds: row.teams,
    managedDepartmentIds: [],
    worksAllTeams: false,
    locale: null,
    timeZone: null,
    shortcuts: true,
    unread: 0,
  };
}

/** Runs the real functions and listens to what they send. */
async function statements(db: ReturnType<typeof createDatabase>, actor: Person): Promise<Noted[]> {
  const noted: Noted[] = [];
  let what = '';
  db.on('query', ({ sql, bindings }: { sql: string; bindings: unknown[] }) => {
    let n = 0;
    if (!/^explain/i.test(sql)) noted.push({ what, sql: sql.replace(/\?/g, () => `$${++n}`), bindings });
  });
  const ctx = {
    db,
    actor,
    settings: { ...defaultSettings, pageSize: 50 },
    now: () => new Date(),
    t: (text: string) => text,
  } as unknown as Context;
  for (const view of queueViews) {
    what = `queue, ${view}`;
    const page = await queuePage(ctx, { view });
    if (view !== 'all' || !page.next) continue;
    what = 'queue, all, second page';
    await queuePage(ctx, { view, after: page.next });
  }
  for (const sort of queueSorts) {
    what = `queue, needs-reply by ${sort}`;
    await queuePage(ctx, { view: 'needs-reply', sort });
  }
  what = 'queue, all, as admin';
  await queuePage({ ...ctx, actor: { ...actor, role: 'admin' } }, { view: 'all' });
  what = 'counts of the sidebar';
  await queueCounts(ctx);
  for (const [name, word] of Object.entries(knownWords)) {
    what = `search, ${name}`;
    await matchingIds(ctx, word, 31);
  }
  return noted;
}

type Plan = {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
};

const LARGE = new Set([
  'tickets',
  'comments',
  'events',
  'ticket_documents',
  'users',
  'attachments',
  'deliveries',
]);

const walk = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(walk)];
const scans = (plan: Plan) =>
  walk(plan)
    .filter(node => node['Node Type'] === 'Seq Scan' && LARGE.has(node['Relation Name'] ?? ''))
    .map(node => node['Relation Name']!);
/** Rows of tickets and documents that were touched, found or not. */
const rowsRead = (plan: Plan) =>
  Math.round(
    walk(plan)
      .filter(node => LARGE.has(node['Relation Name'] ?? ''))
      .reduce(
        (sum, node) =>
          sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
        0,
      ),
  );
