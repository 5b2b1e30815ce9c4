import { MAX_BODY } from '../tickets/comment.ts';
import { plainText } from './cleaning.ts';

/** Longer texts are shown as they are (platform/rich-text.ts), so nothing in them may be marked. */
const MARKDOWN_LIMIT = 20_000;

/** Words with a scheme become links whole: nothing inside may be marked. */
const ADDRESS = /(?:https?|ftp):\/\/[^\s<>]+/gi;

/** The plain text of a mail as a message that shows as it was written: what Markdown would take for a mark is escaped. */
export function markdownSafe(text: string): string {
  const plain = plainText(text).replace(/\r\n?/g, '\n').replaceAll('\t', '    ').trim().slice(0, MAX_BODY);
  if (plain.length > MARKDOWN_LIMIT) return plain;
  const marked = plain.split('\n').map(escapeLine).join('\n');
  return marked.length > MARKDOWN_LIMIT ? plain : marked;
}

function escapeLine(line: string): string {
  // Four spaces would make code of it.
  const indent = /^[ \u00a0]*/.exec(line)?.[0] ?? '';
  return (
    '\u00a0'.repeat(Math.min(indent.length, 40)) +
    escapeStart(escapeInside(line.slice(indent.length).trimEnd()))
  );
}

function escapeInside(line: string): string {
  let result = '';
  let from = 0;
  for (const found of line.matchAll(ADDRESS)) {
    result += escapeMarks(line.slice(from, found.index)) + found[0];
    from = found.index + found[0].length;
  }
  return result + escapeMarks(line.slice(from));
}

const escapeMarks = (text: string) =>
  text
    .replace(/\\(?=[!-/:-@[-`{-~]|$)|[*`[\]<]|~~/g, mark => (mark === '~~' ? '\\~\\~' : `\\${mark}`))
    .replace(/&(?=#?\w+;)/g, '\\&')
    // Inside a word it is a letter (file_name); beside one it would slant what follows.
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_');

/** What only counts at the beginning of a line: headings, lists, quotes, rules, the line under a heading or a table's head. */
const escapeStart = (line: string) =>
  line
    .replace(/^(?:#{1,6}(?=\s|$)|[-+](?=\s|$)|>|[=|:]|-(?=[-\s|:]*$))/, mark => `\\${mark}`)
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2');
