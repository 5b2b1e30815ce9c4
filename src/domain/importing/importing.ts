import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import type { Context } from '../context.ts';
import { Invalid } from '../errors.ts';
import { type ImportMap, missingColumns } from './import-map.ts';
import { checkRow, type ImportRow, Unfit } from './row.ts';
import { loadSurroundings, type Surroundings } from './surroundings.ts';
import { writeTickets } from './writing.ts';

export type Rejected = { line: number; reason: string; record: Record<string, string> };

export type Outcome = {
  /** Rows of the file. */
  rows: number;
  written: number;
  /** Written by an earlier run, or further up in the file. */
  skipped: number;
  rejected: number;
};

type Options = {
  /** Checks every row and writes nothing. */
  dryRun?: boolean;
  onRejected?: (rejected: Rejected) => void;
  /** Bytes of the file that are done. */
  onProgress?: (bytes: number) => void;
};

const BATCH = 250; // rows a transaction: long enough to be quick, short enough to lose little to a kill

type Parsed = { record: Record<string, string>; info: { lines: number; bytes: number } };
type Pending = { row: ImportRow; line: number; record: Record<string, string> };

/**
 * Imports tickets from CSV, a stream of any length. Each row is written whole or, with its reason, rejected;
 * a run that was cut off is taken up by running it again.
 */
export async function importTickets(
  ctx: Context,
  file: Readable,
  map: ImportMap,
  options: Options = {},
): Promise<Outcome> {
  const surroundings = await loadSurroundings(ctx);
  const outcome: Outcome = { rows: 0, written: 0, skipped: 0, rejected: 0 };
  const reject = (rejected: Rejected) => {
    outcome.rejected += 1;
    options.onRejected?.(rejected);
  };
  let batch: Pending[] = [];
  const flush = async () => {
    const taken = batch;
    batch = [];
    if (options.dryRun || taken.length === 0) return;
    const { written, failed } = await writeBatch(ctx, taken, surroundings);
    for (const { pending, reason } of failed) reject({ line: pending.line, record: pending.record, reason });
    outcome.written += written;
    outcome.skipped += taken.length - written - failed.length;
  };
  // While the database writes one batch, the next is read and checked.
  let writing = Promise.resolve();
  const onBroken = (rejected: Rejected) => {
    outcome.rows += 1;
    reject(rejected);
  };
  for await (const { record, info } of readCsv(file, map, onBroken)) {
    outcome.rows += 1;
    try {
      const row = checkRow(record, { map, surroundings, now: ctx.now() });
      batch.push({ row, line: info.lines, record });
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      reject({ line: info.lines, reason: error.message, record });
    }
    if (batch.length < BATCH) continue;
    await writing;
    options.onProgress?.(info.bytes);
    writing = flush();
    writing.catch(() => {}); // thrown by the next await
  }
  await writing;
  await flush();
  return outcome;
}

/** Records with the header's names. A row that is not CSV goes to `onBroken` and the next one is read. */
async function* readCsv(
  file: Readable,
  map: ImportMap,
  onBroken: (rejected: Rejected) => void,
): AsyncGenerator<Parsed> {
  let names: string[] = [];
  const parser = parse({
    bom: true,
    columns: (header: string[]) => {
      names = checkedHeader(header, map);
      return names;
    },
    delimiter: map.delimiter,
    encoding: map.encoding,
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: 2_000_000,
    on_skip: error => {
      const line = Number((error as { lines?: number } | undefined)?.lines ?? 0);
      const record = Object.fromEntries(names.map(name => [name, '']));
      onBroken({ line, reason: `Not a row of the table: ${error?.message ?? 'unreadable'}`, record });
      return undefined;
    },
  });
  file.once('error', error => parser.destroy(error));
  yield* file.pipe(parser) as AsyncIterable<Parsed>;
}

function checkedHeader(header: string[], map: ImportMap): string[] {
  const names = header.map(name => name.trim());
  const missing = missingColumns(map, names);
  if (missing.length > 0) {
    throw new Invalid({
      columns: `The file has no column ${missing.join(', ')}. It has: ${names.join(', ')}`,
    });
  }
  return names;
}

type Failure = { pending: Pending; reason: string };

/** All in one transaction; if that fails, each in its own, so that only the row at fault is left out. */
async function writeBatch(
  ctx: Context,
  batch: Pending[],
  surroundings: Surroundings,
): Promise<{ written: number; failed: Failure[] }> {
  // Of two rows with one reference the first counts.
  const once = [
    ...new Map(batch.toReversed().map(pending => [pending.row.sourceRef, pending])).values(),
  ].reverse();
  try {
    const written = await writeTickets(
      ctx,
      once.map(({ row }) => row),
      surroundings,
    );
    return { written, failed: [] };
  } catch (error) {
    if (!isAboutData(error)) throw error;
    ctx.log.warn(
      { err: (error as Error).message },
      'a batch of an import failed; trying its rows one by one',
    );
  }
  let written = 0;
  const failed: Failure[] = [];
  for (const pending of once) {
    try {
      written += await writeTickets(ctx, [pending.row], surroundings);
    } catch (error) {
      if (!isAboutData(error)) throw error;
      failed.push({ pending, reason: `The database refused it: ${(error as Error).message}` });
    }
  }
  return { written, failed };
}

/** Classes 22 and 23 of PostgreSQL: a value or a rule. Anything else (no connection, no room) ends the run. */
const isAboutData = (error: unknown) => /^(22|23|54)/.test((error as { code?: string }).code ?? '');
