import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { fillDatabase } from '../../../seeds/bulk/filling.ts';
import { hashPassword } from '../../../src/domain/identity/passwords.ts';
import { testApp } from '../../support/app.ts';
import { PASSWORD } from '../../support/factories.ts';

/**
 * What a page of the desk may cost, as far as it does not depend on the machine; a bit above what it costs today.
 * `rows` are those of large tables that its statements read, found or not; `buffers` the blocks of 8 kB they look at.
 */
const BOUNDS = {
  queue: { statements: 2, rows: 110, buffers: 400, bytes: 62_000, nodes: 1_200 },
  'a deep page': { statements: 2, rows: 110, buffers: 400, bytes: 62_000, nodes: 1_200 },
  ticket: { statements: 6, rows: 60, buffers: 240, bytes: 64_000, nodes: 1_400 },
  search: { statements: 6, rows: 220, buffers: 550, bytes: 32_000, nodes: 600 },
  counters: { statements: 1, rows: 0, buffers: 60, nodes: 80 },
};
const TICKETS = 3_000;

const app = await testApp({ env: { DATABASE_PREPARED: 'off' } });
const { db, config } = app;
await fillDatabase(
  config.database.url,
  { tickets: TICKETS, comments: 3, people: 300 },
  {
    passwordHash: await hashPassword(PASSWORD),
  },
);
await db.raw('analyze');
const client = new pg.Client({ connectionString: config.database.url });
await client.connect();
// At this size reading a whole table is often the quickest: what is asked here is whether there is another way.
await client.query('set enable_seqscan = off; set jit = off');
afterAll(() => client.end());

type Asked = { sql: string; bindings: unknown[] };
let asked: Asked[] = [];
db.on('query', ({ sql, bindings }: Asked) => {
  if (!/sessions/.test(sql) && /^\s*(select|with)/i.test(sql)) asked.push({ sql, bindings });
});

const marek = await app.signIn(
  await db('users')
    .where({ role: 'coordinator' })
    .whereExists(db('team_members').whereRaw('user_id = users.id'))
    .orderBy('id')
    .first('email'),
);
await marek.get('/queue/all');
const deep = marek.html.find('a[href*="after="]').last().attr('href') ?? '';
const ticket =
  marek.html
    .find('a[href^="/tickets/"]')
    .filter((_, a) => /\/tickets\/\d/.test(a.attribs.href ?? ''))
    .first()
    .attr('href') ?? '';
const PATHS: Record<keyof typeof BOUNDS, string> = {
  queue: '/queue/all',
  'a deep page': deep,
  ticket,
  search: '/search?q=printer',
  counters: '/queue/counts',
};

describe(`with ${TICKETS} tickets`, () => {
  test.each(Object.entries(BOUNDS))('%s costs no more than it may', async (name, bounds) => {
    const path = PATHS[name as keyof typeof BOUNDS];
    expect(path).not.toBe('');
    asked = [];
    const html =
      name === 'counters' ? (await marek.partial(path, { target: 'div#queue-views' })).html : undefined;
    if (!html) await marek.get(path);
    const own = [...asked];
    const { text } = html ? { text: '' } : await marek.request(path);
    const plans = [];
    for (const statement of own) plans.push(await planOf(statement));
    const nodes = walk(plans);
    const cost = {
      statements: own.length,
      rows: rowsRead(nodes),
      buffers: plans.reduce((sum, plan) => sum + plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], 0),
      bytes: Buffer.byteLength(text),
      nodes: (html ?? marek.html).find('*').length,
    };
    expect(nodes.filter(isScan).map(node => node['Relation Name'])).toEqual([]);
    for (const [what, bound] of Object.entries(bounds))
      expect(cost[what as keyof typeof cost], `${what} of ${name}`).toBeLessThanOrEqual(bound);
  });
});

type Plan = {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
};

async function planOf({ sql, bindings }: Asked): Promise<Plan> {
  let n = 0;
  const numbered = sql.replace(/\?/g, () => `$${++n}`);
  const { rows } = await client.query(`explain (analyze, buffers, format json) ${numbered}`, bindings);
  return rows[0]['QUERY PLAN'][0].Plan;
}

const LARGE = ['tickets', 'comments', 'events', 'ticket_documents', 'attachments', 'deliveries'];
const walk = (plans: Plan[]): Plan[] => plans.flatMap(plan => [plan, ...walk(plan.Plans ?? [])]);
const isLarge = (plan: Plan) => LARGE.includes(plan['Relation Name'] ?? '');
const isScan = (plan: Plan) => plan['Node Type'] === 'Seq Scan' && isLarge(plan);
const rowsRead = (plans: Plan[]) =>
  plans
    .filter(isLarge)
    .reduce(
      (sum, plan) =>
        sum + (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'],
      0,
    );
