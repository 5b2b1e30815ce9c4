import { LIMITS, type Problems } from './limits.ts';

/** Fields of one part: lower-case names, and values whose characters are bytes, unfolded and not yet decoded. */
export type Fields = { name: string; value: string }[];

const FIELD = /^([!-9;-~]{1,200})[ \t]*:/;

/**
 * The head that begins at `from`, and where its body does. Ends at an empty line, at a line that ends the part
 * (`isEnd`), or where lines stop looking like fields: some senders forget the empty line.
 */
export function readFields(
  raw: Buffer,
  from: number,
  isEnd: (line: string) => boolean,
  problems: Problems,
): { fields: Fields; body: number } {
  const fields: Fields = [];
  let [at, count, known] = [from, 0, -2];
  while (at < raw.length) {
    if (at - from > LIMITS.head) {
      problems.tell(`A head is longer than ${LIMITS.head} bytes; its beginning was read.`);
      return { fields, body: afterEmptyLine(raw, at) };
    }
    const { line, next } = lineAt(raw, at);
    if (line === '' || isEnd(line)) return { fields, body: line === '' ? next : at };
    const isFolded = /^[ \t]/.test(line) && fields.length > 0;
    const name = isFolded ? undefined : FIELD.exec(line)?.[1];
    const isField = isFolded || name !== undefined || isNoise(line, at === from);
    if (!isField && known === -2) known = lastKnown(raw, from);
    if (!isField && at > known) {
      problems.tell('The head of the mail or of a part ends without an empty line.');
      return { fields, body: at };
    }
    count += 1;
    if (name && count <= LIMITS.fields)
      fields.push({ name: name.toLowerCase(), value: line.slice(line.indexOf(':') + 1) });
    else if (!isNoise(line, at === from)) extend(fields.at(-1), line, problems);
    if (name && count === LIMITS.fields)
      problems.tell(`Only the first ${LIMITS.fields} header lines were read.`);
    at = next;
  }
  return { fields, body: raw.length };
}

/** "From anna Mon Nov 1": the line above a mail in a mailbox file. */
const isNoise = (line: string, isFirst: boolean) => isFirst && /^>?From /.test(line);

/** Names that no body would begin a line with before its first empty one. */
const KNOWN =
  /^(received|return-path|from|to|cc|subject|date|message-id|reply-to|mime-version|content-[a-z-]+|x-[\w-]+):/gim;

/** Where the last known field of the head stands: lines above it that are no fields are the rest of broken ones. */
function lastKnown(raw: Buffer, from: number): number {
  const text = raw.toString('latin1', from, from + 262_144);
  const empty = text.search(/\n\r?\n/);
  const fields = [...text.slice(0, empty < 0 ? text.length : empty).matchAll(KNOWN)];
  return from + (fields.at(-1)?.index ?? -1);
}

function extend(field: Fields[number] | undefined, line: string, problems: Problems) {
  if (!field) return;
  if (field.value.length + line.length > LIMITS.field)
    problems.tell(`A header is longer than ${LIMITS.field} bytes; its beginning was read.`);
  else field.value += line.startsWith(' ') || line.startsWith('\t') ? line : ` ${line}`;
}

/** One line without its end, as bytes; longer ones are cut. */
export function lineAt(raw: Buffer, at: number): { line: string; next: number } {
  const stop = raw.indexOf(10, at);
  const end = stop < 0 ? raw.length : stop;
  const line = raw.toString('latin1', at, Math.min(end, at + LIMITS.field)).replace(/\r+$/, '');
  return { line, next: stop < 0 ? raw.length : stop + 1 };
}

function afterEmptyLine(raw: Buffer, at: number): number {
  const ends = ['\n\n', '\n\r\n'].map(end => ({ at: raw.indexOf(end, at), length: end.length }));
  const first = ends.filter(end => end.at >= 0).toSorted((a, b) => a.at - b.at)[0];
  return first ? first.at + first.length : raw.length;
}
