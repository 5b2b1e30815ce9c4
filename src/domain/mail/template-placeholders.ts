import { isAboutTicket, isForDesk, type TemplateEvent } from './template-events.ts';

type Words = (text: string, values?: Record<string, unknown>) => string;

const EVERYWHERE = ['company.name', 'company.help_line', 'recipient.first_name', 'recipient.name'] as const;
const TICKET = [
  'ticket.number',
  'ticket.subject',
  'ticket.status',
  'ticket.category',
  'ticket.team',
  'requester.first_name',
  'requester.name',
  'actor.name',
] as const;
/** Of what the desk alone knows. */
const DESK = ['ticket.priority', 'requester.department'] as const;

export type Placeholder =
  | (typeof EVERYWHERE)[number]
  | (typeof TICKET)[number]
  | (typeof DESK)[number]
  | 'news'
  | 'next_step'
  | 'due'
  | 'approval.question'
  | 'approval.decision'
  | 'incident.title'
  | 'incident.update'
  | 'report.name';

const OWN: Partial<Record<TemplateEvent, readonly Placeholder[]>> = {
  invitation: ['news', 'actor.name'],
  'account-rejected': ['next_step'],
  'ticket-received': ['news'],
  'ticket-new': ['news'],
  'ticket-assigned': ['news'],
  'ticket-reply': ['news', 'next_step'],
  'ticket-status': ['news', 'next_step'],
  'ticket-note': ['news'],
  'ticket-mention': ['news', 'next_step'],
  digest: ['news'],
  'approval-asked': ['approval.question'],
  'approval-decided': ['approval.question', 'approval.decision'],
  'sla-warning': ['due'],
  'sla-breach': ['due'],
  'incident-update': ['incident.title', 'incident.update'],
  report: ['report.name'],
};

/**
 * What a template of the event may name. No words of a message are among them, no note, no link and no token: those
 * stand in the mail's own parts, which a template cannot move.
 */
export const placeholdersOf = (event: TemplateEvent): readonly Placeholder[] => [
  ...(OWN[event] ?? []),
  ...(isAboutTicket(event) ? TICKET : []),
  ...(isForDesk(event) ? DESK : []),
  ...EVERYWHERE,
];

export function placeholderWord(name: Placeholder, t: Words): string {
  const words: Record<Placeholder, string> = {
    news: t('What happened, in our own words, like “Your ticket is solved”'),
    next_step: t('What the reader can do next; often nothing'),
    'ticket.number': t('Number of the ticket, without #'),
    'ticket.subject': t('Subject of the ticket'),
    'ticket.status': t('Status, as the reader knows it'),
    'ticket.category': t('Category'),
    'ticket.team': t('Team'),
    'ticket.priority': t('Priority'),
    'requester.first_name': t('First name of who asked'),
    'requester.name': t('Full name of who asked'),
    'requester.department': t('Department of who asked'),
    'actor.name': t('Who did it; nothing if it was the program'),
    'recipient.first_name': t('First name of the reader'),
    'recipient.name': t('Full name of the reader'),
    'company.name': t('Name of the company'),
    'company.help_line': t('Help line of the settings'),
    due: t('Until when'),
    'approval.question': t('What is to be approved'),
    'approval.decision': t('Approved or declined'),
    'incident.title': t('Title of the incident'),
    'incident.update': t('The newest words about it'),
    'report.name': t('Name of the report'),
  };
  return words[name];
}

export type PlaceholderValues = Partial<Record<Placeholder, string>>;

const MARK = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** Those that the event does not know, as they were written, and braces that open or close nothing. */
export function unknownPlaceholders(text: string, event: TemplateEvent): string[] {
  const known: readonly string[] = placeholdersOf(event);
  const wrong = [...text.matchAll(MARK)]
    .filter(([, name = '']) => !known.includes(name))
    .map(([mark]) => mark);
  const stray = text.replace(MARK, '').match(/\{\{|\}\}/g) ?? [];
  return [...new Set([...wrong, ...stray])];
}

/** Once from left to right: what a value holds is never read as a placeholder. A value is one line of plain words. */
export const fillLine = (text: string, values: PlaceholderValues): string =>
  text
    .replace(MARK, (_mark, name: string) => oneLine(valueFor(values, name)))
    .replace(/ {2,}/g, ' ')
    .trim();

/** Each line is a paragraph; one whose placeholders all hold nothing is left out. */
export const fillParagraphs = (text: string, values: PlaceholderValues): string[] =>
  text
    .split('\n')
    .filter(paragraph => {
      const names = [...paragraph.matchAll(MARK)].map(([, name = '']) => name);
      return names.length === 0 || names.some(name => valueFor(values, name) !== '');
    })
    .map(paragraph => fillLine(paragraph, values))
    .filter(Boolean);

const valueFor = (values: PlaceholderValues, name: string): string =>
  Object.hasOwn(values, name) ? (values[name as Placeholder] ?? '') : '';

/** Line ends would begin a header; signs that turn the direction would make a name read as another. */
const oneLine = (value: string) =>
  value
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();
