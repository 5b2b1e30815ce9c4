import { fullName } from '../domain/access/actor.ts';
import { ownWording, type Wording } from '../domain/mail/own-wording.ts';
import { fillLine, fillParagraphs, type PlaceholderValues } from '../domain/mail/template-placeholders.ts';
import type { ComingLetter, Letter } from '../domain/notifications/letter.ts';
import type { Priority, Ticket } from '../domain/tickets/ticket.ts';
import { paths } from '../paths.ts';
import type { Translate } from '../platform/translating.ts';
import type { Content } from './content.ts';
import type { Pen } from './formatting.ts';

/**
 * Puts an admin's words in place of the writer's. What a mail tells, why it comes, the line above which it is answered,
 * its addresses and the way out of a digest are none of a template's, so none of them can go.
 */
export function withWording(content: Content, letter: Letter, pen: Pen): Content {
  if (!letter.wording) return content;
  return worded(content, letter.wording, valuesFor(letter, content, pen.t), letter.template === 'digest');
}

function worded(content: Content, wording: Wording, values: PlaceholderValues, isDigest: boolean): Content {
  const { subject, heading, button } = filled(wording, values);
  const paragraphs = fillParagraphs(wording.before, values);
  const after = fillParagraphs(wording.after, values);
  return {
    ...content,
    subject: subject || content.subject,
    heading: heading || content.heading,
    preheader:
      content.quote || isDigest ? content.preheader : (paragraphs[0] ?? (heading || content.heading)),
    paragraphs,
    ...(content.button && { button: { ...content.button, label: button || content.button.label } }),
    notes: after,
  };
}

const filled = ({ subject, heading, button }: Wording, values: PlaceholderValues) => ({
  subject: fillLine(subject, values),
  heading: fillLine(heading, values),
  button: fillLine(button, values),
});

/** A mail of an event that does not happen yet: the product's own text, or an admin's, with values made up. */
export function comingContent(letter: ComingLetter, pen: Pen): Content {
  const { t } = pen;
  const { about } = letter;
  const empty: Content = {
    subject: '',
    preheader: '',
    heading: '',
    ...(about && { lead: about.subject }),
    button: { label: '', url: pen.url(about ? paths.ticket(about) : paths.home) },
    why: t('You get this because an admin of {{company}} support looks how it reads.', {
      company: letter.settings.companyName,
    }),
  };
  return worded(empty, ownWording(letter.event, t), valuesFor(letter, empty, t), false);
}

function valuesFor(letter: Letter, content: Content, t: Translate): PlaceholderValues {
  return {
    ...news(letter, content),
    ...ticketValues(letter, t),
    ...(letter.template === 'coming' && madeUp(t)),
    'actor.name': letter.actorName ?? '',
    'recipient.first_name': letter.to.firstName || t('there'),
    'recipient.name': letter.to.name || t('there'),
    'company.name': letter.settings.companyName,
    'company.help_line': letter.settings.helpLine,
  };
}

/** What the writer found to say about this very case. */
function news({ template }: Letter, { heading, paragraphs, notes }: Content): PlaceholderValues {
  if (template === 'invitation') return { news: paragraphs?.[0] ?? '' };
  if (template === 'account-rejected') return { next_step: paragraphs?.[1] ?? '' };
  return { news: heading, next_step: notes?.join(' ') ?? '' };
}

function ticketValues(letter: Letter, t: Translate): PlaceholderValues {
  const ticket = 'ticket' in letter ? letter.ticket : letter.template === 'coming' ? letter.about : null;
  if (!ticket) return {};
  const works = 'works' in letter && letter.works;
  return {
    'ticket.number': String(ticket.number),
    'ticket.subject': ticket.subject,
    'ticket.status': t(works ? ticket.statusName : ticket.employeeStatusName),
    'ticket.category': [ticket.parentCategoryName, ticket.categoryName].filter(Boolean).join(' › '),
    'ticket.team': ticket.teamName ?? '',
    'requester.first_name': ticket.requester.firstName || t('there'),
    'requester.name': fullName({ ...ticket.requester, email: null }),
    ...(works || letter.template === 'coming' ? deskValues(ticket, t) : {}),
  };
}

const deskValues = (ticket: Ticket, t: Translate): PlaceholderValues => ({
  'ticket.priority': priorityWord(ticket.priority, t),
  'requester.department': ticket.requester.departmentName ?? '',
});

const priorityWord = (priority: Priority, t: Translate) =>
  ({ low: t('Low'), medium: t('Medium'), high: t('High'), urgent: t('Urgent') })[priority];

const madeUp = (t: Translate): PlaceholderValues => ({
  due: t('14:30 today'),
  'approval.question': t('A new laptop for 1,200 euros'),
  'approval.decision': t('Approved'),
  'incident.title': t('Mail is slow'),
  'incident.update': t('We have found the cause and are working on it.'),
  'report.name': t('Tickets of last week'),
});
