import { Agent, get } from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type Program, startProgram } from '../../scripts/drills/program.ts';
import { schedule } from '../../src/jobs/schedule.ts';
import { post } from '../support/app.ts';
import { testClock } from '../support/clock.ts';
import { eventually } from '../support/eventually.ts';
import { PASSWORD, testWorld } from '../support/factories.ts';
import { expectInvariants } from '../support/invariants.ts';
import { smtpSink } from '../support/smtp.ts';
import { type Visitor, visitor } from '../support/visitor.ts';

const sink = await smtpSink();
const { db, config, makeUser, makeTeam, makeCategory, makeTicket } = await testWorld({
  clock: testClock(new Date()),
});
const team = await makeTeam('IT');
const category = await makeCategory({ team });
await makeUser({ role: 'coordinator', teams: [team] });

const settings = {
  DATABASE_URL: config.database.url,
  DATABASE_POOL: '6',
  DATA_DIR: config.dataDir,
  SMTP_URL: sink.url,
  APP_URL: 'http://localhost:3000',
  PORT: '0',
};
const preload = (name: string) =>
  pathToFileURL(path.resolve(import.meta.dirname, `../support/preloads/${name}.js`)).href;

const programs: Program[] = [];
const start = async (
  name: 'server' | 'worker',
  more: Record<string, string> = {},
  options?: { preload: string[] },
) => {
  const program = await startProgram(name, { ...settings, ...more }, options);
  programs.push(program);
  return program;
};
const killAll = () => {
  for (const program of programs.splice(0)) program.signal('SIGKILL');
};
afterEach(killAll);
afterAll(killAll);

const signIn = async ({ url }: Program): Promise<Visitor> => {
  const { email } = await makeUser();
  const who = await visitor({ url });
  await who.get('/sign-in?next=/tickets/new');
  who.fill({ 'Work email': email, Password: PASSWORD });
  await who.click('Sign in');
  expect(who.path).toBe('/tickets/new');
  return who;
};
const newTicket = (who: Visitor, subject: string) =>
  post(who, '/tickets', { category: `${category.id}`, subject, impact: 'a-little', body: 'Words' });
const mailed = (number: string | number | undefined) =>
  sink.mails.filter(({ raw }) => raw.includes(`#${number}`));

describe('two web processes and two workers on one database', () => {
  test('share sessions and limits, and run each job of the schedule once', async () => {
    await db.raw(`
      create table job_runs (name text not null, at timestamptz not null default clock_timestamp());
      create function note_run() returns trigger language plpgsql as $$
        begin insert into public.job_runs (name) values (new.name); return new; end $$;
      create trigger note_run after update on jobs.agenda_jobs for each row
        when (new.type = 'single' and new.last_run_at is distinct from old.last_run_at) execute function note_run();`);
    const limit = { LIMIT_TICKETS_PERSON: '4' };
    const [here, there] = await Promise.all([
      start('server', limit),
      start('server', limit),
      start('worker'),
      start('worker'),
    ]);
    const anna = await signIn(here);
    const annaThere = await visitor({ url: there.url });
    for (const [name, value] of anna.cookies) annaThere.cookies.set(name, value);
    await annaThere.get('/tickets/new');
    expect(annaThere.status).toBe(200);

    const statuses = [];
    for (let n = 0; n < 6; n += 1) {
      const who = n % 2 ? annaThere : anna;
      statuses.push((await newTicket(who, `Shared ${n}`)).status);
    }
    expect(statuses).toEqual([303, 303, 303, 303, 429, 429]);
    for (const { number } of await db('tickets').select('number'))
      await eventually(() => mailed(number).length === 2, { within: 20_000 });

    const runs = async () =>
      (await db('job_runs').where({ name: 'dispatch-events' }).orderBy('at').pluck('at')).map(Number);
    await eventually(async () => (await runs()).length >= 4, { within: 30_000, every: 200 });
    const at = await runs();
    const gaps = at.slice(1).map((time, n) => time - (at[n] ?? 0));
    expect(Math.min(...gaps), `${gaps}`).toBeGreaterThan(3_500);
    const scheduled = Object.entries(schedule).flatMap(([name, { when }]) => (when ? [] : [name]));
    const kept = await db('jobs.agenda_jobs').where({ type: 'single' }).pluck('name');
    expect(kept.sort()).toEqual(scheduled.sort());
    await expectInvariants(db);
  }, 90_000);
});

describe('SIGTERM', () => {
  test('under load: not ready first, what is under way ends well, no connection breaks, and it exits', async () => {
    const web = await start('server');
    const anna = await signIn(web);
    const cookie = [...anna.cookies].map(pair => pair.join('=')).join('; ');
    const clients = Array.from({ length: 6 }, () => askUntilTold(`${web.url}/tickets`, cookie));
    const held = await db.transaction();
    await held.raw('lock table tickets in access exclusive mode');
    const underWay = anna.request('/tickets');
    await eventually(async () => {
      const { rows } = await db.raw('select 1 from pg_locks where not granted');
      return rows.length > 0;
    });
    const ending = web.end('SIGTERM');
    const answer = await eventually(async () => {
      const ready = await anna.request('/health/ready');
      return ready.status === 503 && JSON.parse(ready.text);
    });
    expect(answer.status).toBe('draining');
    await held.rollback();
    expect((await underWay).status).toBe(200);
    const counted = await Promise.all(clients);
    expect(counted.flatMap(({ errors }) => errors)).toEqual([]);
    expect(counted.reduce((sum, { answers }) => sum + answers, 0)).toBeGreaterThan(5);
    const { code, ms } = await ending;
    expect([code, ms < 10_000]).toEqual([0, true]);
  }, 60_000);

  test('ends a worker in time, with no lock left', async () => {
    const worker = await start('worker');
    const anna = await makeUser();
    for (let n = 0; n < 10; n += 1) await makeTicket({ by: anna, category });
    const { code, ms } = await worker.end('SIGTERM');
    expect([code, ms < 10_000]).toEqual([0, true]);
    expect(await db('jobs.agenda_jobs').whereNotNull('locked_at')).toEqual([]);
  }, 60_000);
});

test('errors that nobody catches, ten of each, end neither web nor worker', async () => {
  const [web, worker] = await Promise.all([
    start('server', {}, { preload: [preload('stray-errors')] }),
    start('worker', {}, { preload: [preload('stray-errors')] }),
  ]);
  for (const { output } of [web, worker])
    await eventually(() => output().includes('stray exception 0') && output().includes('stray rejection 0'));
  const anna = await signIn(web);
  const { headers } = await newTicket(anna, 'After the errors');
  const number = /(\d+)$/.exec(String(headers.location))?.[1];
  await eventually(() => mailed(number).length === 2, { within: 20_000 });
  expect([web.isAlive(), worker.isAlive()]).toEqual([true, true]);
}, 60_000);

describe('the clock of a worker is wrong', () => {
  test.each([15, -15])(
    'by %i minutes: mails go out once, nothing is due early, and the others go on',
    async minutes => {
      const options = { preload: [preload('clock-ahead')] };
      // What processes killed in other tests left locked.
      await db('jobs.agenda_jobs').update({ locked_at: null });
      const wrong = await start('worker', { CLOCK_AHEAD_MINUTES: `${minutes}` }, options);
      expect(wrong.output()).toContain('not the one of the database');
      const anna = await makeUser();
      const alone = await makeTicket({ by: anna, category, impact: 'stopped' });
      // One that is behind would take it up that late: it needs the others.
      if (minutes > 0) await eventually(() => mailed(alone.number).length === 2, { within: 25_000 });
      await start('worker');
      await eventually(() => mailed(alone.number).length === 2, { within: 25_000 });
      const both = await makeTicket({ by: anna, category, impact: 'stopped' });
      await eventually(() => mailed(both.number).length === 2, { within: 25_000 });
      wrong.signal('SIGKILL');

      const late = () =>
        db('jobs.agenda_jobs')
          .where({ type: 'single' })
          .whereRaw(
            `(next_run_at > now() + repeat_interval::interval + interval '31 s' or locked_at > now() + interval '31 s')`,
          );
      await eventually(async () => (await late()).length === 0, { within: 40_000, every: 200 });
      const after = await makeTicket({ by: anna, category });
      await eventually(() => mailed(after.number).length === 2, { within: 25_000 });
      expect([mailed(alone.number).length, mailed(both.number).length]).toEqual([2, 2]);
      const states = await db('tickets').whereIn('id', [alone.id, both.id]).pluck('due_state');
      expect(states).toEqual([alone.dueState, both.dueState]);
    },
    120_000,
  );
});

/** A client behind a proxy: asks on one connection until it is told to close it. */
async function askUntilTold(url: string, cookie: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const errors: string[] = [];
  let answers = 0;
  for (let told = false; !told && errors.length === 0; ) {
    await new Promise<void>(resolve => {
      get(url, { agent, headers: { cookie } }, answer => {
        answers += 1;
        told = answer.headers.connection === 'close';
        if (answer.statusCode !== 200) errors.push(`${answer.statusCode}`);
        answer.resume();
        answer.on('error', error => errors.push(error.message));
        answer.on('close', resolve);
      }).on('error', error => {
        errors.push(error.message);
        resolve();
      });
    });
  }
  agent.destroy();
  return { answers, errors };
}
