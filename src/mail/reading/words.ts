import { decodeText } from './charset.ts';
import { decodeQuotedPrintable } from './transfer.ts';

/** An encoded word (RFC 2047), as long as senders make them and not only as long as they may. */
const WORD = /=\?([^?\s]{1,60})\?([bq])\?([^\r\n]{0,4000}?)\?=/gi;

type Piece = { charset: string; bytes: Buffer; isWord: boolean };

/**
 * A header's value as text. `value` holds its bytes, one a character. Words that follow one another are joined before
 * they are decoded, because senders cut them amid a letter. Line ends and control characters are gone afterwards.
 */
export function decodeWords(value: string, charset = ''): string {
  const pieces: Piece[] = [];
  let at = 0;
  for (const word of value.matchAll(WORD)) {
    const between = value.slice(at, word.index);
    if (between.trim() !== '' || !pieces.at(-1)?.isWord) add(pieces, plain(between, charset));
    add(pieces, encoded(word[1]!, word[2]!, word[3]!));
    at = word.index + word[0].length;
  }
  add(pieces, plain(value.slice(at), charset));
  return oneLine(pieces.map(piece => decodeText(piece.bytes, piece.charset)).join(''));
}

function add(pieces: Piece[], piece: Piece) {
  const last = pieces.at(-1);
  if (last?.isWord && piece.isWord && last.charset === piece.charset)
    last.bytes = Buffer.concat([last.bytes, piece.bytes]);
  else if (piece.bytes.length > 0) pieces.push(piece);
}

const plain = (text: string, charset: string): Piece => ({
  charset,
  bytes: Buffer.from(text, 'latin1'),
  isWord: false,
});

function encoded(charset: string, encoding: string, content: string): Piece {
  const bytes =
    encoding.toLowerCase() === 'b'
      ? Buffer.from(content, 'base64')
      : decodeQuotedPrintable(Buffer.from(content.replaceAll('_', ' '), 'latin1'), { isHeader: true });
  return { charset: charset.toLowerCase(), bytes, isWord: true };
}

export const oneLine = (text: string) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
