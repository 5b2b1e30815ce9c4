import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { createDatabase } from '../../src/db/knex.ts';
import { migrate } from '../../src/db/migrating.ts';
import { type Cluster, startCluster, stopCluster } from './cluster.ts';
import { testConfig } from './config.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where tests make their databases: the server, by a role that may create, and the migrated template. */
    postgres: { url: string; template: string; run: string };
  }
}

const PREFIX = 'smartsupport-test-';

/**
 * Runs once before all test files: a PostgreSQL of this run alone in the temp folder, and in it a
 * migrated template that each test file copies. `TEST_DATABASE_URL` names a server to use instead.
 */
export default async function setUp(project: TestProject) {
  sweepAbandonedRuns();
  const run = `${process.pid}`;
  const folder = mkdtempSync(path.join(tmpdir(), `${PREFIX}${run}-`));
  mkdirSync(path.join(folder, 'files'));
  process.env.SMARTSUPPORT_TEST_DIR = path.join(folder, 'files');

  let cluster: Cluster | undefined;
  const clear = () => {
    cluster?.stop();
    cluster = undefined;
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  process.once('exit', clear);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

  const given = process.env.TEST_DATABASE_URL;
  if (!given) cluster = await startCluster(path.join(folder, 'postgres'));
  const url = given ?? cluster?.url ?? '';
  const template = `tpl_${run}`;
  await makeTemplate(url, template);
  project.provide('postgres', { url, template, run });

  return async () => {
    if (given) await onServer(url, `drop database if exists ${template} with (force)`);
    clear();
    process.off('exit', clear);
  };
}

async function makeTemplate(url: string, template: string): Promise<void> {
  await onServer(url, `create database ${template}`);
  const db = createDatabase(testConfig({ DATABASE_URL: databaseUrl(url, template) }), { max: 2 });
  try {
    await migrate(db);
  } finally {
    await db.destroy();
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const db = createDatabase(testConfig({ DATABASE_URL: url }), { max: 1 });
  try {
    await db.raw(statement);
  } finally {
    await db.destroy();
  }
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** A run that was killed outright could not clean up: its folder bears its process id. */
function sweepAbandonedRuns(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^smartsupport-test-(\d+)-/.exec(name)?.[1]);
    if (!pid || isAlive(pid)) continue;
    const folder = path.join(tmpdir(), name);
    try {
      stopCluster(path.join(folder, 'postgres'));
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // Another person's on the same machine: theirs to sweep.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
