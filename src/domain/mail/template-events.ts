import type { MailTemplate } from '../events/mailing.ts';

type Words = (text: string, values?: Record<string, unknown>) => string;

/** Events whose mails exist; those about passwords and addresses are the product's own for ever. */
const SENT = [
  'account-approved',
  'account-rejected',
  'invitation',
  'ticket-received',
  'ticket-new',
  'ticket-reply',
  'ticket-note',
  'ticket-status',
  'ticket-assigned',
  'ticket-mention',
  'digest',
] as const satisfies readonly MailTemplate[];

/** Events that do not happen yet. Their words can be looked at and changed already. */
const COMING = [
  'approval-asked',
  'approval-decided',
  'sla-warning',
  'sla-breach',
  'satisfaction',
  'incident-update',
  'report',
] as const;

export type SentEvent = (typeof SENT)[number];
export type ComingEvent = (typeof COMING)[number];
export type TemplateEvent = SentEvent | ComingEvent;

export const isComing = (event: TemplateEvent): event is ComingEvent =>
  (COMING as readonly string[]).includes(event);
export const isTemplateEvent = (name: string): name is TemplateEvent =>
  [...SENT, ...COMING].some(event => event === name);

export type TemplateGroup = 'tickets' | 'accounts' | 'approvals' | 'deadlines' | 'summaries';

/** In the order of the page. */
export const templateGroups: Record<TemplateGroup, readonly TemplateEvent[]> = {
  tickets: [
    'ticket-received',
    'ticket-reply',
    'ticket-status',
    'satisfaction',
    'ticket-new',
    'ticket-assigned',
    'ticket-mention',
    'ticket-note',
  ],
  accounts: ['invitation', 'account-approved', 'account-rejected'],
  approvals: ['approval-asked', 'approval-decided'],
  deadlines: ['sla-warning', 'sla-breach'],
  summaries: ['digest', 'incident-update', 'report'],
};

export const templateEvents: readonly TemplateEvent[] = Object.values(templateGroups).flat();

const ABOUT_NO_TICKET: readonly TemplateEvent[] = [...templateGroups.accounts, ...templateGroups.summaries];
export const isAboutTicket = (event: TemplateEvent) => !ABOUT_NO_TICKET.includes(event);

/** They tell what an admin decided, and there is nothing to open. */
export const hasButton = (event: TemplateEvent) => event !== 'account-rejected';

const DESK: readonly TemplateEvent[] = [
  'ticket-new',
  'ticket-assigned',
  'ticket-mention',
  'ticket-note',
  'sla-warning',
  'sla-breach',
];
/** Its readers work the ticket. */
export const isForDesk = (event: TemplateEvent) => DESK.includes(event);

/** What the admin calls it, and who gets it. */
export function eventWords(event: TemplateEvent, t: Words): { name: string; to: string } {
  const words: Record<TemplateEvent, [name: string, to: string]> = {
    'ticket-received': [t('Ticket received'), t('To the requester')],
    'ticket-reply': [t('Reply'), t('To requester and followers; to the desk if the requester wrote')],
    'ticket-status': [t('New status'), t('To requester and followers')],
    satisfaction: [t('How was the help?'), t('To the requester, after the ticket is solved')],
    'ticket-new': [t('New ticket'), t('To the team')],
    'ticket-assigned': [t('Assignment'), t('To the new owner')],
    'ticket-mention': [t('Mention'), t('To who is mentioned')],
    'ticket-note': [t('Internal note'), t('To who works the ticket')],
    invitation: [t('Invitation'), t('To the new person')],
    'account-approved': [t('Account approved'), t('To the new person')],
    'account-rejected': [t('Account declined'), t('To who asked for it')],
    'approval-asked': [t('Approval asked'), t('To the approver')],
    'approval-decided': [t('Approval decided'), t('To the requester')],
    'sla-warning': [t('Deadline near'), t('To owner and team')],
    'sla-breach': [t('Deadline missed'), t('To owner, team and admins')],
    digest: [t('Daily digest'), t('To who asked for it')],
    'incident-update': [t('Incident update'), t('To who follows the incident')],
    report: [t('Report by mail'), t('To who subscribed to it')],
  };
  const [name, to] = words[event];
  return { name, to };
}

/** What must exist first for an event that does not happen yet. */
export function waitsFor(event: TemplateEvent, t: Words): string | undefined {
  if (!isComing(event)) return undefined;
  const words: Record<ComingEvent, string> = {
    'approval-asked': t('Used once approvals exist'),
    'approval-decided': t('Used once approvals exist'),
    'sla-warning': t('Used once service levels exist'),
    'sla-breach': t('Used once service levels exist'),
    satisfaction: t('Used once ratings exist'),
    'incident-update': t('Used once incidents exist'),
    report: t('Used once reports by mail exist'),
  };
  return words[event];
}
