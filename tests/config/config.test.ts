import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { buildConfig } from '../../src/config/config.ts';
import { ConfigError, readEnv } from '../../src/config/env.ts';
import { warnOfSettings } from '../../src/warning.ts';

const KEY = Buffer.from('0123456789abcdef0123456789abcdef').toString('base64');

const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://hd@db.internal/helpdesk',
  SESSION_SECRET: 'Zr8vQm2LxT5bNc9KpWd3HsYe6UaGj1Fo',
  ENCRYPTION_KEYS: `k1:${KEY}`,
  APP_URL: 'https://help.acme.tld/',
};

const config = (settings: Record<string, string>) => buildConfig(readEnv(settings));

function problemsOf(settings: Record<string, string>): string[] {
  try {
    config(settings);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('production', () => {
  test('starts with all that it needs', () => {
    const built = config(PRODUCTION);
    expect(built.isProduction).toBe(true);
    expect(built.http).toMatchObject({ appUrl: 'https://help.acme.tld', secure: true, trustProxy: 0 });
    expect(built.database).toMatchObject({ embedded: false, demo: false });
    expect(built.mail.showMailbox).toBe(false);
    expect(built.warnings).toEqual([]);
  });

  test.each(['http://help.acme.tld', 'http://10.0.0.7:3000', 'http://localhost.evil.example'])(
    'says aloud that %s can be read on its way',
    APP_URL => {
      const { warnings } = config({ ...PRODUCTION, APP_URL });
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/^APP_URL: over http, passwords/);
    },
  );

  test.each(['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000', 'http://a.localhost'])(
    'finds nothing wrong with %s: it stays on the machine',
    APP_URL => {
      expect(config({ ...PRODUCTION, APP_URL }).warnings).toEqual([]);
    },
  );

  test('says aloud that everybody knows the passwords of the demo company', () => {
    expect(config({ ...PRODUCTION, DEMO: 'on' }).warnings.join()).toMatch(/^DEMO: anybody can read/);
    expect(config({ ...PRODUCTION, DEMO: 'on', NODE_ENV: 'development' }).warnings).toEqual([]);
  });

  test.each(['DATABASE_URL', 'SESSION_SECRET', 'ENCRYPTION_KEYS', 'APP_URL'])(
    'refuses to start without %s',
    name => {
      const problems = problemsOf({ ...PRODUCTION, [name]: '' });
      expect(problems.join('\n')).toContain(`${name}:`);
    },
  );

  test('names every missing setting at once', () => {
    expect(problemsOf({ NODE_ENV: 'production' })).toHaveLength(4);
  });

  test.each([
    'change-me-change-me-change-me-change-me',
    'an example for the production of a company',
    'this is my secret, and it is long enough',
    'password-password-password-password',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'short',
  ])('refuses the session secret %j', secret => {
    expect(problemsOf({ ...PRODUCTION, SESSION_SECRET: secret }).join()).toContain('SESSION_SECRET');
  });

  test.each(['', 'k1:', 'k1:c2hvcnQ=', KEY])('refuses the encryption keys %j', keys => {
    expect(problemsOf({ ...PRODUCTION, ENCRYPTION_KEYS: keys }).join()).toContain('ENCRYPTION_KEYS');
  });

  test('never shows the mailbox page, even with demo data', () => {
    expect(config({ ...PRODUCTION, DEMO: '1', HOST: '127.0.0.1' }).mail.showMailbox).toBe(false);
  });

  test('keeps the keys in their order, newest first', () => {
    const { encryption } = config({ ...PRODUCTION, ENCRYPTION_KEYS: `k2:${KEY}, k1:${KEY}` }).secrets;
    expect(encryption.map(({ id }) => id)).toEqual(['k2', 'k1']);
  });
});

describe('a DKIM key', () => {
  const signed = (bits: number) => ({
    ...PRODUCTION,
    DKIM_DOMAIN: 'acme.tld',
    DKIM_SELECTOR: 'help',
    DKIM_PRIVATE_KEY: generateKeyPairSync('rsa', { modulusLength: bits })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  });

  test('of 2048 bits is taken', () => {
    const { mail, warnings } = config(signed(2_048));
    expect(mail.dkim?.domainName).toBe('acme.tld');
    expect(warnings).toEqual([]);
  });

  test('of 1024 bits is taken with a warning', () => {
    const { mail, warnings } = config(signed(1_024));
    expect(mail.dkim).toBeDefined();
    expect(warnings.join()).toMatch(/^DKIM_PRIVATE_KEY: it has 1024 bits/);
  });

  test('of 512 bits is refused', () => {
    expect(problemsOf(signed(512)).join()).toMatch(/^DKIM_PRIVATE_KEY: make a key of 2048 bits/);
  });
});

test('each warning is one line of the log of a process', () => {
  const lines: string[] = [];
  const log = { warn: (line: string) => lines.push(line) } as never;
  warnOfSettings({ config: config({ ...PRODUCTION, APP_URL: 'http://help.acme.tld', DEMO: 'on' }), log });
  expect(lines.map(line => line.split(':')[0])).toEqual(['APP_URL', 'DEMO']);
});

describe('development', () => {
  const embedded = { url: 'postgres://hd@127.0.0.1:5555/smartsupport', secret: 'of this data folder' };

  test('needs no setting beside the built-in database', () => {
    const built = buildConfig(readEnv({}), embedded);
    expect(built.http).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      appUrl: 'http://localhost:3000',
      secure: false,
    });
    expect(built.database).toMatchObject({
      url: embedded.url,
      directUrl: embedded.url,
      embedded: true,
      demo: true,
    });
    expect(built.mail.showMailbox).toBe(true);
  });

  test('derives its secrets from the data folder, so that a restart keeps sessions', () => {
    const first = buildConfig(readEnv({}), embedded).secrets;
    expect(buildConfig(readEnv({}), embedded).secrets).toEqual(first);
    expect(buildConfig(readEnv({}), { ...embedded, secret: 'another' }).secrets.session).not.toBe(
      first.session,
    );
  });

  test('hides the mailbox page once it listens to others, or mail really goes out', () => {
    expect(buildConfig(readEnv({ HOST: '0.0.0.0' }), embedded).mail.showMailbox).toBe(false);
    expect(buildConfig(readEnv({ SMTP_URL: 'smtp://127.0.0.1' }), embedded).mail.showMailbox).toBe(false);
  });

  test('says what to do without any database', () => {
    expect(problemsOf({}).join()).toContain('npm start');
  });
});

describe('a setting', () => {
  test('that is empty counts as not set', () => {
    expect(readEnv({ PORT: '', REDIS_URL: '' })).toMatchObject({ PORT: 3000 });
    expect(readEnv({ REDIS_URL: '' }).REDIS_URL).toBeUndefined();
  });

  test.each([
    ['PORT', '70000'],
    ['PORT', 'http'],
    ['APP_URL', 'help'],
    ['DEMO', 'maybe'],
    ['TRUST_PROXY', '-1'],
    ['LIMIT_TICKETS_PERSON', '0'],
    ['LOG_LEVEL', 'loud'],
    ['NODE_ENV', 'prod'],
  ])('%s=%s is refused by name', (name, value) => {
    expect(() => readEnv({ [name]: value })).toThrow(new RegExp(`^  ${name}:`, 'm'));
  });
});

test('the configuration cannot be changed afterwards', () => {
  const built = config(PRODUCTION) as { isProduction: boolean };
  expect(() => {
    built.isProduction = false;
  }).toThrow(TypeError);
});
