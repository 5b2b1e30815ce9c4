import { spawnSync } from 'node:child_process';

/** Whose rights the server runs with. Undefined: those of this process, which is right unless it is root. */
export type Account = { uid: number; gid: number } | undefined;

export class EmbeddedError extends Error {
  override name = 'EmbeddedError';
}

/** PostgreSQL refuses to run as root, so root lends it the system user `postgres`, made here if missing. */
export function serverAccount(): Account {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return undefined;
  const found = accountOf('postgres');
  if (found) return found;
  spawnSync('groupadd', ['--system', 'postgres'], { stdio: 'ignore' });
  const options = ['--system', '--gid', 'postgres', '--no-create-home', '--shell', '/usr/sbin/nologin'];
  spawnSync('useradd', [...options, 'postgres'], { stdio: 'ignore' });
  const made = accountOf('postgres');
  if (made) return made;
  throw new EmbeddedError(
    'PostgreSQL does not run as root and the system user "postgres" could not be created. ' +
      'Start as another user, or set DATABASE_URL.',
  );
}

function accountOf(name: string): Account {
  const [uid, gid] = ['-u', '-g'].map(flag =>
    Number.parseInt(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout ?? '', 10),
  );
  return uid && gid ? { uid, gid } : undefined;
}

/** Whether the account can come through all parent folders and write in this one. */
export function canUse(folder: string, account: Account): boolean {
  if (!account) return true;
  const script = 'cd "$1" && test -w . && test -x .';
  return spawnSync('/bin/sh', ['-c', script, 'sh', folder], { ...account, stdio: 'ignore' }).status === 0;
}
