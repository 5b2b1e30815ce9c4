import { createHash } from 'node:crypto';
import { type RawParts, rawPartsOf, valuesOf } from './header-lines.ts';

/** What stays the same of a mail on whichever way it came; Received, Delivered-To and the like tell of the way. */
const LASTING = ['from', 'to', 'cc', 'subject', 'date'];

/**
 * Tells a mail by its Message-ID and what it says, without the trace of its way: the same mail fetched twice, sent to
 * two of our mailboxes or delivered again after a cut has the same, and two mails that share a Message-ID, by fault or
 * on purpose, have not.
 */
export function sameAs(raw: Buffer | RawParts): string {
  const parts = Buffer.isBuffer(raw) ? rawPartsOf(raw) : raw;
  const id = messageIdOf(parts);
  const hash = createHash('sha256').update(id ?? '');
  // Neither: a machine that says the same every hour says it anew, and only its trace tells one from the next.
  if (!id && valuesOf(parts, 'date').length === 0)
    for (const { name, value } of parts.lines) hash.update(`\n${name}:${value}`);
  for (const name of LASTING)
    for (const value of valuesOf(parts, name)) hash.update(`\n${name}:${value.replace(/\s+/g, ' ')}`);
  // Servers write line ends in their own way, and add or drop the last of them.
  const body = parts.body.toString('latin1').replace(/\r\n?/g, '\n').trimEnd();
  return hash.update('\n\n').update(body, 'latin1').digest('hex');
}

/** The first Message-ID with its brackets, bounded. */
export function messageIdOf(parts: Pick<RawParts, 'lines'>): string | null {
  const [value] = valuesOf(parts, 'message-id');
  const found = value && /<[^<>\s]{1,500}>/.exec(value);
  return found ? found[0] : null;
}
