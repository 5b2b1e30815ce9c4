import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll } from 'vitest';
import { findProgram } from '../../scripts/tools.ts';
import { eventually } from './eventually.ts';
import { freePort } from './redis.ts';

/** True without Dovecot, or where nobody may start it: `describe.skipIf(noDovecot)('… (needs Dovecot)', …)`. */
export const noDovecot = findProgram('dovecot') === undefined || process.getuid?.() !== 0;

export const MAIL_PASSWORD = 'orange-tram';

export type Dovecot = {
  /** Known once the tests of the file run: without encryption but for STARTTLS, and with TLS. */
  readonly port: number;
  readonly tlsPort: number;
  /** Its own certificate, for `localhost`. */
  readonly ca: string;
  /** Puts a mail into the inbox of a user, who is there as soon as they are named. */
  put: (
    user: string,
    raw: string | Buffer,
    options?: { folder?: string; seen?: boolean; date?: Date },
  ) => Promise<void>;
  putMany: (user: string, raws: readonly string[]) => Promise<void>;
  as: <T>(user: string, work: (client: ImapFlow) => Promise<T>) => Promise<T>;
  /** Ends the connections of a user, as a server does that sends them away. */
  kick: (user: string) => void;
  /** What the server wrote down so far: who came in, and how. */
  log: () => string;
  /** Counts the UIDs of a folder anew, as a server does that was restored. */
  recount: (user: string) => Promise<void>;
};

export type DovecotOptions = {
  /** Takes access tokens, too, by these mechanisms; it asks at the address whether one holds (RFC 7662). */
  tokens?: { mechanisms: string; introspection: string };
  /** From one address at a time. */
  connectionsPerUser?: number;
};

/** A real Dovecot on free ports, its mails in a folder of its own: there for the tests of the file that calls it. */
export function dovecotServer(options: DovecotOptions = {}): Dovecot {
  const ports = { imap: 0, imaps: 0 };
  let folder = '';
  let server: ChildProcess | undefined;
  const kill = () => server?.kill('SIGTERM');

  beforeAll(async () => {
    if (noDovecot) return;
    folder = mkdtempSync(path.join(tmpdir(), 'dovecot-'));
    ports.imap = await freePort();
    ports.imaps = await freePort();
    prepare(folder, ports, options);
    server = spawn(findProgram('dovecot')!, ['-F', '-c', path.join(folder, 'dovecot.conf')], {
      stdio: 'ignore',
    });
    process.once('exit', kill);
    await eventually(() => greets(ports.imap));
  });
  afterAll(async () => {
    if (!server) return;
    const ended = once(server, 'exit');
    kill();
    await ended;
    process.off('exit', kill);
    rmSync(folder, { recursive: true, force: true });
  });

  const as = async <T>(user: string, work: (client: ImapFlow) => Promise<T>): Promise<T> => {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: ports.imap,
      secure: false,
      doSTARTTLS: false,
      auth: { user, pass: MAIL_PASSWORD },
      logger: false,
    });
    client.on('error', () => {});
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.logout().catch(() => client.close());
    }
  };
  return {
    get port() {
      return ports.imap;
    },
    get tlsPort() {
      return ports.imaps;
    },
    get ca() {
      return readFileSync(path.join(folder, 'cert.pem'), 'utf8');
    },
    as,
    put: (user, raw, { folder: into = 'INBOX', seen = false, date } = {}) =>
      as(user, async client => {
        await client.append(into, raw, seen ? ['\\Seen'] : [], date);
      }),
    putMany: (user, raws) =>
      as(user, async client => {
        for (const raw of raws) await client.append('INBOX', raw);
      }),
    kick: user => {
      execFileSync('doveadm', ['-c', path.join(folder, 'dovecot.conf'), 'kick', user], { stdio: 'ignore' });
    },
    log: () => readFileSync(path.join(folder, 'log'), 'utf8'),
    recount: async user => {
      const before = await as(user, async client => {
        await client.mailboxCreate('Aside').catch(() => {});
        const { uidValidity } = await client.mailboxOpen('INBOX');
        await client.messageMove('1:*', 'Aside');
        return Number(uidValidity);
      });
      // Without its list the folder gets another UIDVALIDITY, which is the second of its making: not the same again.
      await eventually(() => Math.floor(Date.now() / 1_000) > before);
      rmSync(path.join(folder, 'mail', user, 'dovecot-uidlist'), { force: true });
      for (const name of ['dovecot.index', 'dovecot.index.log', 'dovecot.index.cache', 'dovecot-uidvalidity'])
        rmSync(path.join(folder, 'mail', user, name), { force: true });
      await as(user, async client => {
        await client.mailboxOpen('Aside');
        await client.messageMove('1:*', 'INBOX');
      });
    },
  };
}

/** Ten settings are all that Dovecot 2.3 needs. Users need not be listed: any name comes in with the one password. */
function prepare(
  folder: string,
  ports: { imap: number; imaps: number },
  { tokens, connectionsPerUser = 100 }: DovecotOptions,
) {
  chmodSync(folder, 0o755);
  mkdirSync(path.join(folder, 'mail'), { mode: 0o755 });
  execFileSync('chown', ['dovecot:dovecot', path.join(folder, 'mail')]);
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-keyout', path.join(folder, 'key.pem'), '-out', path.join(folder, 'cert.pem')],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
    ],
    { stdio: 'ignore' },
  );
  writeFileSync(
    path.join(folder, 'dovecot.conf'),
    `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap
ssl = yes
ssl_cert = <${folder}/cert.pem
ssl_key = <${folder}/key.pem
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:${folder}/mail/%u
mail_max_userip_connections = ${connectionsPerUser}
auth_failure_delay = 0
service anvil {
  # Else each wrong sign-in makes the next wait longer, whoever's it is.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
${tokens ? takeTokens(folder, tokens) : ''}
service imap-login {
  inet_listener imap {
    address = 127.0.0.1
    port = ${ports.imap}
  }
  inet_listener imaps {
    address = 127.0.0.1
    port = ${ports.imaps}
    ssl = yes
  }
}
passdb {
  driver = static
  mechanisms = plain login
  args = password={PLAIN}${MAIL_PASSWORD}
}
userdb {
  driver = static
  args = uid=dovecot gid=dovecot home=${folder}/mail/%u
}
`,
  );
}

/** Dovecot 2.3; in 2.4 tokens are no longer asked for by a passdb, and the settings have other names. */
function takeTokens(folder: string, { mechanisms, introspection }: NonNullable<DovecotOptions['tokens']>) {
  const settings = path.join(folder, 'oauth2.conf');
  writeFileSync(
    settings,
    `introspection_mode = post
introspection_url = ${introspection}
username_attribute = username
active_attribute = active
active_value = true
timeout_msecs = 3000
`,
  );
  return `auth_mechanisms = plain login ${mechanisms}
passdb {
  driver = oauth2
  mechanisms = ${mechanisms}
  args = ${settings}
}`;
}

const greets = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', data => {
      resolve(data.toString().startsWith('* OK'));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
  });
