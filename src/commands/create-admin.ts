import { fstatSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { openConfig } from '../db/opening.ts';
import { systemActor } from '../domain/access/actor.ts';
import { Invalid } from '../domain/errors.ts';
import { createAdmin } from '../domain/identity/setting-up.ts';
import { explain } from '../explaining.ts';
import { paths } from '../paths.ts';
import { createServices } from '../services.ts';

/**
 * `npm run create-admin -- --email a@b.example --first-name Ada --last-name Byron`, with the password typed or piped
 * in. Without one, or with `--invite`, it prints a link by which the person chooses their own.
 */

const USAGE = 'Usage: npm run create-admin -- --email ADDRESS --first-name NAME --last-name NAME [--invite]';

const argumentsSchema = z.object({
  email: z.email().max(254),
  'first-name': z.string().trim().min(1).max(80),
  'last-name': z.string().trim().min(1).max(80),
  invite: z.boolean().default(false),
});

try {
  const given = readArguments();
  const password = given.invite ? '' : await readPassword();
  await create(given, password);
} catch (error) {
  console.error(told(error));
  process.exitCode = 1;
}

function told(error: unknown): string {
  if (error instanceof Invalid) return Object.values(error.errors).join('\n');
  const { code, message } = error as { code?: string; message?: string };
  return code?.startsWith('ERR_PARSE_ARGS') ? `${message}\n${USAGE}` : explain(error);
}

function readArguments() {
  const text = { type: 'string' } as const;
  const options = {
    email: text,
    'first-name': text,
    'last-name': text,
    invite: { type: 'boolean' },
  } as const;
  const parsed = argumentsSchema.safeParse(parseArgs({ options }).values);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(issue => `  --${issue.path.join('.')}: ${issue.message}`);
  throw new Invalid({ '': `${USAGE}\n${wrong.join('\n')}` });
}

async function create(given: ReturnType<typeof readArguments>, password: string): Promise<void> {
  const opened = await openConfig({ beside: true });
  const services = await createServices(opened.config);
  try {
    const ctx = await services.contextFor(systemActor('create-admin'));
    const { email, 'first-name': firstName, 'last-name': lastName } = given;
    const admin = { email, firstName, lastName, password: password || undefined };
    const { invitation } = await createAdmin(ctx, admin);
    if (invitation) {
      console.log(`${email} chooses a password here, within 72 hours:`);
      console.log(`  ${opened.config.http.appUrl}${paths.invitation(invitation)}`);
    } else {
      console.log(
        `${email} is an administrator and can sign in at ${opened.config.http.appUrl}${paths.signIn}`,
      );
    }
  } finally {
    await services.close();
    await opened.close();
  }
}

/** One line: typed without showing at a terminal, else what is piped in. Empty where nobody can type. */
async function readPassword(): Promise<string> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY && !isPiped()) return '';
  if (stdin.isTTY) stdout.write('Password (empty for an invitation link): ');
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: Boolean(stdin.isTTY) });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    if (stdin.isTTY) stdout.write('\n');
  }
}

function isPiped(): boolean {
  const input = fstatSync(0);
  return input.isFIFO() || input.isFile() || input.isSocket();
}
