import { spawn } from 'node:child_process';

export type Ended = { code: number | null; output: string };

/** Runs a program of `src/commands` as npm does, with both of its outputs together. */
export function runCommand(
  name: string,
  args: readonly string[],
  settings: Record<string, string>,
): Promise<Ended> {
  const program = spawn(process.execPath, ['--import', 'tsx', `src/commands/${name}.ts`, ...args], {
    env: { ...process.env, NODE_ENV: 'test', LOG_LEVEL: 'silent', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [program.stdout, program.stderr]) {
    stream.on('data', chunk => {
      output += chunk;
    });
  }
  return new Promise(resolve => program.on('close', code => resolve({ code, output })));
}
