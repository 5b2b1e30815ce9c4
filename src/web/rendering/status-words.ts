import type { Translate } from '../../platform/translating.ts';

/** A status as the domain gives it; only what is drawn. */
export type TicketStatus = {
  kind: 'new' | 'open' | 'waiting' | 'resolved' | 'closed';
  key: string;
  name: string;
  employeeName?: string;
  waitingOn: 'requester' | 'other' | null;
};

/** Who reads: people who work tickets, or those who raise them. */
export type Audience = 'desk' | 'employee';

/** The word for a status (decisions.md, "Status words"). A status of the company's own keeps its names. */
export function statusWord(status: TicketStatus, audience: Audience, t: Translate): string {
  const word = audience === 'desk' ? deskWord(status, t) : employeeWord(status, t);
  return word ?? ((audience === 'employee' && status.employeeName) || status.name);
}

function deskWord({ key, waitingOn }: TicketStatus, t: Translate): string | undefined {
  switch (key) {
    case 'new':
      return t('New');
    case 'open':
      return t('Open');
    case 'in-progress':
      return t('In progress');
    case 'on-hold':
      return waitingOn === 'requester' ? t('Waiting on requester') : t('On hold');
    case 'resolved':
      return t('Resolved');
    case 'closed':
      return t('Closed');
    case 'rejected':
      return t('Rejected');
    case 'withdrawn':
      return t('Withdrawn');
    default:
      return undefined;
  }
}

function employeeWord({ key, waitingOn }: TicketStatus, t: Translate): string | undefined {
  switch (key) {
    case 'new':
      return t('Received');
    case 'open':
    case 'in-progress':
      return t('In progress');
    case 'on-hold':
      return waitingOn === 'requester' ? t('Waiting on you') : t('On hold');
    case 'resolved':
      return t('Solved, please check');
    case 'closed':
      return t('Closed');
    case 'rejected':
      return t('Declined');
    case 'withdrawn':
      return t('Withdrawn');
    default:
      return undefined;
  }
}

/** Shape and tone: a status is never told by colour alone. */
export function statusLook(status: TicketStatus): { icon: string; tone: string } {
  if (status.kind === 'waiting' && status.waitingOn !== 'requester') {
    return { icon: 'circle-slash', tone: 'gray' };
  }
  return LOOKS[status.kind];
}

const LOOKS = {
  new: { icon: 'circle-dashed', tone: 'blue' },
  open: { icon: 'circle-dot', tone: 'teal' },
  waiting: { icon: 'circle-pause', tone: 'amber' },
  resolved: { icon: 'circle-check', tone: 'green' },
  closed: { icon: 'circle-check-big', tone: 'gray' },
} as const;
