import { defineConfig } from 'vitest/config';
import SlowestFirst from './tests/support/slowest-first.ts';

/**
 * `*.test.ts` run without a browser, `tests/system/*.spec.ts` in Chromium. Both share the database
 * server of `global-setup.ts`; two files run at a time, each on a database of its own.
 */
export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts', 'tests/system/**/*.spec.ts'],
    globalSetup: ['tests/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // The program keeps nothing of a database in its modules (caches hang on the connection), so files may share them.
    isolate: false,
    sequence: { sequencer: SlowestFirst },
    testTimeout: 15_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
    restoreMocks: true,
    unstubEnvs: true,
    // Far from UTC, and a day ahead of it half the time: whatever reads the machine's own zone shows.
    env: { NODE_ENV: 'test', TZ: 'Pacific/Auckland' },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['json-summary'],
      reportsDirectory: 'coverage',
      reportOnFailure: true,
    },
  },
});
