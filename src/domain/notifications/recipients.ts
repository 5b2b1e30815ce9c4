import type { DomainEvent } from '../events/dispatching.ts';
import type { Facts } from './audience.ts';
import type { TicketTemplate } from './holding.ts';

export type NotificationKind =
  | 'new'
  | 'created-for'
  | 'assigned'
  | 'reply'
  | 'note'
  | 'mention'
  | 'status'
  | 'watching';

/** What one person is told about one event: by mail, on the page, or both. */
export type Notice = { userId: number; mail: TicketTemplate | null; page: NotificationKind | null };

type Rule = (event: DomainEvent, facts: Facts) => Notice[];

const RULES: Record<string, Rule> = {
  'ticket.created': created,
  'ticket.changed': changed,
  'ticket.watched': watched,
  'reply.added': replied,
  'note.added': noted,
  'note.edited': mentioned,
};

/**
 * Who is told what. Nobody is told of what they did themselves, but for the receipt of a new ticket;
 * whoever has two reasons is told once, by the first; spam tells nobody.
 */
export function recipientsOf(event: DomainEvent, facts: Facts): Notice[] {
  if (facts.isSpam) return [];
  const told = new Map<number, Notice>();
  for (const notice of RULES[event.type]?.(event, facts) ?? []) {
    const isReceipt = notice.mail === 'ticket-received';
    if (notice.userId === event.actorId && !isReceipt) continue;
    if (!told.has(notice.userId)) told.set(notice.userId, notice);
  }
  return [...told.values()];
}

function created(event: DomainEvent, facts: Facts): Notice[] {
  const forSomebody = facts.requesterId !== event.actorId;
  return [
    {
      userId: facts.requesterId,
      mail: event.data.receipt === false ? null : 'ticket-received',
      page: forSomebody ? 'created-for' : null,
    },
    ...owners(facts, 'ticket-new', 'new'),
  ];
}

/** Who is named comes first; only people who may read the ticket's notes hear of it. */
function mentioned(event: DomainEvent, facts: Facts): Notice[] {
  return mentionsOf(event)
    .filter(userId => facts.workerIds.has(userId))
    .map(userId => ({ userId, mail: 'ticket-mention', page: 'mention' }));
}

export const mentionsOf = ({ data }: Pick<DomainEvent, 'data'>): number[] =>
  Array.isArray(data.mentions) ? data.mentions.map(Number).filter(Number.isSafeInteger) : [];

function replied(event: DomainEvent, facts: Facts): Notice[] {
  const audience = [facts.requesterId, ...facts.watcherIds].map(
    (userId): Notice => ({ userId, mail: 'ticket-reply', page: 'reply' }),
  );
  // Colleagues on the desk see each other's answers on the page; only the requester's bring a mail.
  const fromDesk = event.actorId !== null && facts.workerIds.has(event.actorId);
  const owning = fromDesk ? assignee(facts, null, 'reply') : owners(facts, 'ticket-reply', 'reply');
  return [...mentioned(event, facts), ...audience, ...owning];
}

function noted(event: DomainEvent, facts: Facts): Notice[] {
  const people = [facts.assigneeId, ...facts.watcherIds].filter(id => id !== null && facts.workerIds.has(id));
  const told = people.map(
    (userId): Notice => ({ userId: userId as number, mail: 'ticket-note', page: 'note' }),
  );
  return [...mentioned(event, facts), ...told];
}

function watched(event: DomainEvent): Notice[] {
  const userId = Number(event.data.userId);
  return userId ? [{ userId, mail: null, page: 'watching' }] : [];
}

function changed(event: DomainEvent, facts: Facts): Notice[] {
  const { changes } = event;
  const notices: Notice[] = [];
  if (changes.assigneeId?.[1]) {
    notices.push({ userId: Number(changes.assigneeId[1]), mail: 'ticket-assigned', page: 'assigned' });
  } else if (changes.teamId && facts.assigneeId === null && facts.statusKind !== 'closed') {
    notices.push(...owners(facts, 'ticket-new', 'new'));
  }
  if (!showsChange(event, facts) || event.data.verb === 'replied') return notices;
  const audience = [facts.requesterId, ...facts.watcherIds].map(
    (userId): Notice => ({ userId, mail: 'ticket-status', page: 'status' }),
  );
  const byDesk = event.actorId === null || facts.workerIds.has(event.actorId);
  const reopened = event.data.verb === 'reopened';
  const desk = byDesk ? [] : owners(facts, reopened ? 'ticket-status' : null, 'status');
  return [...notices, ...audience, ...desk];
}

/** Only what the requester would read differently: "Open" to "In progress" are one word to them. */
function showsChange({ changes }: DomainEvent, facts: Facts): boolean {
  const status = changes.status as [string, string] | undefined;
  const waiting = changes.waitingOn as [string | null, string | null] | undefined;
  if (status && facts.employeeWords.get(status[0]) !== facts.employeeWords.get(status[1])) return true;
  return waiting !== undefined && (waiting[0] === 'requester') !== (waiting[1] === 'requester');
}

const assignee = (facts: Facts, mail: TicketTemplate | null, page: NotificationKind): Notice[] =>
  facts.assigneeId === null ? [] : [{ userId: facts.assigneeId, mail, page }];

const owners = (facts: Facts, mail: TicketTemplate | null, page: NotificationKind): Notice[] =>
  facts.assigneeId === null
    ? facts.deskIds.map(userId => ({ userId, mail, page }))
    : assignee(facts, mail, page);
