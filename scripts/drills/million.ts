import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cast, demoPassword } from '../../seeds/cast.ts';
import { type Visitor, visitor } from '../../tests/support/visitor.ts';
import type { Say, Verdict } from '../drill.ts';
import { withPlace } from './place.ts';
import { startProgram } from './program.ts';

/** No page may take longer, whatever the number of tickets. */
const SLOW_MS = 2_000;
/** Pages of one kind, and pages in all for one person. */
const OF_A_KIND = 3;
const MOST = 200;

/** Fills in a million tickets, then opens every page that links lead to, as each role. */
export async function million({ tickets, say }: { tickets: number; say: Say }): Promise<Verdict> {
  return withPlace('million', async place => {
    const program = await startProgram('start', { ...place.settings, LOG_LEVEL: 'warn' });
    try {
      await seed(tickets, place.settings, say);
      const db = await place.database();
      await db.raw('analyze');
      const verdict: Verdict = { lines: [], faults: [] };
      const bulk = await db('users').where('email', 'like', 'coordinator1@run%').first('email');
      for (const email of [bulk?.email, cast.kwame.email, cast.marek.email, cast.jonas.email])
        if (email) await crawl(program.url, email, verdict);
      return verdict;
    } finally {
      await program.end('SIGTERM');
    }
  });
}

async function seed(tickets: number, settings: Record<string, string>, say: Say) {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'src/commands/seed.ts', '--tickets', `${tickets}`],
    { env: { PATH, HOME, ...settings }, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`The seed ended with ${code}`);
  say(`${tickets} tickets are in`);
}

/** Follows links from page to page; of addresses that differ in numbers or values only, a few. */
async function crawl(url: string, email: string, verdict: Verdict) {
  const who = await visitor({ url });
  await who.get('/sign-in');
  who.fill({ 'Work email': email, Password: demoPassword });
  await who.click('Sign in');
  const waiting = ['/', '/queue', '/search?q=printer', '/admin'];
  const kinds = new Map<string, number>();
  let slowest = { path: '', ms: 0 };
  let opened = 0;
  for (let path = waiting.shift(); path !== undefined && opened < MOST; path = waiting.shift()) {
    const kind = path.replace(/\d+/g, 'N').replace(/=[^&]*/g, '=');
    const seen = kinds.get(kind) ?? 0;
    if (seen >= OF_A_KIND) continue;
    kinds.set(kind, seen + 1);
    const started = performance.now();
    await who.get(path);
    const ms = performance.now() - started;
    opened += 1;
    if (ms > slowest.ms) slowest = { path, ms };
    if (who.status >= 500) verdict.faults.push(`${email}: ${path} answered ${who.status}`);
    if (ms > SLOW_MS) verdict.faults.push(`${email}: ${path} took ${Math.round(ms)} ms`);
    waiting.push(...linksOf(who).filter(link => !waiting.includes(link)));
  }
  verdict.lines.push(`${email}: ${opened} pages, the slowest ${Math.round(slowest.ms)} ms (${slowest.path})`);
}

const linksOf = (who: Visitor): string[] =>
  who.html
    .find('a[href^="/"]')
    .toArray()
    .map(link => link.attribs.href ?? '')
    .filter(href => href && !/^\/(assets|attachments)|export|\.csv/.test(href))
    .map(href => href.split('#')[0] ?? href);
