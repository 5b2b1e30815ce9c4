import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { findProgram } from '../scripts/tools.ts';
import { fillDatabase } from '../seeds/bulk/filling.ts';
import { knownWords } from '../seeds/bulk/words.ts';
import { demoPassword } from '../seeds/cast.ts';
import { buildConfig } from '../src/config/config.ts';
import { readEnv } from '../src/config/env.ts';
import { startEmbedded } from '../src/db/embedded.ts';
import { createDatabase } from '../src/db/knex.ts';
import { migrate } from '../src/db/migrating.ts';
import { hashPassword } from '../src/domain/identity/passwords.ts';
import { type Ask, type Figures, measure } from './measuring.ts';
import { plansOf } from './plans.ts';
import { signIn, tokenOn } from './signing-in.ts';

/** `npm run bench -- [--sizes 10000,100000,1000000]`: each page beside a bare one of the same process, into docs/performance.md. */
const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10000,100000,1000000' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '150' },
    write: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const sizes = values.sizes.split(',').map(Number);
const effort = { rounds: Number(values.rounds), seconds: Number(values.seconds) };

const limits = Object.fromEntries(
  [
    'TICKETS_PERSON',
    'TICKETS_ADDRESS',
    'SIGN_IN_ACCOUNT',
    'SIGN_IN_ADDRESS',
    'UPLOADS_PERSON',
    'SEARCH_PERSON',
  ].map(name => [`LIMIT_${name}`, '100000000']),
);

type Kind = 'list' | 'thread' | 'write';
type Row = { what: string; kind: Kind; bare: Figures; figures: Figures };
type Run = {
  tickets: number;
  rows: Row[];
  memory: number;
  redis: boolean;
  plans: string;
};

build();
const dataDir = path.resolve('.data/bench');
mkdirSync(dataDir, { recursive: true });
const cluster = await startEmbedded({
  dataDir,
  settings: { fsync: 'on', shared_buffers: '512MB', max_wal_size: '4GB' },
});
const redis = await startRedis();
const runs: Run[] = [];
try {
  for (const tickets of sizes) runs.push(await benchAt(tickets));
} finally {
  redis?.process.kill('SIGKILL');
  await cluster.stop();
}
const report = table(runs);
console.log(report);
if (values.write) writeReport(report);

async function benchAt(tickets: number): Promise<Run> {
  const url = await databaseOf(tickets);
  const server = fork(path.resolve('dist/bench/serving.js'), {
    execArgv: [],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      SESSION_SECRET: randomBytes(32).toString('base64url'),
      ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
      DATABASE_URL: url,
      ...(redis ? { REDIS_URL: redis.url } : {}),
      LOG_LEVEL: 'silent',
      DATA_DIR: dataDir,
      APP_URL: 'http://127.0.0.1',
      ...limits,
    },
  });
  try {
    const [{ app, bare }] = (await once(server, 'message')) as [{ app: string; bare: string }];
    const figures = await measureAll(app, bare, url);
    return {
      tickets,
      ...figures,
      memory: await memoryOf(server),
      redis: Boolean(redis),
      plans: await plansOf(url),
    };
  } finally {
    server.kill('SIGKILL');
  }
}

/** What production runs: compiled code and built assets, beside the bare app. */
function build() {
  execFileSync('npx', ['tsc', '-p', 'bench/tsconfig.json'], { stdio: ['ignore', 'inherit', 'inherit'] });
  execFileSync('node', ['--import', 'tsx', 'scripts/build-assets.ts'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function measureAll(app: string, bare: string, url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // Whose lists fill a page at every size: with half a page the small database would look too fast.
  const [{ email: who, team_id }] = (
    await client.query(
      `select u.email, m.team_id from team_members m join users u on u.id = m.user_id and u.role = 'coordinator'
       cross join lateral (select coalesce(sum(c.n), 0) as n from ticket_counts c where c.team_id = m.team_id and c.needs_reply) as owed
       order by owed.n desc, u.id limit 1`,
    )
  ).rows;
  const place: { number: number; team_id: number } = (
    await client.query(
      `select number, team_id from tickets where team_id = $1 and status_kind = 'open' and spam_at is null order by id desc limit 1`,
      [team_id],
    )
  ).rows[0];
  const [middle] = (
    await client.query(
      `select created_at::text, id from tickets where team_id = $1 order by created_at desc, id desc offset (select count(*) / 2 from tickets where team_id = $1) limit 1`,
      [place.team_id],
    )
  ).rows;
  await client.query(
    `insert into settings (key, value) values ('pageSize', '50'), ('maxFiles', '5') on conflict (key) do update set value = excluded.value`,
  );
  await client.query(
    'create table if not exists bench_rows (id bigint generated always as identity primary key, subject text, body text)',
  );
  await client.query('vacuum analyze tickets');
  await client.end();

  const cookie = await signIn(app, who, demoPassword);
  const token = await tokenOn(`${app}/tickets/${place.number}`, cookie);
  const get = (route: string): Ask => ({ url: app + route, cookie });
  const post = (route: string, fields: Record<string, string>): Ask => ({
    method: 'POST',
    url: app + route,
    cookie,
    expect: 303,
    body: () => new URLSearchParams({ ...fields, _csrf: token, _key: crypto.randomUUID() }).toString(),
  });
  const deep = Buffer.from(JSON.stringify([middle.created_at, String(middle.id)])).toString('base64url');
  const category = await categoryOf(url);
  const asks: [string, Kind, Ask][] = [
    ['queue, 50 rows with counts', 'list', get('/queue/needs-reply')],
    ['all tickets, newest first', 'list', get('/queue/all')],
    ['all tickets, half-way page', 'list', get(`/queue/all?after=${deep}`)],
    ['sorted by priority', 'list', get('/queue/needs-reply?sort=priority')],
    ['ticket with conversation', 'thread', get(`/tickets/${place.number}`)],
    ['search, a word in 2 %', 'list', get(`/search?q=${knownWords.fiftieth}`)],
    ['search, a word in 10 %', 'list', get(`/search?q=${knownWords.tenth}`)],
    ['search, a word in none', 'list', get(`/search?q=${knownWords.none}`)],
    [
      'create through the form',
      'write',
      post('/tickets', {
        category,
        subject: 'Bench: the label printer stops',
        impact: 'a-little',
        body: 'It prints half of a label and stops.',
      }),
    ],
    [
      'reply through the form',
      'write',
      post(`/tickets/${place.number}/comments`, {
        kind: 'reply',
        then: 'keep',
        body: 'Thanks, we are looking at it.',
      }),
    ],
  ];
  const bareAsks: Record<Kind, Ask> = {
    list: { url: `${bare}/queue`, cookie: await bareCookie(bare) },
    thread: { url: `${bare}/tickets/${place.number}`, cookie: await bareCookie(bare) },
    write: {
      method: 'POST',
      url: `${bare}/tickets`,
      cookie: await bareCookie(bare),
      expect: 303,
      body: () => 'subject=a&body=b',
    },
  };
  const rows: Row[] = [];
  for (const [what, kind, ask] of asks) {
    // Right beside it: a machine is not the same from one minute to the next.
    const besides = await measure(bareAsks[kind], effort);
    const figures = await measure(ask, effort);
    rows.push({ what, kind, bare: besides, figures });
    console.log(
      `  ${what.padEnd(30)} p50 ${figures.p50.toFixed(1)} ms  ${Math.round(figures.perSecond)}/s  ${(figures.p50 / besides.p50).toFixed(1)} × bare  ${figures.bytes} bytes`,
    );
  }
  return { rows };
}

async function bareCookie(bare: string): Promise<string> {
  const { request } = await import('./measuring.ts');
  const { cookieOf } = await import('./signing-in.ts');
  return cookieOf((await request({ url: `${bare}/queue`, cookie: '' })).headers['set-cookie']);
}

async function categoryOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    'select id from categories where parent_id is not null and archived_at is null order by id limit 1',
  );
  await client.end();
  return String(rows[0].id);
}

/** Made once for each size and kept in .data/bench, since a million tickets take minutes. */
async function databaseOf(tickets: number): Promise<string> {
  const name = `bench_${tickets}`;
  const admin = new pg.Client({ connectionString: cluster.url });
  await admin.connect();
  const known = await admin.query('select 1 from pg_database where datname = $1', [name]);
  const url = new URL(cluster.url);
  url.pathname = `/${name}`;
  if (known.rowCount === 0) await admin.query(`create database ${name}`);
  const db = createDatabase(buildConfig(readEnv({ DATABASE_URL: url.href, DATA_DIR: dataDir })), { max: 2 });
  try {
    await migrate(db);
    if (!(await db('tickets').first('id'))) {
      console.log(`Filling a database with ${tickets.toLocaleString('en')} tickets`);
      const size = { tickets, comments: 5, people: Math.min(20_000, tickets) };
      const { timings } = await fillDatabase(url.href, size, {
        passwordHash: await hashPassword(demoPassword),
      });
      console.log(
        Object.entries(timings)
          .map(([part, ms]) => `${part} ${(ms / 1_000).toFixed(1)} s`)
          .join(', '),
      );
    }
  } finally {
    await db.destroy();
  }
  await admin.end();
  console.log(`At ${tickets.toLocaleString('en')} tickets`);
  return url.href;
}

async function memoryOf(server: ChildProcess): Promise<number> {
  const pss = /^Pss: +(\d+) kB/m.exec(readFileSync(`/proc/${server.pid}/smaps_rollup`, 'utf8'))?.[1];
  return Number(pss ?? Number.NaN) * 1_024;
}

async function startRedis(): Promise<{ url: string; process: ChildProcess } | undefined> {
  const program = findProgram('redis-server');
  if (!program) return undefined;
  const port = await new Promise<number>(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address() as { port: number };
      probe.close(() => resolve(free));
    });
  });
  const child = spawn(
    program,
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  for await (const chunk of child.stdout!) if (String(chunk).includes('Ready to accept')) break;
  return { url: `redis://127.0.0.1:${port}`, process: child };
}

function table(all: Run[]): string {
  const cell = (figures: Figures, bare: Figures) =>
    `${figures.p50.toFixed(1)} ms · ${(figures.p50 / bare.p50).toFixed(1)} × · ${Math.round(figures.perSecond)}/s (${(figures.perSecond / bare.perSecond).toFixed(2)} ×) · p99 ${figures.p99.toFixed(0)} ms`;
  const head = `| page | ${all.map(run => `${run.tickets.toLocaleString('en')} tickets`).join(' | ')} | largest : smallest |`;
  const lines = all[0]!.rows.map(({ what }, i) => {
    const of = (run: Run) => run.rows[i]!;
    const times = (run: Run) => of(run).figures.p50 / of(run).bare.p50;
    const growth = times(all.at(-1)!) / times(all[0]!);
    return `| ${what} | ${all.map(run => cell(of(run).figures, of(run).bare)).join(' | ')} | ${growth.toFixed(2)} |`;
  });
  const bareLine = (kind: Kind) => {
    const cells = all.map(run => {
      const figures = run.rows.filter(row => row.kind === kind).map(row => row.bare);
      const middle = (key: 'p50' | 'perSecond') =>
        figures.map(each => each[key]).sort((a, b) => a - b)[Math.floor(figures.length / 2)]!;
      return `${middle('p50').toFixed(1)} ms · ${Math.round(middle('perSecond'))}/s`;
    });
    return `| *bare ${kind}, in the middle* | ${cells.join(' | ')} | |`;
  };
  return [
    head,
    `|---|${all.map(() => '---|').join('')}---|`,
    ...(['list', 'thread', 'write'] as const).map(bareLine),
    ...lines,
    `| memory of the process after it | ${all.map(run => `${Math.round(run.memory / 1e6)} MB`).join(' | ')} | |`,
  ].join('\n');
}

function writeReport(text: string) {
  const machine = `${os.cpus().length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, sessions in ${redis ? 'Redis' : 'PostgreSQL'}, ${new Date().toISOString().slice(0, 10)}`;
  const file = path.resolve('docs/performance.md');
  const before = readFileSync(file, { encoding: 'utf8', flag: 'a+' });
  const kept = before.split('<!-- measured -->')[0]!.trimEnd();
  const plans = runs.at(-1)!.plans;
  writeFileSync(
    file,
    `${kept}\n\n<!-- measured -->\n\n## Measured\n\n${machine}. Each cell: p50 one at a time · times the bare page measured right before it in the same process · requests a second at 8 at once (share of the bare page's) · p99.\n\n${text}\n\n## Query plans at ${runs.at(-1)!.tickets.toLocaleString('en')} tickets\n\n${plans}\n`,
  );
  console.log(`Written to docs/performance.md`);
}
