import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { envSchema, readEnv } from '../../src/config/env.ts';

const source = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
const example = parseEnv(source) as Record<string, string>;

test('.env.example lists every setting of the program and no other', () => {
  expect(new Set(Object.keys(example))).toEqual(new Set(Object.keys(envSchema.shape)));
});

test('.env.example shows the defaults: copied unchanged it changes nothing', () => {
  expect(readEnv(example)).toEqual(readEnv({}));
});

test('each setting of .env.example is explained in the line above it', () => {
  const lines = source.split('\n');
  const bare = lines.filter((line, index) => /^[A-Z_]+=/.test(line) && !lines[index - 1]?.startsWith('# '));
  expect(bare).toEqual([]);
});
