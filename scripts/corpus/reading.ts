import { readFileSync, writeFileSync } from 'node:fs';
import type { ReadMail } from '../../src/domain/mail/message.ts';
import { readSafely } from '../../src/mail/reading/safely.ts';

type Cost = { name: string; milliseconds: number; megabytes: number };

/** Reads mails one at a time and remembers what each cost. */
export function createReader() {
  const costs: Cost[] = [];
  const crashes: string[] = [];
  return {
    async read(name: string, raw: Buffer): Promise<ReadMail | null> {
      const before = restartPeak();
      const started = performance.now();
      const { mail, failure } = await readSafely(raw);
      costs.push({ name, milliseconds: performance.now() - started, megabytes: peak() - before });
      if (failure) crashes.push(`${name}: ${failure.kind}: ${failure.message.split('\n')[0]}`);
      return mail;
    },
    /** What was read since the last time. */
    take() {
      const slowest = costs.toSorted((a, b) => b.milliseconds - a.milliseconds)[0];
      const biggest = costs.toSorted((a, b) => b.megabytes - a.megabytes)[0];
      return { count: costs.splice(0).length, slowest, biggest, crashes: crashes.splice(0) };
    },
  };
}

const megabytes = (kilobytes: string | undefined) => Number(kilobytes ?? 0) / 1024;
const status = (field: string) =>
  megabytes(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);

/** Linux counts the most a process ever had; writing 5 lets it begin again. Elsewhere the present must do. */
function restartPeak(): number {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return status('VmRSS');
  } catch {
    return process.memoryUsage.rss() / 1_048_576;
  }
}

function peak(): number {
  try {
    return status('VmHWM');
  } catch {
    return process.memoryUsage.rss() / 1_048_576;
  }
}
