import { once } from 'node:events';
import type { Response } from 'express';
import { CSV_START, type CsvValue, csvLine } from '../../platform/csv.ts';

/** Streams a CSV file of any length: waits for the reader, stops when the reader goes away. */
export async function sendCsv(
  res: Response,
  filename: string,
  header: readonly string[],
  rows: AsyncIterable<readonly CsvValue[]>,
): Promise<void> {
  res
    .status(200)
    .type('text/csv')
    .attachment(filename)
    .set('Content-Security-Policy', "default-src 'none'; sandbox");
  res.write(CSV_START + csvLine(header));
  for await (const row of rows) {
    if (res.destroyed) return;
    if (!res.write(csvLine(row))) await Promise.race([once(res, 'drain'), once(res, 'close')]);
  }
  res.end();
}
