import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

const CHUNK = 512 * 1_024; // characters; the server works on one while the next is made

/** Streams lines of text COPY into a table. `onRows` hears how many tickets are under way. */
export async function copyLines(
  client: pg.ClientBase,
  table: string,
  columns: readonly string[],
  lines: Iterable<{ tickets: number; text: string }>,
  onRows: (tickets: number) => void = () => {},
): Promise<void> {
  const sink = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin`));
  await pipeline(Readable.from(chunks(lines, onRows), { objectMode: false, highWaterMark: 4 * CHUNK }), sink);
}

async function* chunks(
  lines: Iterable<{ tickets: number; text: string }>,
  onRows: (tickets: number) => void,
) {
  let text = '';
  let tickets = 0;
  for (const line of lines) {
    text += line.text;
    tickets += line.tickets;
    if (text.length < CHUNK) continue;
    yield Buffer.from(text);
    onRows(tickets);
    text = '';
    tickets = 0;
  }
  if (text) yield Buffer.from(text);
  onRows(tickets);
}
