import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** Keeps 60 MB alive and drops three times as much, as a process under load does; answers the heap in MB at its largest. */
const WORK = `
  const alive = Array.from({ length: 60 }, () => Array.from({ length: 16_000 }, (_, i) => ({ i, a: [i] })));
  let most = 0;
  for (let round = 0; round < 180; round += 1) {
    alive[round % 60] = Array.from({ length: 16_000 }, (_, i) => ({ i, a: [i] }));
    most = Math.max(most, process.memoryUsage().heapTotal);
  }
  console.log(Math.round(most / 1_048_576));
`;
const heapOf = (before: string) =>
  Number(
    execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', before + WORK], {
      encoding: 'utf8',
    }),
  );

test('a process under load keeps not much more than what is alive', () => {
  const ours = heapOf(`import { keepHeapSmall } from './src/platform/heap.ts'; keepHeapSmall();`);
  expect(ours).toBeLessThan(0.75 * heapOf(''));
}, 60_000);
