import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { likeliestScript } from './scripts.ts';

/**
 * Bytes as text. What is valid UTF-8 is UTF-8, whatever was declared; then the declaration counts; then the looks
 * of the bytes, and windows-1252 last. Never throws: a sign that cannot be read becomes U+FFFD.
 */
export function decodeText(bytes: Buffer, declared = ''): string {
  const charset = tidyCharset(declared);
  return strip(withoutMark(bytes) ?? byDeclaration(bytes, charset) ?? decode(bytes, likeliestScript(bytes)));
}

function withoutMark(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return iconv.decode(bytes, 'utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return iconv.decode(bytes, 'utf-16be');
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.toString('utf8', 3);
  return undefined;
}

function byDeclaration(bytes: Buffer, charset: string | null): string | undefined {
  if (charset && /^utf-?(16|32)/.test(charset)) return decode(bytes, charset);
  // These write other letters with ASCII bytes; who declares the Japanese one and writes others has Shift JIS.
  if (charset && /^(utf-?7|iso-2022)/.test(charset) && isAscii(bytes)) return decode(bytes, charset);
  if (charset?.startsWith('iso-2022') && !isUtf8(bytes)) return decode(bytes, 'shift_jis');
  if (isAscii(bytes))
    return head(bytes).includes('\u001b$') ? decode(bytes, 'iso-2022-jp') : bytes.toString('latin1');
  if (isUtf8(bytes) && !(charset && isDouble.test(charset) && !hasTriple(bytes)))
    return bytes.toString('utf8');
  if (charset === 'utf-8') return isMostlyUtf8(bytes) ? bytes.toString('utf8') : undefined;
  if (!charset || charset === 'us-ascii') return undefined;
  return decode(bytes, charset);
}

const head = (bytes: Buffer) => bytes.toString('latin1', 0, 20_000);
/** Pairs of high bytes, as these have them, can look like two-byte UTF-8 by chance; three bytes hardly can. */
const isDouble = /^(gb|big5|shift|sjis|cp9|euc|ks_)/;
const hasTriple = (bytes: Buffer) => bytes.some(byte => byte >= 0xe0 && byte < 0xf5);

/** Cut amid a sign, or with few wrong bytes. */
function isMostlyUtf8(bytes: Buffer): boolean {
  const text = bytes.toString('utf8');
  let [wrong, right] = [0, 0];
  for (const sign of text) {
    if (sign === '\ufffd') wrong += 1;
    else if (sign > '\u007f') right += 1;
  }
  return right > wrong;
}

export function decode(bytes: Buffer, charset: string): string {
  if (charset.startsWith('iso-2022')) return new TextDecoder('iso-2022-jp').decode(bytes);
  return iconv.decode(bytes, charset);
}

/** NUL belongs into no text, and PostgreSQL takes none; nor half of a surrogate pair. */
const strip = (text: string) => whole(text.replaceAll('\0', ''));
export const whole = (text: string) => text.replace(/\p{Cs}/gu, '\ufffd');

/** Names that programs made up. ISO 8859-1 is read as its superset, as every mail program does. */
const ALIASES: Record<string, string> = {
  utf8: 'utf-8',
  'unicode-1-1-utf-8': 'utf-8',
  'unicode-1-1-utf-7': 'utf-7',
  ascii: 'us-ascii',
  'ansi_x3.4-1968': 'us-ascii',
  'iso-8859-1': 'windows-1252',
  'iso8859-1': 'windows-1252',
  latin1: 'windows-1252',
  'iso-8859-8-i': 'iso-8859-8',
  gb2312: 'gb18030',
  gbk: 'gb18030',
  'x-gbk': 'gb18030',
  'gb_2312-80': 'gb18030',
  'x-sjis': 'shift_jis',
  'ks_c_5601-1987': 'cp949',
  ks_c_5601: 'cp949',
  'x-mac-roman': 'macintosh',
  'iso-2022-jp-ms': 'iso-2022-jp',
};

/** Whether words in it are, letter by letter, what their ASCII says: a header holds no others, whatever the text is in. */
export const keepsAscii = (declared: string) =>
  !/^(utf-?(7|16|32)|unicode-1-1-utf-7)/.test(tidyCharset(declared) ?? '');

/** Null for a name that says nothing. */
export function tidyCharset(declared: string): string | null {
  const name = declared
    .toLowerCase()
    .replace(/['"\s]/g, '')
    .replace(/\*.*$/, '')
    .slice(0, 40);
  const known = Object.hasOwn(ALIASES, name) ? ALIASES[name]! : name;
  if (known === 'us-ascii' || known.startsWith('iso-2022-jp')) return known;
  return known !== '' &&
    !/^(binary|base64|hex|ucs2|__proto__|constructor)$/.test(known) &&
    iconv.encodingExists(known)
    ? known
    : null;
}
