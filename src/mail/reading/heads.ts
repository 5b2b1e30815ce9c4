import type { MailAddress, ReadMail } from '../../domain/mail/message.ts';
import { readAddresses } from './addresses.ts';
import { whole } from './charset.ts';
import type { Fields } from './fields.ts';
import type { Problems } from './limits.ts';
import { decodeWords, oneLine } from './words.ts';

type Head = Pick<
  ReadMail,
  | 'messageId'
  | 'inReplyTo'
  | 'references'
  | 'date'
  | 'from'
  | 'sender'
  | 'replyTo'
  | 'to'
  | 'cc'
  | 'returnPath'
  | 'deliveredTo'
  | 'subject'
  | 'authenticationResults'
  | 'headers'
>;

const MOST_IDS = 100;

/** What the head of a mail says. `charset` is that of the text: who writes bare bytes into headers uses the same. */
export function readHead(fields: Fields, charset: string, problems: Problems): Head {
  const all = (name: string) => fields.filter(field => field.name === name).map(field => field.value);
  const people = (name: string) => all(name).flatMap(value => readAddresses(value, charset, problems));
  const ids = (name: string) => all(name).flatMap(idsOf).slice(-MOST_IDS);
  const from = withAddress(people('from'));
  tellFrom(all('from'), from, problems);
  const path = all('return-path')[0];
  return {
    messageId: ids('message-id')[0] ?? null,
    inReplyTo: ids('in-reply-to'),
    references: ids('references'),
    date: dateOf(all('date')[0]),
    from,
    sender: people('sender')[0] ?? null,
    replyTo: people('reply-to'),
    to: people('to'),
    cc: people('cc'),
    returnPath: path === undefined ? null : pathOf(readAddresses(path, charset, problems)[0]?.address, path),
    deliveredTo: ['delivered-to', 'x-original-to', 'envelope-to'].flatMap(name =>
      people(name).map(({ address }) => address),
    ),
    subject: whole(decodeWords(all('subject')[0] ?? '', charset).slice(0, 2_000)),
    // Never decoded: a name that only decodes to our server's is not what our server would remove from a mail.
    authenticationResults: all('authentication-results').map(oneLine),
    headers: headersOf(fields, charset),
  };
}

/** Names without an address say nothing beside one that has it. */
const withAddress = (people: MailAddress[]) =>
  people.some(({ address }) => address.includes('@'))
    ? people.filter(({ address }) => address.includes('@'))
    : people;

function tellFrom(lines: string[], from: MailAddress[], problems: Problems) {
  if (lines.length > 1) problems.tell('There are two From lines; a mail has one.');
  if (!from.some(({ address }) => address.includes('@'))) problems.tell('From names no address.');
  else if (from.length > 1) problems.tell('From names more than one address.');
}

function idsOf(value: string): string[] {
  const text = decodeWords(value.slice(0, 60_000));
  const found = [...text.matchAll(/<([^<>\s]{1,900})>/g)].map(([id]) => id);
  if (found.length > 0) return found;
  const bare = /^[^\s<>]{1,800}$/.exec(text.trim())?.[0];
  return bare ? [`<${bare}>`] : [];
}

/** Null where it is none, or one that no mail can have. */
function dateOf(value: string | undefined): Date | null {
  const text = decodeWords((value ?? '').slice(0, 200)).replace(/\([^)]*\)/g, '');
  if (!/\d:\d\d/.test(text)) return null;
  const date = new Date(/[+-]\d{4}|\b(GMT|UTC?|[ECMP][SD]T|Z)\b/i.test(text) ? text : `${text} +0000`);
  const year = date.getUTCFullYear();
  return year > 1970 && year < 2200 ? date : null;
}

/** Bounded: a thousand lines of any length are of no use to who decides by them. */
function headersOf(fields: Fields, charset: string): Record<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const { name, value } of fields.slice(0, 500)) {
    if (!/^[a-z0-9][\w.-]*$/.test(name)) continue;
    const values = headers.get(name) ?? [];
    if (values.length < 50) headers.set(name, [...values, decodeWords(value.slice(0, 4_000), charset)]);
  }
  return Object.fromEntries(headers);
}

/** Only an empty path is a machine's; words that are no address say nothing. */
const pathOf = (address: string | undefined, path: string) =>
  address || (/^[\s<>]{0,20}$/.test(path) ? '' : null);
