import type { TemplateEvent } from './template-events.ts';
import type { Placeholder } from './template-placeholders.ts';

type Words = (text: string, values?: Record<string, unknown>) => string;

/** What of a mail an admin may word. Everything else of it (why it comes, how to answer, its links) is not theirs. */
export type Wording = {
  subject: string;
  heading: string;
  /** Before and after what the mail tells: a message, the facts of a ticket. Each line is a paragraph. */
  before: string;
  after: string;
  /** Empty where the mail has none. */
  button: string;
};

const mark = (name: Placeholder) => `{{${name}}}`;

const TITLE = `${mark('ticket.subject')} (#${mark('ticket.number')})`;

/** The product's own text, in the language of `t`: where the edit of a template begins, and what a reset goes back to. */
export function ownWording(event: TemplateEvent, t: Words): Wording {
  const company = mark('company.name');
  const openIt = t('Open the ticket');
  const seeIt = t('See the ticket');
  const texts: Record<TemplateEvent, Partial<Wording>> = {
    'ticket-received': {
      subject: TITLE,
      before: t('Your ticket has the number {{number}}. You get a mail as soon as somebody answers.', {
        number: `#${mark('ticket.number')}`,
      }),
      button: seeIt,
    },
    'ticket-reply': { subject: `Re: ${TITLE}`, after: mark('next_step'), button: seeIt },
    'ticket-status': {
      subject: `Re: ${TITLE}`,
      before: t('Changed by {{name}}.', { name: mark('actor.name') }),
      after: mark('next_step'),
      button: seeIt,
    },
    'ticket-new': { subject: TITLE, button: openIt },
    'ticket-assigned': { subject: `Re: ${TITLE}`, button: openIt },
    'ticket-mention': { subject: `Re: ${TITLE}`, after: mark('next_step'), button: openIt },
    'ticket-note': {
      subject: `Re: ${TITLE}`,
      after: t('Only those who work this ticket can read notes.'),
      button: openIt,
    },
    invitation: {
      subject: t('You are invited to {{company}} support', { company }),
      heading: t('You are invited to {{company}} support', { company }),
      before: mark('news'),
      after: t('The link works once, for 72 hours.'),
      button: t('Choose a password'),
    },
    'account-approved': {
      subject: t('Your account is ready'),
      heading: t('Your account is ready'),
      before: t('You can now sign in at {{company}} support, ask for help and follow your tickets.', {
        company,
      }),
      button: t('Sign in'),
    },
    'account-rejected': {
      subject: t('Your account was not approved'),
      heading: t('Your account was not approved'),
      before: `${t('An admin of {{company}} support has decided not to open an account for this address.', { company })}\n${mark('next_step')}`,
    },
    digest: { subject: mark('news'), button: t('See all notifications') },
    ...comingTexts(t),
  };
  return { subject: '', heading: mark('news'), before: '', after: '', button: '', ...texts[event] };
}

function comingTexts(t: Words) {
  const title = { subject: `Re: ${TITLE}` };
  return {
    'approval-asked': {
      ...title,
      heading: t('{{name}} asks for your approval', { name: mark('requester.name') }),
      before: mark('approval.question'),
      button: t('See the request'),
    },
    'approval-decided': {
      ...title,
      heading: t('{{decision}}: {{question}}', {
        decision: mark('approval.decision'),
        question: mark('approval.question'),
      }),
      before: t('Decided by {{name}}.', { name: mark('actor.name') }),
      button: t('See the ticket'),
    },
    'sla-warning': {
      ...title,
      heading: t('A reply is due at {{time}}', { time: mark('due') }),
      before: t('{{name}} waits for an answer.', { name: mark('requester.name') }),
      button: t('Open the ticket'),
    },
    'sla-breach': {
      ...title,
      heading: t('A reply was due at {{time}}', { time: mark('due') }),
      before: t('{{name}} still waits for an answer.', { name: mark('requester.name') }),
      button: t('Open the ticket'),
    },
    satisfaction: {
      ...title,
      heading: t('How was the help you got?'),
      before: t('Your answer takes a second and shows us what to do better.'),
      button: t('Rate the help'),
    },
    'incident-update': {
      subject: mark('incident.title'),
      heading: mark('incident.title'),
      before: mark('incident.update'),
      button: t('See the incident'),
    },
    report: {
      subject: mark('report.name'),
      heading: mark('report.name'),
      before: t('Here is the report you asked for.'),
      button: t('See the report'),
    },
  };
}
