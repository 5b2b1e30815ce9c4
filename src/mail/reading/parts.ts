import { type Fields, lineAt, readFields } from './fields.ts';
import { LIMITS, type Problems } from './limits.ts';
import { type Parameterised, readParameters } from './parameters.ts';

/** A part of a mail, or the mail itself. A multipart has children, any other part only its body, still encoded. */
export type Part = {
  fields: Fields;
  type: Parameterised;
  disposition: Parameterised;
  body: Buffer;
  children: Part[];
  /** The type of what it lies in; '' for the mail itself. */
  within: string;
};

type Open = { part: Part; line: string; last: string };

/**
 * The tree of a mail. One pass over its lines with the boundaries that are open: no recursion, and parts that are
 * never closed, or closed in the wrong order, are what their lines say.
 */
export function readParts(raw: Buffer, problems: Problems): Part {
  const open: Open[] = [];
  const boundaryOf = (line: string) => (line.startsWith('--') ? matching(open, line.trimEnd()) : undefined);
  const begin = (at: number) => beginPart(raw, at, open, line => boundaryOf(line) !== undefined, problems);

  const first = begin(startOf(raw));
  let [current, from, at, parts]: [Part | null, number, number, number] = [
    first.part,
    first.body,
    first.body,
    1,
  ];
  for (let count = 0; open.length > 0 && count < LIMITS.dashes; count += 1) {
    const dashes = nextDashes(raw, at);
    if (dashes < 0) break;
    at = dashes + 2;
    if (!open.some(each => raw[at] === each.line.charCodeAt(2))) continue;
    const { line, next } = lineAt(raw, dashes);
    at = next;
    const found = boundaryOf(line);
    if (!found) continue;
    if (current) close(current, raw, from, dashes);
    current = null;
    open.length = found.isLast ? found.index : found.index + 1;
    if (found.isLast) continue;
    parts += 1;
    if (parts > LIMITS.parts) {
      problems.tell(`Only the first ${LIMITS.parts} parts were read.`);
      return first.part;
    }
    const child = begin(next);
    open[found.index]!.part.children.push(child.part);
    child.part.within = open[found.index]!.part.type.value;
    [current, from, at] = [child.part, child.body, child.body];
  }
  if (current) close(current, raw, from, raw.length);
  if (open.some(each => each.part.children.length > 0))
    problems.tell('A part has no end; it was read as it is.');
  return first.part;
}

const startOf = (raw: Buffer) => {
  let at = raw[0] === 0xef && raw[1] === 0xbb ? 3 : 0;
  while (raw[at] === 10 || raw[at] === 13) at += 1;
  return at;
};

function beginPart(
  raw: Buffer,
  at: number,
  open: Open[],
  isEnd: (line: string) => boolean,
  problems: Problems,
) {
  const { fields, body } = readFields(raw, at, isEnd, problems);
  const type = readParameters(fieldOf(fields, 'content-type'));
  const disposition = readParameters(fieldOf(fields, 'content-disposition'));
  const part: Part = { fields, type, disposition, body: raw.subarray(body, body), children: [], within: '' };
  if (!type.value.startsWith('multipart/')) return { part, body };
  const boundary = (type.parameters.boundary ?? '').trim() || guessBoundary(raw, body);
  if (open.length >= LIMITS.depth)
    problems.tell(`Parts lie more than ${LIMITS.depth} deep; the innermost are kept as a file.`);
  else if (boundary) open.push({ part, line: `--${boundary}`, last: `--${boundary}--` });
  else problems.tell('A multipart has no boundary; it was read as text.');
  return { part, body };
}

export const fieldOf = (fields: Fields, name: string) =>
  fields.find(field => field.name === name)?.value.trim() ?? '';

/** The innermost open multipart that a line belongs to. */
function matching(open: Open[], line: string): { index: number; isLast: boolean } | undefined {
  for (let index = open.length - 1; index >= 0; index -= 1) {
    if (line === open[index]!.line) return { index, isLast: false };
    if (line === open[index]!.last) return { index, isLast: true };
  }
  return undefined;
}

/** The next line that begins with two dashes. */
function nextDashes(raw: Buffer, at: number): number {
  if (raw[at] === 45 && raw[at + 1] === 45 && raw[at - 1] === 10) return at;
  const found = raw.indexOf('\n--', at, 'latin1');
  return found < 0 ? -1 : found + 1;
}

function close(part: Part, raw: Buffer, from: number, to: number) {
  let end = to;
  if (end < raw.length || part.within) {
    if (raw[end - 1] === 10 && end > from) end -= 1;
    if (raw[end - 1] === 13 && end > from) end -= 1;
  }
  part.body = raw.subarray(from, Math.max(from, end));
}

/** A boundary that nobody declared: the first line of dashes right above something like a head. */
function guessBoundary(raw: Buffer, body: number): string {
  const text = raw.toString('latin1', body, body + 4_000);
  return /^--(\S{4,70})[ \t]*\r?\nContent-/m.exec(text)?.[1] ?? '';
}
