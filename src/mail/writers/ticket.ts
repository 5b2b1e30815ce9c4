import { fullName } from '../../domain/access/actor.ts';
import { ANSWER_LINE } from '../../domain/mail/answer-line.ts';
import type { TicketTemplate } from '../../domain/notifications/holding.ts';
import type { TicketLetter } from '../../domain/notifications/letter.ts';
import { excerptOf } from '../../domain/tickets/comment.ts';
import type { Priority, Ticket } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import type { Content } from '../content.ts';
import type { Pen } from '../formatting.ts';
import { canAnswer, nextSteps } from './next-steps.ts';

type Writer = (
  letter: TicketLetter,
  pen: Pen,
) => Omit<Content, 'subject' | 'why' | 'preheader'> & Partial<Content>;

export function ticketContent(letter: TicketLetter, pen: Pen): Content {
  const { ticket } = letter;
  const title = `${ticket.subject} (#${ticket.number})`;
  const written = WRITERS[letter.template](letter, pen);
  const first =
    letter.template === 'ticket-received' || (letter.template === 'ticket-new' && !letter.isMoved);
  return {
    // "Re:" is a mark that mail programs know, not a word of a language.
    subject: first ? title : `Re: ${title}`,
    preheader: preheader(letter, pen) ?? written.paragraphs?.[0] ?? written.heading,
    ...(canAnswer(letter) && { answerLine: pen.t(ANSWER_LINE) }),
    lead: ticket.subject,
    ...(!letter.to.isContact && {
      button: {
        label: letter.works ? pen.t('Open the ticket') : pen.t('See the ticket'),
        url: pen.url(paths.ticket(ticket)),
      },
    }),
    why: why(letter, pen.t),
    ...(!letter.to.isContact && {
      choose: { label: pen.t('Choose what we mail you'), url: pen.url(paths.notificationPreferences) },
    }),
    ...written,
  };
}

const WRITERS: Record<TicketTemplate, Writer> = {
  'ticket-received': (letter, { t }) => ({
    heading:
      letter.actorName && letter.comment?.authorName !== fullName(letter.ticket.requester)
        ? t('{{name}} has raised a ticket for you', { name: letter.actorName })
        : t('We have your ticket'),
    paragraphs: [
      t('Your ticket has the number {{number}}. You get a mail as soon as somebody answers.', {
        number: `#${letter.ticket.number}`,
      }),
    ],
    // Anybody can write a mail in somebody's name: what it says must not reach them through us.
    ...(letter.ticket.source === 'email'
      ? { subject: t('We have your mail (#{{number}})', { number: letter.ticket.number }), lead: '' }
      : quoteOf(letter, { t } as Pen)),
  }),

  'ticket-new': (letter, pen) => ({
    heading: letter.isMoved
      ? pen.t('A ticket was moved to your team')
      : pen.t('{{name}} needs help', { name: fullName(letter.ticket.requester) }),
    facts: factsOf(letter.ticket, pen),
    ...quoteOf(letter, pen),
  }),

  'ticket-assigned': (letter, pen) => ({
    heading: letter.actorName
      ? pen.t('{{name}} has given you a ticket', { name: letter.actorName })
      : pen.t('You have a new ticket'),
    facts: [[pen.t('From'), fullName(letter.ticket.requester)], ...factsOf(letter.ticket, pen)],
  }),

  'ticket-reply': (letter, pen) => ({
    heading: replyHeading(letter, pen.t),
    ...quoteOf(letter, pen),
    notes: letter.works ? [] : nextSteps(letter, pen),
  }),

  'ticket-status': (letter, pen) => ({
    heading: statusHeading(letter, pen.t),
    paragraphs: letter.actorName ? [pen.t('Changed by {{name}}.', { name: letter.actorName })] : [],
    notes: letter.works ? [] : nextSteps(letter, pen),
  }),

  'ticket-mention': (letter, pen) => ({
    heading: pen.t('{{name}} has mentioned you', { name: letter.actorName ?? '–' }),
    ...quoteOf(letter, pen),
    notes: letter.comment?.isNote ? [pen.t('Only those who work this ticket can read notes.')] : [],
  }),

  'ticket-note': (letter, pen) => ({
    heading: pen.t('{{name}} has added an internal note', { name: letter.actorName ?? '–' }),
    ...quoteOf(letter, pen),
    notes: [pen.t('Only those who work this ticket can read notes.')],
  }),
};

function replyHeading({ works, comment, ticket }: TicketLetter, t: Translate): string {
  const name = comment?.authorName ?? '–';
  if (works) return t('{{name}} has answered', { name });
  if (ticket.statusKind === 'resolved') return t('Your ticket is solved');
  if (ticket.waitingOn === 'requester') return t('{{name}} needs an answer from you', { name });
  return t('{{name}} has answered', { name });
}

/** The words that the requester reads on the page for the same state. */
function statusHeading({ ticket, works, reason }: TicketLetter, t: Translate): string {
  if (works) return t('The ticket is now: {{status}}', { status: t(ticket.statusName) });
  const own = reason === 'requester';
  if (ticket.status === 'rejected') return own ? t('Your ticket was declined') : t('The ticket was declined');
  if (ticket.status === 'withdrawn') return t('The ticket was withdrawn');
  if (ticket.statusKind === 'resolved') return own ? t('Your ticket is solved') : t('The ticket is solved');
  if (ticket.statusKind === 'closed') return own ? t('Your ticket is closed') : t('The ticket is closed');
  if (ticket.waitingOn === 'requester')
    return own ? t('Your ticket waits for you') : t('The ticket waits for an answer');
  if (ticket.statusKind === 'waiting') return own ? t('Your ticket is on hold') : t('The ticket is on hold');
  return own ? t('We are working on your ticket') : t('The ticket is being worked on');
}

function quoteOf({ comment, works }: TicketLetter, { t }: Pen): Pick<Content, 'quote'> {
  if (!comment) return {};
  const meta = comment.isNote ? t('Internal note') : works ? t('Message') : '';
  return { quote: { ...comment, meta } };
}

function factsOf(ticket: Ticket, { t }: Pen): [string, string][] {
  const category = [ticket.parentCategoryName, ticket.categoryName].filter(Boolean).join(' › ');
  const facts: [string, string | null][] = [
    [t('Priority'), priorityWord(ticket.priority, t)],
    [t('Category'), category],
    [t('Team'), ticket.teamName],
    [t('Department'), ticket.requester.departmentName],
  ];
  return facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
}

const priorityWord = (priority: Priority, t: Translate) =>
  ({ low: t('Low'), medium: t('Medium'), high: t('High'), urgent: t('Urgent') })[priority];

function preheader({ comment }: TicketLetter, { t }: Pen): string | undefined {
  if (!comment) return undefined;
  if (comment.isRemoved) return t('This message was removed.');
  return `${comment.authorName}: ${excerptOf(comment.body)}`;
}

function why({ reason, ticket }: TicketLetter, t: Translate): string {
  const number = `#${ticket.number}`;
  switch (reason) {
    case 'requester':
      return t('You get this because {{number}} is your ticket.', { number });
    case 'assignee':
      return t('You get this because {{number}} is assigned to you.', { number });
    case 'watcher':
      return t('You get this because you follow {{number}}.', { number });
    case 'team':
      return t('You get this because {{number}} is waiting for your team.', { number });
    case 'manager':
      return t('You get this because {{number}} comes from your department.', { number });
  }
}
