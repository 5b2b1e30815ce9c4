import { ConfigError } from './config/env.ts';
import { EmbeddedError } from './db/embedded/account.ts';
import { AlreadyRunning } from './db/locking.ts';

/** What somebody at a terminal reads when a start or a command fails; a stack only for what nobody foresaw. */
export function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof EmbeddedError) return error.message;
  if (error instanceof AlreadyRunning) return `SmartSupport: ${error.message}. Stop that one first.`;
  if (!(error instanceof Error)) return String(error);
  return foreseen(error) ?? error.stack ?? error.message;
}

type Coded = Error & { code?: string; syscall?: string; port?: number; address?: string };

function foreseen(error: Coded): string | undefined {
  const { code, syscall, port = 0, address = '' } = error;
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use. Choose another, for example: PORT=${port + 1} npm start`;
  if (code === 'EACCES' && syscall === 'listen')
    return `Port ${port} is not allowed for this user. Choose one above 1023 with PORT.`;
  if (code === 'EADDRNOTAVAIL') return `This machine has no address ${address}: correct HOST.`;
  if (code && unreachable.includes(code))
    return `A service named in the settings does not answer (${code}): ${error.message}`;
  // Classes 28 and 3D of PostgreSQL: the name, the password or the database is wrong.
  if (code && /^(28|3D)\w{3}$/.test(code)) return `The database refused DATABASE_URL: ${error.message}`;
  return undefined;
}

const unreachable = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'];
