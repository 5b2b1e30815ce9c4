import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildConfig, type Config } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/env.ts';

type Settings = Record<string, string | undefined>;

/** Limits are so high that only a test which sets its own meets one. */
const DEFAULTS: Settings = {
  NODE_ENV: 'test',
  PORT: '0',
  HOST: '127.0.0.1',
  APP_URL: 'http://localhost:3000',
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  DATABASE_POOL: '4',
  LOG_LEVEL: 'silent',
  LIMIT_TICKETS_PERSON: '100000',
  LIMIT_TICKETS_ADDRESS: '100000',
  LIMIT_SIGN_IN_ACCOUNT: '100000',
  LIMIT_SIGN_IN_ADDRESS: '100000',
  LIMIT_SIGN_UP_ADDRESS: '100000',
  LIMIT_RESET_ADDRESS: '100000',
  LIMIT_UPLOADS_PERSON: '100000',
  LIMIT_SEARCH_PERSON: '100000',
};

/**
 * The configuration of a test, read as the program reads its own; the machine's environment plays no part.
 * Each call has its own data folder, which exists only once something writes to it.
 */
export function testConfig(settings: Settings = {}): Config {
  const DATA_DIR = path.join(process.env.SMARTSUPPORT_TEST_DIR ?? tmpdir(), `data-${randomUUID()}`);
  return buildConfig(readEnv({ DATA_DIR, ...DEFAULTS, ...settings }));
}
