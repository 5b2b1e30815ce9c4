import { buildConfig, type Config } from '../config/config.ts';
import { ConfigError, type Env, readEnv } from '../config/env.ts';
import { loadEnvFile } from '../config/env-file.ts';
import { EmbeddedError } from './embedded/account.ts';
import { startEmbedded } from './embedded.ts';
import { AlreadyRunning, type Claim, claimFolder } from './locking.ts';

export type Opened = {
  config: Config;
  /** The database is the built-in one and was made just now. */
  created: boolean;
  /** Tells later starts in this folder where this one is to be found. */
  announce(address: string): void;
  /** Ends the built-in database if nobody else uses it. */
  close(): Promise<void>;
};

type Options = {
  /** A command may work beside a running program; a second program may not. */
  beside?: boolean;
  log?: (line: string) => void;
};

/** Configuration with a database behind it: the one of `DATABASE_URL`, else the built-in one, started if need be. */
export async function openConfig({ beside = false, log = () => {} }: Options = {}): Promise<Opened> {
  loadEnvFile();
  const env = readEnv();
  if (env.DATABASE_URL) {
    return { config: buildConfig(env), created: false, announce() {}, async close() {} };
  }
  const claim = await claimUnless(beside, env.DATA_DIR);
  try {
    return await openEmbedded(env, claim, log);
  } catch (error) {
    await claim?.release();
    throw error instanceof EmbeddedError ? new ConfigError([error.message]) : error;
  }
}

async function openEmbedded(
  env: Env,
  claim: Claim | undefined,
  log: (line: string) => void,
): Promise<Opened> {
  const database = await startEmbedded({ dataDir: env.DATA_DIR, log });
  const close = async () => {
    if (claim) await database.stop();
    await claim?.release();
  };
  try {
    const config = buildConfig(env, database);
    return { config, created: database.created, announce: address => claim?.announce(address), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function claimUnless(beside: boolean, dataDir: string): Promise<Claim | undefined> {
  try {
    return await claimFolder(dataDir);
  } catch (error) {
    if (beside && error instanceof AlreadyRunning && error.address) return undefined;
    throw error;
  }
}
