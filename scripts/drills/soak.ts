import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { cast, demoPassword } from '../../seeds/cast.ts';
import type { Database } from '../../src/db/knex.ts';
import { type Visitor, visitor } from '../../tests/support/visitor.ts';
import type { Say, Verdict } from '../drill.ts';
import { Ledger } from './ledger.ts';
import { withPlace } from './place.ts';
import { type Program, startProgram } from './program.ts';

type Sample = { minute: number; megabytes: number; connections: number };

/** The share of the time that counts as warming up, and how much memory may grow after it. */
const WARM_UP = 1 / 4;
const MAX_SLOPE = 5; // megabytes in ten minutes

/** A steady mix of pages, searches and new tickets at `rate` a second; memory and connections must stay flat. */
export async function soak({
  minutes,
  rate,
  say,
}: {
  minutes: number;
  rate: number;
  say: Say;
}): Promise<Verdict> {
  return withPlace('soak', async place => {
    const program = await startProgram('start', { ...place.settings, LOG_LEVEL: 'warn' });
    try {
      const db = await place.database();
      const mix = await mixOf(program, db);
      const tally: Tally = { asked: 0, failed: 0, answers: {} };
      const samples: Sample[] = [];
      const started = performance.now();
      const passed = () => (performance.now() - started) / 60_000;
      const measuring = setInterval(() => void sample(program, db, passed(), samples, say), 10_000);
      for (let n = 0; passed() < minutes && program.isAlive(); n += 1) {
        const due = started + (n * 1_000) / rate;
        if (performance.now() < due) await wait(due - performance.now());
        tally.asked += 1;
        void note(tally, mix[n % mix.length]!);
      }
      clearInterval(measuring);
      return verdict(samples, tally, minutes, program.isAlive());
    } finally {
      await program.end('SIGTERM');
    }
  });
}

type Ask = { what: string; ask: () => Promise<number> };
type Tally = { asked: number; failed: number; answers: Record<string, number> };

async function note(tally: Tally, { what, ask }: Ask) {
  const status = await ask().catch((error: Error) => error.message);
  if (typeof status === 'number' && status < 400) return;
  tally.failed += 1;
  const answer = `${what}: ${status}`;
  tally.answers[answer] = (tally.answers[answer] ?? 0) + 1;
}

async function mixOf(program: Program, db: Database): Promise<Ask[]> {
  const signIn = async (email: string) => {
    const who = await visitor({ url: program.url });
    await who.get('/sign-in');
    who.fill({ 'Work email': email, Password: demoPassword });
    await who.click('Sign in');
    return who;
  };
  const desk = await signIn(cast.marek.email);
  const jonas = await signIn(cast.jonas.email);
  const ledger = await Ledger.open(program.url, { email: cast.jonas.email, password: demoPassword });
  const { number } = await db('tickets as t')
    .join('users as u', 'u.id', 't.requester_id')
    .where('u.email', cast.jonas.email)
    .orderBy('t.id', 'desc')
    .first('t.number');
  const get = (who: Visitor, path: string): Ask => ({
    what: path,
    ask: async () => (await who.request(path)).status,
  });
  const raise: Ask = {
    what: 'a new ticket',
    ask: async () => {
      const entry = ledger.enter();
      ledger.entries.splice(0);
      await ledger.raise(entry);
      return entry.location ? 303 : 500;
    },
  };
  const some = [
    get(desk, '/queue/all'),
    get(jonas, `/tickets/${number}`),
    get(desk, '/search?q=printer'),
    get(jonas, '/tickets'),
    get(jonas, '/'),
  ];
  return [...some, ...some, ...some, raise];
}

async function sample(program: Program, db: Database, minute: number, samples: Sample[], say: Say) {
  const { rows } = await db.raw<{ rows: { n: number }[] }>(
    'select count(*)::int as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  const megabytes = memoryOf(program);
  samples.push({ minute, megabytes, connections: rows[0]?.n ?? 0 });
  if (samples.length % 6 === 0)
    say(`${minute.toFixed(0)} min: ${megabytes.toFixed(0)} MB, ${rows[0]?.n} connections`);
}

/** Resident memory in megabytes. Linux only: elsewhere the drill counts errors and connections. */
function memoryOf({ child }: Program): number {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

function verdict(
  samples: Sample[],
  { asked, failed, answers }: Tally,
  minutes: number,
  alive: boolean,
): Verdict {
  const warm = samples.filter(({ minute }) => minute > minutes * WARM_UP);
  const growth = slope(warm) * 10;
  const connections = warm.map(each => each.connections);
  const faults = [];
  if (!alive) faults.push('The process ended');
  if (failed > asked / 1_000) faults.push(`${failed} of ${asked} requests failed`);
  if (growth > MAX_SLOPE) faults.push(`Memory grows by ${growth.toFixed(1)} MB in ten minutes`);
  if (Math.max(...connections) > 24) faults.push(`${Math.max(...connections)} connections`);
  return {
    faults,
    lines: [
      `${asked} requests, ${failed} failed`,
      ...Object.entries(answers).map(([answer, n]) => `${n} × ${answer}`),
      `memory after warm-up: ${growth.toFixed(1)} MB in ten minutes, at the end ${warm.at(-1)?.megabytes.toFixed(0)} MB`,
      `connections: ${Math.min(...connections)} to ${Math.max(...connections)}`,
    ],
  };
}

/** Megabytes a minute, by least squares. */
function slope(samples: Sample[]): number {
  const mean = (values: number[]) =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const x = mean(samples.map(each => each.minute));
  const y = mean(samples.map(each => each.megabytes));
  const above = samples.reduce((sum, each) => sum + (each.minute - x) * (each.megabytes - y), 0);
  const below = samples.reduce((sum, each) => sum + (each.minute - x) ** 2, 0);
  return below === 0 ? 0 : above / below;
}
