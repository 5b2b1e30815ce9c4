import { type Leaf, wordsOfHtml } from './bounces-parts.ts';

/** What a person would read in a report without machine-readable parts: which addresses, and what is said of each. */

export const ADDRESS =
  /[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)+[A-Za-z][A-Za-z0-9-]{0,62}/g;

export const bareAddress = (value: string) =>
  value.match(ADDRESS)?.at(-1) ?? value.replace(/^[^;]*;/, '').replace(/[<>\s]/g, '');

const LONGEST_NOTICE = 40_000;

/** The returned mail, where it stands in the same text as the notice. */
const RETURNED =
  /^[\s>*=_-]{0,80}(?:below this line is (?:a copy|the)|(?:this is )?a copy of (?:the|your)|original (?:message|mail|email)(?: (?:follows|as follows|headers?))?|returned message|the header of the original|(?:message )?headers? follows?|message follows|included is a copy|unsent message|(?:message|returned) (?:text|content) follows|the original message (?:headers|follows)|your (?:original )?message (?:follows|reads)|the attached message|undelivered message|begin returned message|the following is (?:a copy|the)|message header|header of the message)[^\n]{0,120}$|^(?:Received: (?:from|by) |Return-Path: ?<)/im;

export function noticeAndReturned(leaves: readonly Leaf[]): { notice: string; returned: string } {
  let notice = '';
  let returned = '';
  for (const { type, text } of leaves) {
    const isReturned = /^message\/(?!delivery-status|feedback)|^text\/rfc822/.test(type);
    if (isReturned) returned ||= text;
    else if (/^text\/|^message\/(?:delivery|feedback)/.test(type) && notice.length < LONGEST_NOTICE) {
      if (type === 'message/delivery-status' || type === 'message/feedback-report') continue;
      const words = type === 'text/html' ? wordsOfHtml(text.slice(0, 200_000)) : text;
      const [own, copy] = parted(words.slice(0, LONGEST_NOTICE * 2));
      notice += `${own}\n\n`;
      returned ||= copy;
    }
  }
  return { notice: notice.slice(0, LONGEST_NOTICE), returned };
}

function parted(text: string): [string, string] {
  const marked = RETURNED.exec(text);
  const headers = headersIn(text);
  const at = Math.min(marked && marked.index > 0 ? marked.index : text.length, headers);
  return [
    text.slice(0, at),
    text.slice(at).replace(RETURNED, match => (/^(?:Received|Return-Path)/i.test(match) ? match : '')),
  ];
}

/** Three header lines together are the beginning of a returned mail, whatever stands above. */
function headersIn(text: string): number {
  const field =
    /^(?:From|To|Received|Return-Path|Message-I[Dd]|Date|Subject|Content-Type|M[Ii][Mm][Ee]-Version|Reply-To|X-Mailer|DKIM-Signature): /;
  let at = 0;
  let run = 0;
  let start = 0;
  for (const line of text.split('\n')) {
    if (field.test(line)) {
      if (run === 0) start = at;
      run += 1;
      if (run >= 3 && start > 0) return start;
    } else if (!/^[ \t]\S/.test(line)) run = 0;
    at += line.length + 1;
  }
  return text.length;
}

export type Told = { address: string; said: string };

const LEAD =
  '^[\\s>*•-]{0,20}(?:to: ?|for: ?|recipient: ?|(?:in: +)?rcpt to: ?|[45]\\d\\d |failed recipient: ?|final recipient: ?|address: ?|user: ?|the following (?:address|recipient)s?: ?)?';
/** A line that is an address and little else, as lists of failed recipients have them. */
const alone = (address: string) =>
  new RegExp(
    `${LEAD}[<"'(\\[]?(?:mailto:)?${address.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}[>"')\\]]?(?=[\\s:;,.(<[]|$)`,
    'i',
  );

const NOT_RECIPIENTS =
  /^(?:mailer-daemon|postmaster|mail\.?delivery|abuse|no-?reply|bounce|listserv|double-bounce|mailerdaemon|mailer_daemon)/i;

/** In order of their first mention; `others` are addresses of the sender and of machines. */
export function toldIn(notice: string, others: ReadonlySet<string>): Told[] {
  const lines = notice
    .split('\n')
    .slice(0, 600)
    .map(line => line.slice(0, 2000));
  const found: { address: string; line: number; isAlone: boolean }[] = [];
  for (const [line, text] of lines.entries()) {
    for (const match of text.match(ADDRESS)?.slice(0, 20) ?? []) {
      const address = match.replace(/^['"=.]+|[.'"]+$/g, '');
      const lower = address.toLowerCase();
      if (others.has(lower) || NOT_RECIPIENTS.test(lower) || found.length > 200) continue;
      const isAlone = alone(address).test(text);
      const before = found.find(each => each.address.toLowerCase() === lower);
      if (!before) found.push({ address, line, isAlone });
      else if (isAlone && !before.isAlone) Object.assign(before, { line, isAlone });
    }
  }
  const listed = found.filter(each => each.isAlone);
  const wanted = (listed.length > 0 ? listed : found.slice(0, 1))
    .sort((a, b) => a.line - b.line)
    .slice(0, 20);
  return wanted.map(({ address, line }, index) => ({
    address,
    said: saidOf(lines, line, wanted[index + 1]?.line),
  }));
}

function saidOf(lines: string[], from: number, next: number | undefined): string {
  return lines
    .slice(from, Math.min(next === undefined || next === from ? lines.length : next, from + 40))
    .join('\n')
    .trim();
}
