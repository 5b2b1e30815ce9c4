import pg from 'pg';
import { BUILD } from '../../src/domain/search/lexicon.ts';
import { copyLines } from './copying.ts';
import { layGround } from './grounding.ts';
import type { Ground, Size } from './plan.ts';
import { commentPass, documentPass, eventPass, type Pass, ticketPass } from './rows.ts';
import { restoreConstraints, restoreIndexes, setAside } from './setting-aside.ts';

export type Report = {
  /** A part begins: what it is, and how many steps it has. */
  part(name: string, steps: number): void;
  step(steps: number): void;
};

/** Milliseconds each part took. */
export type Timings = Record<
  'people' | 'tickets' | 'comments' | 'events' | 'indexes' | 'documents' | 'tidying',
  number
>;

export type Filled = { timings: Timings /** Of `coordinator1@runN…`: one more each time. */; run: number };

type Options = { now?: Date; passwordHash?: string | null; report?: Report };

const quiet: Report = { part() {}, step() {} };

/**
 * Adds tickets in bulk, on a connection of its own without time limits. One transaction, which also sets the
 * secondary indexes aside: a run that fails or is killed leaves everything as it was. The tables are locked
 * meanwhile, so nobody works while it runs.
 */
export async function fillDatabase(url: string, size: Size, options: Options = {}): Promise<Filled> {
  const client = new pg.Client({ connectionString: url, application_name: 'smartsupport seed' });
  client.on('error', () => {}); // a lost connection also rejects the query below
  await client.connect();
  try {
    await client.query(`set lock_timeout = '30s'; set maintenance_work_mem = '256MB'; set work_mem = '64MB'`);
    return await fill(client, size, options);
  } finally {
    await client.end();
  }
}

async function fill(client: pg.Client, size: Size, options: Options): Promise<Filled> {
  const { now = new Date(), passwordHash = null, report = quiet } = options;
  const clock = stopwatch();
  await client.query('begin');
  report.part('People, teams, categories', 0);
  const ground = await layGround(client, size, { now, passwordHash });
  clock.lap('people');
  const aside = await setAside(client);
  for (const [name, pass] of [
    ['tickets', ticketPass],
    ['comments', commentPass],
    ['events', eventPass],
  ] as const) {
    await run(client, pass, ground, report);
    clock.lap(name);
  }
  await copyDocuments(client, ground, report);
  await restoreIndexes(client, aside, true);
  clock.lap('documents');
  report.part('Indexes', aside.indexes.length);
  await restoreIndexes(client, aside, false, () => report.step(1));
  await restoreConstraints(client, aside);
  clock.lap('indexes');
  report.part('Counters, sequences, statistics', 0);
  await settle(client, ground);
  await client.query('delete from lexicon_changes');
  await client.query('delete from lexicon');
  await client.query(BUILD);
  await client.query('commit');
  await client.query(
    'vacuum (analyze) users, tickets, comments, events, ticket_documents, ticket_counts, team_ticket_counts, lexicon',
  );
  clock.lap('tidying');
  return { timings: clock.laps as Timings, run: ground.run };
}

async function run(client: pg.Client, pass: Pass, ground: Ground, report: Report) {
  report.part(pass.table, ground.tickets);
  await copyLines(client, pass.table, pass.columns, pass.lines(ground), report.step);
}

const copyDocuments = (client: pg.Client, ground: Ground, report: Report) =>
  run(client, documentPass, ground, report);

/** The triggers that keep the counters were off, and COPY takes keys without asking the sequences. */
async function settle(client: pg.Client, ground: Ground) {
  await client.query('delete from ticket_counts');
  await client.query('delete from team_ticket_counts');
  await client.query(
    `insert into ticket_counts (team_id, assignee_id, status_kind, needs_reply, due_state, n)
     select team_id, assignee_id, status_kind, needs_reply, due_state, count(*) from tickets
     where status_kind <> 'closed' and spam_at is null group by 1, 2, 3, 4, 5`,
  );
  await client.query(
    `insert into team_ticket_counts (team_id, unassigned, status_kind, needs_reply, due_state, n)
     select team_id, assignee_id is null, status_kind, needs_reply, due_state, sum(n) from ticket_counts group by 1, 2, 3, 4, 5`,
  );
  for (const table of ['tickets', 'comments', 'events']) {
    await client.query(
      `select setval(pg_get_serial_sequence($1, 'id'), greatest((select max(id) from ${table}), 1))`,
      [table],
    );
  }
  await client.query('select setval($1, $2)', ['ticket_numbers', ground.firstNumber + ground.tickets - 1]);
}

function stopwatch() {
  const laps: Record<string, number> = {};
  let last = performance.now();
  return {
    laps,
    lap(name: string) {
      const now = performance.now();
      laps[name] = now - last;
      last = now;
    },
  };
}
