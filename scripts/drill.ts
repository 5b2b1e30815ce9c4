import { parseArgs } from 'node:util';
import { kills } from './drills/kills-alone.ts';
import { mail } from './drills/mail-alone.ts';
import { million } from './drills/million.ts';
import { soak } from './drills/soak.ts';
import { work } from './drills/work-alone.ts';

/**
 * `npm run drill [-- name …] [--kills 200] [--minutes 60] [--rate 20] [--tickets 1000000]`: what takes too long for
 * `npm test`. Each drill has a database of its own below `.data/`, which is deleted afterwards.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '20' },
    tickets: { type: 'string', default: '1000000' },
  },
});

export type Verdict = { lines: string[]; faults: string[] };
export type Say = (line: string) => void;

const drills: Record<string, (say: Say) => Promise<Verdict>> = {
  kills: say => kills({ rounds: Number(values.kills), say }),
  work: say => work({ rounds: Number(values.kills), say }),
  mail: say => mail({ rounds: Number(values.kills), say }),
  soak: say => soak({ minutes: Number(values.minutes), rate: Number(values.rate), say }),
  million: say => million({ tickets: Number(values.tickets), say }),
};

const names = positionals.length > 0 ? positionals : Object.keys(drills);
const unknown = names.filter(name => !(name in drills));
if (unknown.length > 0) {
  console.error(`No drill named ${unknown.join(', ')}. There are: ${Object.keys(drills).join(', ')}`);
  process.exit(2);
}

// Leaving in any way takes programs and databases of the drill along.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

let failed = 0;
for (const name of names) {
  const started = performance.now();
  console.log(`── ${name}`);
  const verdict = await drills[name]!(line => console.log(`   ${line}`)).catch(
    (error: Error): Verdict => ({ lines: [], faults: [error.stack ?? error.message] }),
  );
  for (const line of verdict.lines) console.log(`   ${line}`);
  for (const fault of verdict.faults.slice(0, 50)) console.log(`   FAULT ${fault}`);
  const seconds = Math.round((performance.now() - started) / 1_000);
  console.log(`── ${name}: ${verdict.faults.length > 0 ? 'FAILED' : 'ok'} in ${seconds} s`);
  if (verdict.faults.length > 0) failed += 1;
}
process.exit(failed > 0 ? 1 : 0);
