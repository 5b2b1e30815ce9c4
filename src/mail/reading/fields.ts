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
  let [at, count] = [from, 0];
  while (at < raw.length) {
    const { line, next } = lineAt(raw, at);
    if (line === '' || isEnd(line)) return { fields, body: line === '' ? next : at };
    const isFolded = /^[ \t]/.test(line) && fields.length > 0;
    const name = isFolded ? undefined : FIELD.exec(line)?.[1];
    if (!isFolded && !name && !isNoise(line, at === from) && !goesOn(raw, next)) {
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

/** A line that is no field is the rest of a broken one if fields, or the end of the head, follow at once. */
function goesOn(raw: Buffer, from: number): boolean {
  const { line } = lineAt(raw, from);
  return line !== '' && FIELD.test(line) && /^[A-Z][\w-]*:/.test(line);
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
