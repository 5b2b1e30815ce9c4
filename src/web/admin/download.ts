import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { CSV_START, type CsvValue, csvLine } from '../../platform/csv.ts';

/** Streams a CSV file of any length, as fast as the reader takes it; stops asking when the reader goes away. */
export async function sendCsv(
  res: Response,
  filename: string,
  header: readonly string[],
  rows: AsyncIterable<readonly CsvValue[]>,
): Promise<void> {
  res.status(200).type('text/csv').attachment(filename);
  res.set('Content-Security-Policy', "default-src 'none'; sandbox; frame-ancestors 'none'");
  try {
    await pipeline(Readable.from(lines(header, rows)), res);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** Some kilobytes at a time: a write for each line would cost more than the line. */
async function* lines(header: readonly string[], rows: AsyncIterable<readonly CsvValue[]>) {
  let text = CSV_START + csvLine(header);
  for await (const row of rows) {
    text += csvLine(row);
    if (text.length < 16_000) continue;
    yield text;
    text = '';
  }
  yield text;
}
