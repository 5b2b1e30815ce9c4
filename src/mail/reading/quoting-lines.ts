import {
  EMAIL,
  HAS_TIME,
  HAS_ZONE,
  type HeaderKind,
  headerKinds,
  ISO_START,
  STARTS_DATED,
  STARTS_NAMED,
  WROTE,
} from './quoting-words.ts';

/** What one line of a mail is said to be, by its own words alone. Every test looks at a bounded piece of it. */

const LONGEST = 400;
/** An attribution that clients wrap runs over a few lines, never over a page. */
const WRAPPED_LINES = 6;

export const head = (line: string) => (line.length > LONGEST ? line.slice(0, LONGEST) : line).trim();
export const isBlank = (line: string) => line.length < LONGEST && line.trim() === '';
export const isQuoted = (line: string) =>
  /^\s{0,3}(?:>|&gt;)/.test(line) || /^[A-Z][A-Za-z]{0,14}> ?/.test(line);

/** A wide line of dashes and the like, which parts what was written from what follows. */
export const isRule = (line: string) =>
  line.length <= 200 && /^\s*([-_=*#~+—–]\s?)\1{2,}[-_=*#~+—–]*\s*$/.test(line);
/** Signature delimiters: "-- " (RFC 3676), and how careless programs leave it. */
export const isDelimiter = (line: string) => /^(?:--|__|—|––)\s{0,3}$/.test(line);
export const isOrnament = (line: string) => line.length <= 200 && /^[-_=*#~+—–ᐧ\s\u200b]*$/.test(line);

/** `Von: Anna`, `*From:* Anna`, `件名：…`: kind and value; null where the line is no such thing. */
export function headerOf(line: string): { kind: HeaderKind; value: string } | null {
  const bare = head(line).replace(/^[\s>*_|]{1,20}/, '');
  const colon = bare.search(/[:：]/);
  if (colon < 1 || colon > 24) return null;
  const word = bare
    .slice(0, colon)
    .replace(/[*_\s\u00a0]+$/u, '')
    .replace(/\u00a0/g, ' ')
    .toLowerCase();
  const kind = headerKinds.get(word);
  return kind
    ? {
        kind,
        value: bare
          .slice(colon + 1)
          .replace(/^[*_\s\u00a0]+/u, '')
          .trim(),
      }
    : null;
}

export type HeaderBlock = { end: number; values: Map<HeaderKind, string> };

/** A block of headers that begins at this line, as Outlook and forwards have; long values wrap, HTML leaves blanks between. */
export function headerBlockAt(
  lines: readonly string[],
  start: number,
  isAnnounced = false,
): HeaderBlock | null {
  const values = new Map<HeaderKind, string>();
  let end = start;
  let last: HeaderKind | null = null;
  let misses = 0;
  for (let index = start; index < lines.length && index < start + 24; index += 1) {
    const line = lines[index]!;
    const header = headerOf(line);
    if (header) {
      if (!values.has(header.kind)) values.set(header.kind, header.value);
      last = header.kind;
      end = index + 1;
      misses = 0;
      continue;
    }
    misses += 1;
    if (last === null || misses > (isBlank(line) ? 1 : 2)) break;
    if (isBlank(line)) {
      if (!headerOf(lines[index + 1] ?? '')) break;
    } else values.set(last, `${values.get(last)} ${head(line)}`.trim().slice(0, 1000));
  }
  const named = [...values.keys()].filter(kind => kind !== 'other').length;
  const isWhole = values.has('from') && named >= (isAnnounced ? 2 : 3);
  // A value that ran on past the last header belongs to the text again.
  return isWhole ? { end, values } : null;
}

/** Where the attribution ("On … wrote:") that begins at this line ends; 0 where none begins here. */
export function attributionAt(lines: readonly string[], start: number): number {
  const first = bareStart(lines[start]!);
  const isDated = STARTS_DATED.test(first);
  if (QUOTING.test(first) || (STARTS_NAMED.test(first) && !SAID_ONESELF.test(first) && isAttribution(first)))
    return start + 1;
  if ((!isDated && !EMAIL.test(first) && !/ via /.test(first)) || SAID_ONESELF.test(first)) return 0;
  let joined = '';
  for (let index = start; index < lines.length && index < start + WRAPPED_LINES; index += 1) {
    const line = bareStart(lines[index]!);
    if (line === '' && !/^\s*</.test(lines[index + 1] ?? '')) return 0;
    joined = `${joined} ${line}`.trim();
    if (joined.length > LONGEST) return 0;
    if (isDated ? isAttribution(joined) : index <= start + 1 && isNamedAttribution(joined, index === start))
      return index + 1;
  }
  return 0;
}

const bareStart = (line: string) =>
  head(line)
    .replace(/^[\s>*_|–—-]{1,20}/u, '')
    .replace(/[\s*_–—-]{1,20}$/u, '');
const ends = /[:：]$/;

function isAttribution(line: string): boolean {
  const verb = WROTE.exec(line);
  if (verb) {
    const isLast = line.length - verb.index - verb[0].length <= 3;
    return (isLast || ends.test(line)) && (HAS_TIME.test(line) || EMAIL.test(line));
  }
  if (ends.test(line)) return />\s?[:：]$/.test(line) && EMAIL.test(line) && HAS_TIME.test(line);
  return ISO_START.test(line) && (EMAIL.test(line) ? line.endsWith('>') : HAS_ZONE.test(line));
}

/** "Ann <ann@example.com> schrieb am Di., 16. Aug.:", and mutt's "* Ann <ann@example.com> [2026-03-03 09:14]:" */
function isNamedAttribution(line: string, isOneLine: boolean): boolean {
  const email = EMAIL.exec(line);
  if (email === null || !ends.test(line)) return false;
  const verb = WROTE.exec(line);
  return verb === null
    ? isOneLine && email.index < 60 && HAS_TIME.test(line.slice(email.index))
    : email.index < verb.index;
}

/** Horde's. */
const QUOTING = /^(?:quoting|zitat von|citando a?|citeren|quotando|citat från|citerar|цитирую) .{1,200}:$/iu;
/** "I wrote to 5 of them at 10:30:" is no attribution. */
const SAID_ONESELF = /^(?:i|we|he|she|they|it|ich|wir|je|nous|yo|eu|io|jag|vi|jeg|ik|wij|я|мы)\s/iu;
