import { createHash } from 'node:crypto';
import path from 'node:path';
import { ConfigError, type Env } from './env.ts';
import { dkimOf, type MailConfig, oauthOf } from './mail.ts';

export type EncryptionKey = { id: string; key: Buffer };

/** What the program runs with. Built once at start and frozen; nothing else reads the environment. */
export type Config = Readonly<{
  environment: Env['NODE_ENV'];
  isProduction: boolean;
  isTest: boolean;
  /** What may be meant so and an operator should know: a line for each at start. */
  warnings: readonly string[];
  http: { port: number; host: string; appUrl: string; secure: boolean; trustProxy: number };
  secrets: { session: string; encryption: EncryptionKey[] };
  database: {
    url: string;
    directUrl: string;
    replicaUrl: string | undefined;
    prepared: boolean;
    pool: number;
    embedded: boolean;
    demo: boolean;
  };
  dataDir: string;
  redisUrl: string | undefined;
  filesDir: string;
  mail: MailConfig;
  /** Where mail is taken straight from other servers, if anywhere. */
  listen: { host: string; port: number; cert: string | undefined; key: string | undefined } | undefined;
  /** Connections to machines that admins name: hosts and networks inside that they may reach. */
  outbound: { allowed: readonly string[]; tokens: { google: string; microsoft: string } };
  ai: { apiKey: string | undefined; baseUrl: string; model: string; dailyLimit: number };
  logLevel: Env['LOG_LEVEL'];
  metricsToken: string | undefined;
  limits: {
    ticketsPerson: number;
    ticketsAddress: number;
    signInAccount: number;
    signInAddress: number;
    signUpAddress: number;
    resetAddress: number;
    uploadsPerson: number;
    searchPerson: number;
    aiPerson: number;
  };
}>;

/** The database that `npm start` brought up itself, when nobody named one. */
export type EmbeddedDatabase = { url: string; secret: string };

const SAMPLE = /change[-_ ]?me|sample|example|secret|password|^(.)\1+$/i;

/**
 * Turns the environment into the program's configuration.
 * In production every needed setting must be there and no secret may be a sample or short.
 */
export function buildConfig(env: Env, embedded?: EmbeddedDatabase): Config {
  const problems: string[] = [];
  const warnings: string[] = [];
  const isProduction = env.NODE_ENV === 'production';
  const url = env.DATABASE_URL ?? embedded?.url;
  if (!url)
    problems.push('DATABASE_URL: set it to a PostgreSQL address, or use `npm start` for the built-in one');

  const fallback = (purpose: string) =>
    createHash('sha256')
      .update(`${purpose}:${embedded?.secret ?? 'development only'}`)
      .digest('base64url');
  if (isProduction) {
    if (!env.SESSION_SECRET) problems.push('SESSION_SECRET: set at least 32 random characters');
    if (!env.ENCRYPTION_KEYS) problems.push('ENCRYPTION_KEYS: set "id:base64-of-32-bytes", newest first');
    if (!env.APP_URL)
      problems.push('APP_URL: set the address people use, for example https://help.company.tld');
  }
  if (
    env.SESSION_SECRET &&
    (env.SESSION_SECRET.length < 32 || (isProduction && SAMPLE.test(env.SESSION_SECRET)))
  ) {
    problems.push('SESSION_SECRET: use at least 32 random characters, not a sample');
  }
  const host = env.HOST ?? (embedded || isOpen(env) ? '127.0.0.1' : '0.0.0.0');
  const loopback = ['127.0.0.1', '::1', 'localhost'].includes(host);
  if (isOpen(env) && !embedded && !loopback)
    problems.push('HOST: set SESSION_SECRET and ENCRYPTION_KEYS before other machines are let in');
  const listen = parseListen(env, problems);
  const encryption = parseKeys(env.ENCRYPTION_KEYS ?? `dev:${toBase64(fallback('encryption'))}`, problems);
  const signing = { oauth: oauthOf(env, problems), dkim: dkimOf(env, problems, warnings) };
  if (problems.length > 0 || !url) throw new ConfigError(problems);

  const appUrl = (env.APP_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, '');
  const demo = env.DEMO || Boolean(embedded);
  if (isProduction) warnings.push(...risksOf(appUrl, demo));
  const dataDir = path.resolve(env.DATA_DIR);
  return Object.freeze({
    environment: env.NODE_ENV,
    isProduction,
    isTest: env.NODE_ENV === 'test',
    warnings,
    http: { port: env.PORT, host, appUrl, secure: appUrl.startsWith('https:'), trustProxy: env.TRUST_PROXY },
    secrets: { session: env.SESSION_SECRET ?? fallback('session'), encryption },
    database: {
      url,
      directUrl: env.DATABASE_DIRECT_URL ?? url,
      replicaUrl: env.DATABASE_REPLICA_URL,
      prepared: env.DATABASE_PREPARED,
      pool: env.DATABASE_POOL,
      embedded: Boolean(embedded),
      demo,
    },
    dataDir,
    redisUrl: env.REDIS_URL,
    filesDir: path.resolve(env.FILES_DIR ?? path.join(dataDir, 'files')),
    mail: {
      smtpUrl: env.SMTP_URL,
      from: env.MAIL_FROM,
      ...signing,
      showMailbox: !env.SMTP_URL && demo && loopback && !isProduction,
    },
    listen,
    outbound: {
      allowed: (env.OUTBOUND_PRIVATE ?? '')
        .split(',')
        .map(each => each.trim())
        .filter(Boolean),
      tokens: { google: env.GOOGLE_TOKEN_URL, microsoft: env.MICROSOFT_TOKEN_URL },
    },
    ai: {
      apiKey: env.AI_API_KEY,
      baseUrl: env.AI_BASE_URL,
      model: env.AI_MODEL,
      dailyLimit: env.AI_DAILY_LIMIT,
    },
    logLevel: env.LOG_LEVEL,
    metricsToken: env.METRICS_TOKEN,
    limits: {
      ticketsPerson: env.LIMIT_TICKETS_PERSON,
      ticketsAddress: env.LIMIT_TICKETS_ADDRESS,
      signInAccount: env.LIMIT_SIGN_IN_ACCOUNT,
      signInAddress: env.LIMIT_SIGN_IN_ADDRESS,
      signUpAddress: env.LIMIT_SIGN_UP_ADDRESS,
      resetAddress: env.LIMIT_RESET_ADDRESS,
      uploadsPerson: env.LIMIT_UPLOADS_PERSON,
      searchPerson: env.LIMIT_SEARCH_PERSON,
      aiPerson: env.LIMIT_AI_PERSON,
    },
  });
}

/**
 * Without secrets of its own the program uses one that anybody can read in its source, good for this machine alone:
 * it signs links to files and seals phone numbers.
 */
const isOpen = (env: Env) => env.NODE_ENV !== 'production' && !(env.SESSION_SECRET && env.ENCRYPTION_KEYS);

function risksOf(appUrl: string, demo: boolean): string[] {
  const { protocol, hostname } = new URL(appUrl);
  const stays = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  return [
    ...(protocol === 'http:' && !stays
      ? ['APP_URL: over http, passwords and sessions can be read on their way. Set an address with https']
      : []),
    ...(demo
      ? [
          'DEMO: anybody can read the passwords of the demo company in the source. Keep nothing real beside it',
        ]
      : []),
  ];
}

function parseListen(env: Env, problems: string[]): Config['listen'] {
  if (!env.SMTP_LISTEN) return undefined;
  const [, host = '', port = ''] = /^(?:\[?(.+?)\]?:)?(\d{1,5})$/.exec(env.SMTP_LISTEN) ?? [];
  if (!port || Number(port) > 65_535)
    problems.push('SMTP_LISTEN: set host:port, for example 0.0.0.0:2525, or leave it empty');
  if (Boolean(env.SMTP_LISTEN_CERT) !== Boolean(env.SMTP_LISTEN_KEY))
    problems.push('SMTP_LISTEN_KEY: set it together with SMTP_LISTEN_CERT, or neither');
  return {
    host: host || '127.0.0.1',
    port: Number(port),
    cert: env.SMTP_LISTEN_CERT,
    key: env.SMTP_LISTEN_KEY,
  };
}

function parseKeys(list: string, problems: string[]): EncryptionKey[] {
  return list.split(',').flatMap(entry => {
    const [id, encoded] = entry.trim().split(':');
    const key = Buffer.from(encoded ?? '', 'base64');
    if (id && key.length === 32) return [{ id, key }];
    problems.push('ENCRYPTION_KEYS: each entry is "id:base64-of-32-bytes"');
    return [];
  });
}

const toBase64 = (base64url: string) => Buffer.from(base64url, 'base64url').toString('base64');
