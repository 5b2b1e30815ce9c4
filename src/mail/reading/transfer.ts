/** Content-Transfer-Encoding undone. Broken encodings give what can be had of them. */
export function decodeTransfer(body: Buffer, encoding: string): Buffer {
  const name = encoding.toLowerCase().replace(/[^a-z0-9-]/g, '');
  if (name === 'base64') return decodeBase64(body);
  if (name === 'quoted-printable') return decodeQuotedPrintable(body);
  if (/^(x-)?uu(e|encode)$/.test(name)) return decodeUu(body.toString('latin1'))?.content ?? body;
  return body;
}

/** A mailing list's footer below the padding is no base64: what follows an end is read only if it looks like it. */
function decodeBase64(body: Buffer): Buffer {
  const text = body.toString('latin1');
  const end = text.search(/=\s*=?\s/);
  if (end < 0) return Buffer.from(text, 'base64');
  const first = Buffer.from(text.slice(0, end + 2), 'base64');
  const rest = text.slice(end).replace(/^[=\s]+/, '');
  const isMore = rest.length > 0 && /^[A-Za-z0-9+/\s]{16,}={0,2}\s*$/.test(rest);
  return isMore ? Buffer.concat([first, Buffer.from(rest, 'base64')]) : first;
}

const hex = (byte: number | undefined) => {
  if (byte === undefined) return -1;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
};

const [EQUALS, CR, LF, SPACE, TAB] = [61, 13, 10, 32, 9];

export function decodeQuotedPrintable(body: Buffer, { isHeader = false } = {}): Buffer {
  const out = Buffer.allocUnsafe(body.length);
  let length = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at]!;
    if (byte === LF && !isHeader) length = withoutSpaces(out, length);
    if (byte !== EQUALS) {
      out[length++] = byte;
      continue;
    }
    const [high, low] = [hex(body[at + 1]), hex(body[at + 2])];
    const soft = high < 0 || low < 0 ? softBreak(body, at + 1) : -1;
    if (soft >= 0) at = soft;
    else if (high < 0 || low < 0) out[length++] = byte;
    else {
      out[length++] = high * 16 + low;
      at += 2;
    }
  }
  return out.subarray(0, length);
}

/** Spaces before the end of a line came on the way. */
function withoutSpaces(out: Buffer, length: number): number {
  let end = length;
  if (out[end - 1] === CR) end -= 1;
  const isCr = end < length;
  while (end > 0 && (out[end - 1] === SPACE || out[end - 1] === TAB)) end -= 1;
  if (isCr) out[end++] = CR;
  return end;
}

/** Where the line ends that "=" continues, or -1. */
function softBreak(body: Buffer, from: number): number {
  let at = from;
  while (body[at] === SPACE || body[at] === TAB || body[at] === CR) at += 1;
  return body[at] === LF || at >= body.length ? at : -1;
}

export type UuFile = { filename: string; content: Buffer; start: number; end: number };

/** The first uuencoded file of a text, and where it stood. */
export function decodeUu(text: string, from = 0): UuFile | null {
  const begin = /^begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n/gm;
  begin.lastIndex = from;
  const found = begin.exec(text);
  if (!found) return null;
  const chunks: Buffer[] = [];
  let at = found.index + found[0].length;
  while (at < text.length) {
    const stop = text.indexOf('\n', at);
    const line = text.slice(at, stop < 0 ? text.length : stop).replace(/\r$/, '');
    at = stop < 0 ? text.length : stop + 1;
    if (/^end\s*$/.test(line))
      return { filename: found[1]!.trim(), content: Buffer.concat(chunks), start: found.index, end: at };
    const bytes = uuLine(line);
    if (!bytes) return null;
    chunks.push(bytes);
  }
  return null;
}

function uuLine(line: string): Buffer | null {
  const length = line === '' ? 0 : (line.charCodeAt(0) - 32) & 63;
  if (length === 0) return Buffer.alloc(0);
  if (line.length > 90 || /[^ -`]/.test(line)) return null;
  const codes = [...line.slice(1).padEnd(Math.ceil(length / 3) * 4, ' ')].map(
    sign => (sign.charCodeAt(0) - 32) & 63,
  );
  const bytes: number[] = [];
  for (let at = 0; at + 3 < codes.length; at += 4) {
    const [a, b, c, d] = codes.slice(at, at + 4) as [number, number, number, number];
    bytes.push((a << 2) | (b >> 4), ((b << 4) & 255) | (c >> 2), ((c << 6) & 255) | d);
  }
  return Buffer.from(bytes.slice(0, length));
}
