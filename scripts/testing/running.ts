import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Outcome } from './lanes.ts';

const children = new Set<ChildProcess>();

/** A check of one package's program: passed or failed as a whole. */
export const npx = (program: string, args: string[]) => whole([binOf(program), ...args]);

/** A check of our own, likewise. */
export const script = (file: string, args: string[]) => whole(['--import', 'tsx', file, ...args]);

async function whole(args: string[]): Promise<Outcome> {
  const { code, output } = await run(args);
  return code === 0
    ? { passed: 1, failed: 0, skipped: 0, output: '' }
    : { passed: 0, failed: 1, skipped: 0, output };
}

/** Runs vitest, shows its lines as they come, and counts from its report. */
export async function vitest(
  folder: string,
  name: string,
  args: string[],
  variables: Record<string, string> = {},
): Promise<Outcome> {
  const file = path.join(folder, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const { code } = await run([binOf('vitest'), 'run', ...reporters, ...args], { variables, show: true });
  const outcome = existsSync(file) ? countReport(file) : { passed: 0, failed: 0, skipped: 0 };
  // A file that does not load, or a set-up that fails, is a failure that no test counts.
  if (code !== 0 && outcome.failed === 0) outcome.failed = 1;
  return { ...outcome, output: '' };
}

type Report = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
};

function countReport(file: string) {
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  const broken = report.testResults.filter(
    result => result.status === 'failed' && !result.assertionResults.some(test => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

type RunOptions = { variables?: Record<string, string>; show?: boolean };

async function run(args: string[], { variables = {}, show = false }: RunOptions = {}) {
  const child = spawn(process.execPath, args, {
    env: { ...environment(), ...variables },
    stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  children.delete(child);
  return { code, output };
}

/** Without these two, which contradict each other in child processes, Node does not warn in every test. */
function environment(): NodeJS.ProcessEnv {
  const { NO_COLOR: _none, FORCE_COLOR: _forced, ...rest } = process.env;
  return rest;
}

/** The program of a package, as npm would start it; without npx, which swallows signals. */
function binOf(program: string): string {
  const packages: Record<string, string> = { biome: '@biomejs/biome', tsc: 'typescript' };
  const folder = path.resolve('node_modules', packages[program] ?? program);
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>;
  };
  const file = typeof bin === 'string' ? bin : bin[program];
  if (!file) throw new Error(`No program ${program} in ${folder}`);
  return path.join(folder, file);
}

/** Ends what still runs and waits for it, so that databases and browsers are gone before we are. */
export async function stopRunning(): Promise<void> {
  const ends = [...children].map(child => once(child, 'close'));
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(ends);
}
