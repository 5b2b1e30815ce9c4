/** The parts of a delivery report, read leniently and no further than needed: reports are often broken MIME. */

export type Leaf = { type: string; text: string };
export type Parts = {
  headers: Map<string, string>;
  /** In their order; a returned mail is one leaf of type message/rfc822 or text/rfc822-headers, not opened. */
  leaves: Leaf[];
};

const BYTES_LOOKED_AT = 512 * 1024;
const MOST_LEAVES = 60;
const DEEPEST = 6;

export function partsOf(raw: Buffer): Parts {
  const whole = raw
    .subarray(0, BYTES_LOOKED_AT)
    .toString('latin1')
    .replace(/\r\n?/g, '\n')
    .replace(/^(?:From |>From )[^\n]*\n/, '');
  const { headers, body } = opened(whole);
  const leaves: Leaf[] = [];
  collect(headers, body, leaves, 0);
  if (leaves.length === 0) leaves.push({ type: 'text/plain', text: body });
  return { headers, leaves };
}

/** Header names in lower case; the first of each counts, values unfolded. */
export function opened(text: string): { headers: Map<string, string>; body: string } {
  const start = /^\n*/.exec(text)![0].length;
  const end = text.indexOf('\n\n', start);
  const top = end < 0 ? text.slice(start) : text.slice(start, end);
  return { headers: fieldsOf(top), body: end < 0 ? '' : text.slice(end + 2) };
}

export function fieldsOf(block: string): Map<string, string> {
  const fields = new Map<string, string>();
  let last = '';
  for (const line of block.split('\n')) {
    const field = /^([!-9;-~]{1,80}):[ \t]*(.*)$/.exec(line);
    if (field) {
      last = field[1]!.toLowerCase();
      if (fields.has(last)) last = '';
      else fields.set(last, field[2]!.trim());
    } else if (last !== '' && /^[ \t]/.test(line)) {
      const value = `${fields.get(last)} ${line.trim()}`.trim();
      if (value.length < 20_000) fields.set(last, value);
    }
  }
  return fields;
}

function collect(headers: Map<string, string>, body: string, leaves: Leaf[], depth: number) {
  const [type = ''] = (headers.get('content-type') ?? 'text/plain').toLowerCase().split(/[;\s]/, 1);
  const boundary = boundaryIn(body, boundaryOf(headers.get('content-type') ?? ''));
  if (type.startsWith('multipart/') && boundary && depth < DEEPEST && body.includes(`--${boundary}`)) {
    for (const part of body.split(`--${boundary}`).slice(0, MOST_LEAVES)) {
      if (leaves.length >= MOST_LEAVES || part.startsWith('--')) break;
      if (part === body || !part.startsWith('\n')) {
        // What stands before the first boundary is for programs without MIME, and sometimes all there is.
        if (part.trim() !== '' && /@/.test(part) && depth === 0)
          leaves.push({ type: 'text/preamble', text: part });
        continue;
      }
      const inner =
        /^\n(?=\n)/.test(part) && !/^\n\n[A-Za-z-]+:[^\n]*\n/.test(part)
          ? { headers: new Map<string, string>(), body: part }
          : opened(part);
      collect(inner.headers, inner.body, leaves, depth + 1);
    }
  } else
    leaves.push({ type: type.startsWith('multipart/') ? 'text/plain' : type, text: decoded(headers, body) });
}

/** Reports that were edited on their way name another boundary than they use. */
function boundaryIn(body: string, named: string | null): string | null {
  if (named !== null && body.includes(`--${named}`)) return named;
  return /^--(\S{3,100})\n(?:content-|\n)/im.exec(body)?.[1] ?? null;
}

function boundaryOf(contentType: string): string | null {
  const found = /boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(contentType);
  return found ? (found[1] ?? found[2] ?? null) : null;
}

function decoded(headers: Map<string, string>, body: string): string {
  const bytes = bytesOf((headers.get('content-transfer-encoding') ?? '').toLowerCase(), body);
  const charset = /charset\s*=\s*"?([\w.:-]{1,40})/i.exec(headers.get('content-type') ?? '')?.[1] ?? '';
  if (bytes.includes('\x1b$')) return new TextDecoder('iso-2022-jp').decode(bytes).replace(/\r\n?/g, '\n');
  for (const label of [/^(us-)?ascii$/i.test(charset) ? 'utf-8' : charset, 'utf-8']) {
    try {
      return new TextDecoder(label, { fatal: label === 'utf-8' }).decode(bytes).replace(/\r\n?/g, '\n');
    } catch {
      // An unknown name, or bytes that are not what they say.
    }
  }
  return bytes.toString('latin1').replace(/\r\n?/g, '\n');
}

function bytesOf(encoding: string, body: string): Buffer {
  if (encoding.startsWith('base64')) return Buffer.from(body.replace(/[^A-Za-z0-9+/=]/g, ''), 'base64');
  if (!encoding.startsWith('quoted-printable')) return Buffer.from(body, 'latin1');
  const text = body
    .replace(/=[ \t]{0,10}\n/g, '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}

/** A header's words: encoded words (RFC 2047) and bare UTF-8 made readable. */
export function readable(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  const bare = Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes) ? bytes.toString('utf8') : value;
  return bare.replace(
    /=\?([\w.:-]{1,40})\?([BQ])\?([^?\s]{0,2000})\?=\s?/gi,
    (whole, charset: string, kind: string, text: string) => {
      const encoding = kind.toUpperCase() === 'B' ? 'base64' : 'quoted-printable';
      try {
        return new TextDecoder(charset).decode(
          bytesOf(encoding, encoding === 'base64' ? text : text.replaceAll('_', ' ')),
        );
      } catch {
        return whole;
      }
    },
  );
}

/** The words of HTML, with lines where a reader sees them. */
export function wordsOfHtml(html: string): string {
  return withoutUnseen(html)
    .replace(/<(?:br|\/p|\/div|\/tr|\/li|\/h\d)\b[^>]{0,300}>/gi, '\n')
    .replace(/<[^<>@]{0,2000}>/g, ' ')
    .replace(/&lt;/gi, '<')
    .replace(/&gt;/gi, '>')
    .replace(/&quot;/gi, '"')
    .replace(/&#39;|&apos;/gi, "'")
    .replace(/&nbsp;/gi, ' ')
    .replace(/&amp;/gi, '&');
}

function withoutUnseen(html: string): string {
  const lower = html.toLowerCase();
  const opening = /<(style|script|head)\b/g;
  let seen = '';
  let from = 0;
  for (let match = opening.exec(lower); match; match = opening.exec(lower)) {
    const end = lower.indexOf(`</${match[1]}`, match.index);
    if (end < 0) break;
    seen += `${html.slice(from, match.index)} `;
    from = end;
    opening.lastIndex = end;
  }
  return seen + html.slice(from);
}
