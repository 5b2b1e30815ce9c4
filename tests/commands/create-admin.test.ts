import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { checkCredentials } from '../../src/domain/identity/signing-in.ts';
import { accounts, PASSWORD } from '../domain/identity/accounts.ts';

const { db, services, stranger } = await accounts();

function run(options: string[], input?: string): Promise<{ code: number | null; output: string }> {
  const env = {
    ...process.env,
    DATABASE_URL: services.config.database.url,
    APP_URL: 'https://help.example',
    NODE_ENV: 'test',
  };
  const program = spawn(process.execPath, ['--import', 'tsx', 'src/commands/create-admin.ts', ...options], {
    env,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  let output = '';
  program.stdout?.on('data', chunk => {
    output += chunk;
  });
  program.stderr?.on('data', chunk => {
    output += chunk;
  });
  program.stdin?.end(input);
  return new Promise(resolve => program.on('close', code => resolve({ code, output })));
}

const who = (email: string) => ['--email', email, '--first-name', 'Kwame', '--last-name', 'Mensah'];

test('a password that is piped in makes an admin who can sign in', async () => {
  const { code, output } = await run(who('kwame@halden.example'), `${PASSWORD}\n`);
  expect(output).toContain('can sign in at https://help.example/sign-in');
  expect(output).not.toContain(PASSWORD);
  expect(code).toBe(0);
  const { user } = await checkCredentials(stranger, 'kwame@halden.example', PASSWORD);
  expect(user?.role).toBe('admin');
});

test('without a password it prints an invitation', async () => {
  const { code, output } = await run(who('ada@halden.example'));
  expect(output).toMatch(/https:\/\/help\.example\/invitations\/[\w-]{43}\n/);
  expect(code).toBe(0);
});

test('what is wrong is said in a line, and nothing is made', async () => {
  const weak = await run(who('weak@halden.example'), 'short\n');
  expect(weak).toMatchObject({ code: 1, output: expect.stringContaining('at least 12 characters') });
  const missing = await run(['--email', 'nonsense']);
  expect(missing).toMatchObject({ code: 1, output: expect.stringContaining('Usage:') });
  expect(await db('users').where({ email: 'weak@halden.example' }).first()).toBeUndefined();
});
