import { stopRunning } from './running.ts';

/** `remarks` are lines said again at the end of all lanes: which test failed, and which did so once. */
export type Outcome = {
  passed: number;
  failed: number;
  skipped: number;
  output: string;
  remarks?: string[];
};

/** A lane takes a number of the machine's two cores; lanes start in their order as cores become free. */
export type Lane = { name: string; says: string; cores: number; run: () => Promise<Outcome> };

export const passed: Outcome = { passed: 1, failed: 0, skipped: 0, output: '' };

const CORES = 2;

/** Runs the lanes, prints each one's output when it ends, and adds up. A lane that throws has failed. */
export async function runLanes(lanes: Lane[]): Promise<Required<Omit<Outcome, 'output'>>> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      void stopRunning().then(() => process.exit(130));
    });
  }
  const total = { passed: 0, failed: 0, skipped: 0, remarks: [] as string[] };
  const waiting = [...lanes];
  const running = new Set<Promise<void>>();
  let free = CORES;
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting[0];
    if (!next || next.cores > free) {
      await Promise.race(running);
      continue;
    }
    waiting.shift();
    free -= next.cores;
    const lane = runLane(next).then(outcome => {
      free += next.cores;
      running.delete(lane);
      for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += outcome[key];
      total.remarks.push(...(outcome.remarks ?? []));
    });
    running.add(lane);
  }
  return total;
}

async function runLane({ name, says, run }: Lane): Promise<Outcome> {
  const started = performance.now();
  const outcome = await run().catch((error: unknown) => ({
    passed: 0,
    failed: 1,
    skipped: 0,
    output: `${error instanceof Error ? (error.stack ?? error.message) : error}\n`,
  }));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const word = outcome.failed > 0 ? 'FAILED' : outcome.passed > 0 ? 'ok' : 'skipped';
  if (outcome.output) process.stdout.write(`\n${outcome.output.trimEnd()}\n`);
  console.log(`── ${name}: ${word} in ${seconds} s (${says})`);
  return outcome;
}
