import { describe, expect, test } from 'vitest';
import { outcomeOf } from '../../scripts/testing/running.ts';

const failure = (name: string) => ({ file: 'tests/a.test.ts', test: name, why: 'Error: no' });

describe('what failed is looked at again in continuous integration', () => {
  test('and counts as passed, by name, if it passes then', () => {
    const first = { passed: 9, skipped: 1, failures: [failure('one')] };
    expect(outcomeOf(first, [{ passed: 4, skipped: 0, failures: [] }])).toMatchObject({
      passed: 10,
      failed: 0,
      skipped: 1,
      remarks: [expect.stringContaining('passed only when run again: tests/a.test.ts > one')],
    });
  });

  test('and has failed if it fails again, or if another of its file does', () => {
    const first = { passed: 8, skipped: 0, failures: [failure('one'), failure('two')] };
    const outcome = outcomeOf(first, [
      { passed: 2, skipped: 0, failures: [failure('two'), failure('three')] },
    ]);
    expect(outcome).toMatchObject({ passed: 8, failed: 2 });
    expect(outcome.remarks?.map(line => line.split(':')[0])).toEqual([
      'failed',
      'failed',
      'passed only when run again',
    ]);
  });

  test('without a second look nothing is forgiven', () => {
    const first = { passed: 8, skipped: 0, failures: [failure('one')] };
    expect(outcomeOf(first, [])).toMatchObject({ passed: 8, failed: 1 });
  });
});
