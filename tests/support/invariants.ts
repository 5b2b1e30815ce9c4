import { expect } from 'vitest';
import type { Database } from '../../src/db/knex.ts';
import { brokenInvariants, type Evidence } from './broken-invariants.ts';

/** Fails with every fault at once. Fit to be called at any moment, also while the program works. */
export async function expectInvariants(db: Database, evidence: Evidence = {}): Promise<void> {
  expect(await brokenInvariants(db, evidence)).toEqual([]);
}
