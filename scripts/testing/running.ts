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

/** Files with a failure that are looked at a second time; more of them are no accident. */
const MOST_AGAIN = 3;

/**
 * Runs vitest, shows its lines as they come, and counts from its report. In continuous integration, where nobody is
 * there to look again, files with a failure are run a second time, alone: what passes then counts as passed and is
 * named at the end of the run.
 */
export async function vitest(
  folder: string,
  name: string,
  args: string[],
  variables: Record<string, string> = {},
): Promise<Outcome> {
  const first = await runVitest(path.join(folder, `${name}.json`), args, variables);
  const files = [...new Set(first.failures.map(({ file }) => file))];
  const again =
    Boolean(process.env.CI) && files.length > 0 && files.length <= MOST_AGAIN && files.every(Boolean);
  if (!again) return outcomeOf(first, []);
  console.log(`\nAgain, alone: ${files.join(', ')}`);
  const second = await runVitest(path.join(folder, `${name}-again.json`), files, variables);
  return outcomeOf(first, [second]);
}

async function runVitest(file: string, args: string[], variables: Record<string, string>): Promise<Ran> {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const { code } = await run([binOf('vitest'), 'run', ...reporters, ...args], { variables, show: true });
  const ran = existsSync(file) ? readReport(file) : { passed: 0, skipped: 0, failures: [] };
  // A set-up that fails is a failure that no test counts.
  if (code !== 0 && ran.failures.length === 0)
    ran.failures.push({ file: '', test: 'vitest itself', why: '' });
  return ran;
}

type Failure = { file: string; test: string; why: string };
type Ran = { passed: number; skipped: number; failures: Failure[] };

/** What failed first and not again has passed; what fails only the second time has failed as well. */
export function outcomeOf(first: Ran, [second]: Ran[]): Outcome {
  const failed = second?.failures ?? first.failures;
  const same = (a: Failure) => (b: Failure) => a.file === b.file && a.test === b.test;
  const mended = first.failures.filter(failure => !failed.some(same(failure)));
  const fresh = failed.filter(failure => !first.failures.some(same(failure)));
  const line = ({ file, test, why }: Failure) => `${file} > ${test}\n  ${why}`;
  return {
    passed: first.passed + mended.length - fresh.length,
    failed: failed.length,
    skipped: first.skipped,
    output: '',
    remarks: [
      ...failed.map(failure => `failed: ${line(failure)}`),
      ...mended.map(failure => `passed only when run again: ${line(failure)}`),
    ],
  };
}

type Report = {
  numPassedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
  }[];
};

function readReport(file: string): Ran {
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  const failures = report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const where = path.relative(process.cwd(), name);
    const tests = assertionResults.filter(test => test.status === 'failed');
    // A file that does not load is a failure that no test counts.
    if (tests.length === 0 && status === 'failed')
      return [{ file: where, test: 'the file', why: firstLine(message) }];
    return tests.map(({ fullName, failureMessages }) => ({
      file: where,
      test: fullName,
      why: firstLine(failureMessages[0] ?? ''),
    }));
  });
  return {
    passed: report.numPassedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  };
}

const firstLine = (text: string) => text.split('\n', 1)[0]?.slice(0, 300) ?? '';

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
