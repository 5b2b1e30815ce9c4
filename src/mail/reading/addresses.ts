import type { MailAddress } from '../../domain/mail/message.ts';
import { decodeText } from './charset.ts';
import { LIMITS, type Problems } from './limits.ts';
import { decodeWords, oneLine } from './words.ts';

type Mailbox = { phrase: string; angle: string | null; comment: string };

/**
 * The addresses of a header. The structure is read first and names are decoded after it, so that nothing an encoded
 * word says can become an address. Groups give their members.
 */
export function readAddresses(value: string, charset: string, problems: Problems): MailAddress[] {
  const found: MailAddress[] = [];
  for (const mailbox of mailboxesOf(value.slice(0, LIMITS.field))) {
    const address = addressOf(mailbox, charset, problems);
    if (address && found.length < LIMITS.addresses) found.push(address);
  }
  return found;
}

const BARE = /^([\s\S]*?)("[^"]{1,200}"@\S+|[^\s"]*@[^\s"]*)$/;

function addressOf(
  { phrase, angle, comment }: Mailbox,
  charset: string,
  problems: Problems,
): MailAddress | null {
  // Its end alone: from each sign of a line without spaces it is looked for up to the next.
  const bare = angle === null ? BARE.exec(phrase.trim().slice(-1_000)) : null;
  const raw = (angle ?? bare?.[2] ?? '').trim();
  const name = unquoted(angle === null ? (bare?.[1] ?? phrase) : phrase).trim() || comment;
  const address = tidyAddress(raw, charset, problems);
  if (!address && !name.trim()) return null;
  const shown = decodeWords(name, charset);
  if (bare?.[1]?.includes('@')) problems.tell('An address stands beside another without a comma.');
  // "anna@example.com" in quotes alone is how some programs write an address.
  if (!address && name !== comment && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(shown) && !/=\?/.test(name))
    return { name: '', address: shown };
  return { name: shown === address ? '' : shown, address };
}

/** Never decoded as words: RFC 2047 knows none in an address, and who puts them there wants it to be read as another. */
function tidyAddress(raw: string, charset: string, problems: Problems): string {
  if (/=\?/.test(raw))
    problems.tell('An address holds an encoded word, which no address may; it was not decoded.');
  const text = decodeText(Buffer.from(raw, 'latin1'), charset);
  const address = oneLine(text)
    .replace(/^mailto:/i, '')
    .replace(/[<>]/g, '')
    .slice(0, 320)
    .trim();
  if (/\s/.test(address)) problems.tell('An address holds a space.');
  return address;
}

const unquoted = (phrase: string) =>
  phrase.replace(/"((?:[^"\\]|\\[\s\S])*)"?/g, (_, text: string) => text.replace(/\\([\s\S])/g, '$1'));

/** Cut at the commas and semicolons that stand in no quotes, comment, angle brackets or encoded word. */
function mailboxesOf(value: string): Mailbox[] {
  const all: Mailbox[] = [];
  let now = empty();
  let at = 0;
  const end = () => {
    if (now.phrase.trim() || now.angle !== null || now.comment) all.push(now);
    now = empty();
  };
  while (at < value.length) {
    const sign = value[at]!;
    const token = tokenAt(value, at);
    at += token.length;
    if (sign === ',' || sign === ';') end();
    else if (sign === ':' && now.angle === null && !now.phrase.includes('@') && !/mailto$/i.test(now.phrase))
      now = empty();
    else if (sign === '(' && token.length > 1) now.comment ||= token.slice(1, -1).trim();
    else if (sign === '<') {
      // Two in brackets are two people, whichever of them another server would have seen.
      if (now.angle?.includes('@') && token.includes('@')) end();
      if (!now.angle?.includes('@')) now.angle = token.slice(1).replace(/>$/, '');
    } else if (now.angle === null) now.phrase += token;
  }
  end();
  return all;
}

const empty = (): Mailbox => ({ phrase: '', angle: null, comment: '' });

const TOKENS: Record<string, RegExp> = {
  '"': /"(?:[^"\\]|\\[\s\S]){0,2000}"/y,
  '(': /\((?:[^()\\]|\\[\s\S]|\([^()]*\)){0,2000}\)/y,
  '<': /<[^<>,;]{0,500}>|<(?=[^<>]{0,500}$)[^<>]*/y,
  '=': /=\?[^?\s]{1,60}\?[bq]\?[^?\s]{0,4000}\?=/iy,
};

/** A whole token from here, or only the sign, where its end is missing. */
function tokenAt(value: string, at: number): string {
  const pattern = TOKENS[value[at]!];
  if (!pattern) return value[at]!;
  pattern.lastIndex = at;
  return pattern.exec(value)?.[0] ?? value[at]!;
}
