/**
 * The header of a raw mail, as it stands there: not decoded, so that nothing which an encoding could hide counts as
 * what it would decode to. Readers decode (src/mail/reading); what decides who somebody is looks here as well.
 */
export type HeaderLine = { name: string; value: string };

export type RawParts = { lines: HeaderLine[]; body: Buffer };

/** A header longer than this is cut: no mail of people has one. */
const MAX_HEADER = 1_000_000;
const MAX_LINES = 5_000;

export function rawPartsOf(raw: Buffer): RawParts {
  const { end, body } = endOfHeader(raw);
  const text = raw.subarray(0, Math.min(end, MAX_HEADER)).toString('latin1');
  const lines: HeaderLine[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    const last = lines.at(-1);
    if (/^[ \t]/.test(line) && last) {
      last.value += ` ${line.trim()}`;
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0 || lines.length >= MAX_LINES) continue;
    lines.push({ name: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1).trim() });
  }
  return { lines, body: raw.subarray(body) };
}

/** The header ends at the first empty line; without one the whole mail is header. */
function endOfHeader(raw: Buffer): { end: number; body: number } {
  const found = (mark: string) => {
    const at = raw.indexOf(mark, 0, 'latin1');
    return at < 0 ? undefined : { end: at, body: at + mark.length };
  };
  const ends = [found('\r\n\r\n'), found('\n\n'), found('\r\r')].filter(each => each !== undefined);
  return ends.sort((a, b) => a.end - b.end)[0] ?? { end: raw.length, body: raw.length };
}

export const valuesOf = ({ lines }: Pick<RawParts, 'lines'>, name: string): string[] =>
  lines.filter(line => line.name === name).map(line => line.value);
