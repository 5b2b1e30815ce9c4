import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** What each program says once it works. */
const READY = {
  start: /is ready: (http\S+)/,
  server: /"port":(\d+).*web is listening/,
  worker: /the worker is at work/,
} as const;

export type Program = {
  child: ChildProcess;
  /** Where it listens; empty for a worker. */
  url: string;
  output: () => string;
  isAlive: () => boolean;
  signal: (name: NodeJS.Signals) => void;
  /** Resolves with the exit code and how long the signal took to work, in milliseconds. */
  end: (name: NodeJS.Signals) => Promise<{ code: number | null; ms: number }>;
};

/** Limits that a drill must not meet. */
const FREELY = Object.fromEntries(
  [
    ...['TICKETS_PERSON', 'TICKETS_ADDRESS', 'SIGN_IN_ACCOUNT', 'SIGN_IN_ADDRESS', 'UPLOADS_PERSON'],
    'SEARCH_PERSON',
  ].map(name => [`LIMIT_${name}`, '1000000']),
);

/** Runs `src/start.ts`, `src/server.ts` or `src/worker.ts` as a process of its own and waits until it works. */
export async function startProgram(
  name: keyof typeof READY,
  settings: Record<string, string>,
  { preload = [] }: { preload?: string[] } = {},
): Promise<Program> {
  const { PATH = '', HOME = '' } = process.env;
  const imports = ['tsx', ...preload].flatMap(each => ['--import', each]);
  const child = spawn(process.execPath, [...imports, `src/${name}.ts`], {
    cwd: root,
    env: { PATH, HOME, HOST: '127.0.0.1', LOG_LEVEL: 'info', ...FREELY, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const forget = () => child.kill('SIGKILL');
  process.once('exit', forget);
  void ended.then(() => process.off('exit', forget));
  let output = '';
  const ready = new Promise<RegExpExecArray>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => {
        output = (output + data).slice(-200_000);
        const said = READY[name].exec(output);
        if (said) resolve(said);
      });
    void ended.then(([code]) => reject(new Error(`src/${name}.ts ended with ${code}:\n${output}`)));
  });
  const [, where = ''] = await ready;
  return {
    child,
    url: where.startsWith('http') ? `http://127.0.0.1:${new URL(where).port}` : `http://127.0.0.1:${where}`,
    output: () => output,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    signal: signal => {
      child.kill(signal);
    },
    async end(signal) {
      const started = performance.now();
      child.kill(signal);
      const [code] = await ended;
      return { code, ms: performance.now() - started };
    },
  };
}

/** A port that was free a moment ago: a program that is started again keeps its address. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === 'object' ? address.port : 0));
    });
  });
}
