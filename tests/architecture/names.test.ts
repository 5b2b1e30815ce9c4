import path from 'node:path';
import { expect, test } from 'vitest';
import { filesIn } from './files.ts';

const sources = ['src', 'scripts', 'tests', 'views', 'seeds', 'bench', 'public/js'].flatMap(folder =>
  filesIn(folder),
);

test('no file is named after nothing', () => {
  const empty = /(^|[-_./])(services?|managers?|helpers?|utils?|utilities)([-_./]|$)|(^|\/)(common|misc)\./i;
  // The composition root is what the program is served by: house style names it so.
  const wrong = sources.filter(file => file !== 'src/services.ts' && empty.test(file));
  expect(wrong).toEqual([]);
});

test('there are no barrels: one imports the file that holds the behaviour', () => {
  expect(sources.filter(file => /^(src|tests|scripts)\/.*\/index\.ts$/.test(file))).toEqual([]);
});

test('names are lower case with hyphens', () => {
  const wrong = sources.filter(
    file => !file.endsWith('README.md') && !/^[_a-z0-9.-]+$/.test(path.basename(file)),
  );
  expect(wrong).toEqual([]);
});

test('a test is where the runner finds it', () => {
  const tests = sources.filter(file => /\.(test|spec)\.ts$/.test(file));
  expect(tests.length).toBeGreaterThan(3);
  const lost = tests.filter(file =>
    file.startsWith('tests/system/') ? file.endsWith('.test.ts') : !/^tests\/.*\.test\.ts$/.test(file),
  );
  expect(lost).toEqual([]);
});

test('a migration begins with its time and a verb', () => {
  const wrong = filesIn('migrations').filter(
    file => !/^migrations\/\d{8}T\d{4,6}_[a-z]+(_[a-z0-9]+)+\.ts$/.test(file),
  );
  expect(wrong).toEqual([]);
});
