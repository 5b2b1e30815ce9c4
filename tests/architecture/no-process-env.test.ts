import { expect, test } from 'vitest';
import { filesIn, read } from './files.ts';

/** Who else may look, and why. */
const ALLOWED: Record<string, string> = {
  'src/config/env.ts': 'the one reader of settings',
  'src/config/env-file.ts': 'fills in what .env says before env.ts reads',
  'src/db/embedded/running.ts': 'hands PATH and the temp folder on to PostgreSQL',
};

test('only the configuration reads the environment', () => {
  const readers = filesIn('src', '.ts').filter(file =>
    /\bprocess\.env\b|\benv\b.*from 'node:process'/.test(read(file)),
  );
  expect(readers).toContain('src/config/env.ts');
  expect(readers.filter(file => !(file in ALLOWED))).toEqual([]);
});
