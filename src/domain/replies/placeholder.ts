import type { PersonName, Ticket } from '../tickets/ticket.ts';

type Words = (text: string, values?: Record<string, unknown>) => string;

export type Filling = {
  ticket: Pick<Ticket, 'number' | 'subject' | 'employeeStatusName' | 'teamName'>;
  requester: Pick<PersonName, 'firstName' | 'lastName'>;
  me: Pick<PersonName, 'firstName' | 'lastName'> | null;
  company: string;
  t: Words;
};

const nameOf = (person: Pick<PersonName, 'firstName' | 'lastName'> | null) =>
  person ? `${person.firstName} ${person.lastName}`.trim() : '';

/** All there are. What somebody is called may be missing; then they are greeted as "there". */
const VALUES: Record<string, (filling: Filling) => string> = {
  'requester.first_name': ({ requester, t }) => requester.firstName || t('there'),
  'requester.name': ({ requester, t }) => nameOf(requester) || t('there'),
  'ticket.number': ({ ticket }) => String(ticket.number),
  'ticket.subject': ({ ticket }) => ticket.subject,
  'ticket.status': ({ ticket, t }) => t(ticket.employeeStatusName),
  'me.first_name': ({ me }) => me?.firstName ?? '',
  'me.name': ({ me }) => nameOf(me),
  'team.name': ({ ticket }) => ticket.teamName ?? '',
  'company.name': ({ company }) => company,
};

export const placeholders: readonly string[] = Object.keys(VALUES);

const MARK = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** Those that mean nothing, as they were written: a saved text with one of them is refused. */
export const unknownPlaceholders = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(MARK)].filter(([, name = '']) => !Object.hasOwn(VALUES, name)).map(([mark]) => mark),
  ),
];

/**
 * Puts the values in, once from left to right: what a value holds is never read as a placeholder, and its signs
 * are escaped so that Markdown shows them as they are (a subject may hold a link somebody wants to be clicked).
 */
export const fillPlaceholders = (text: string, filling: Filling): string =>
  text.replace(MARK, (mark, name: string) =>
    Object.hasOwn(VALUES, name) ? asText(VALUES[name]!(filling)) : mark,
  );

export const asText = (value: string): string =>
  value
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\\`*_[\]<>~|!&@]/g, '\\$&')
    // Addresses that would become links by themselves: "http://…", "www.…", "name.tld".
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/\.(?=\p{L}{2,})/gu, '\\.')
    .replace(/^([#>+=-])/, '\\$1')
    .replace(/^(\d+)([.)])/, '$1\\$2');
