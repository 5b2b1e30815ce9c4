import { isAdmin, isStaff, type Person } from '../access/actor.ts';
import type { StatusKind } from './status.ts';

/** What of a ticket decides who may do what. `watching` and `managing` are about the person who asks. */
export type TicketRelation = {
  requesterId: number;
  teamId: number | null;
  statusKind: StatusKind;
  watching: boolean;
  managing: boolean;
};

/**
 * Working a ticket follows the relation, not the role: a coordinator or admin who asked for, or watches,
 * another team's ticket sees it as an employee does, without its notes. A ticket without team is everyone's to triage.
 * The same rule in SQL is `visibleTickets` in finding.ts; tests/domain/tickets/access-matrix.test.ts holds them together.
 */
export function worksTicket(actor: Person, ticket: TicketRelation): boolean {
  if (!isStaff(actor)) return false;
  if (ticket.teamId !== null && actor.teamIds.includes(ticket.teamId)) return true;
  const involved = ticket.requesterId === actor.id || ticket.watching;
  if (involved) return false;
  return ticket.teamId === null || isAdmin(actor) || actor.worksAllTeams;
}

export const seesTicket = (actor: Person, ticket: TicketRelation) =>
  worksTicket(actor, ticket) || ticket.requesterId === actor.id || ticket.watching || ticket.managing;

const isRequester = (actor: Person, ticket: TicketRelation) => ticket.requesterId === actor.id;

export type TicketSubjects = {
  'ticket.create': undefined;
  'ticket.create-for': undefined;
  'ticket.list': undefined;
  'queue.read': undefined;
  'ticket.read': TicketRelation;
  'ticket.work': TicketRelation;
  'ticket.reply': TicketRelation;
  'ticket.note': TicketRelation;
  'ticket.change': TicketRelation;
  'ticket.assign': TicketRelation;
  'ticket.resolve': TicketRelation;
  'ticket.confirm': TicketRelation;
  'ticket.reopen': TicketRelation;
  'ticket.withdraw': TicketRelation;
  'ticket.close': TicketRelation;
  'ticket.follow-up': TicketRelation;
  'ticket.spam': TicketRelation;
  'ticket.redact': TicketRelation;
  'ticket.watch': TicketRelation;
  'time.track': undefined;
  'time.report': undefined;
  'template.manage': undefined;
};

export const ticketPolicy = {
  'ticket.create': () => true,
  'time.track': (actor: Person) => isStaff(actor),
  'time.report': (actor: Person) => isStaff(actor),
  'template.manage': (actor: Person) => isAdmin(actor),
  'ticket.create-for': (actor: Person) => isStaff(actor),
  'ticket.list': () => true,
  'queue.read': (actor: Person) => isStaff(actor),
  'ticket.read': seesTicket,
  'ticket.work': worksTicket,
  'ticket.reply': (actor: Person, ticket: TicketRelation) =>
    ticket.statusKind !== 'closed' &&
    (isRequester(actor, ticket) || ticket.watching || worksTicket(actor, ticket)),
  'ticket.note': worksTicket,
  'ticket.change': worksTicket,
  'ticket.assign': worksTicket,
  'ticket.resolve': (actor: Person, ticket: TicketRelation) =>
    worksTicket(actor, ticket) && !['resolved', 'closed'].includes(ticket.statusKind),
  'ticket.confirm': (actor: Person, ticket: TicketRelation) =>
    isRequester(actor, ticket) && ticket.statusKind === 'resolved',
  'ticket.reopen': (actor: Person, ticket: TicketRelation) =>
    (isRequester(actor, ticket) && ticket.statusKind === 'resolved') ||
    (worksTicket(actor, ticket) && ['resolved', 'closed'].includes(ticket.statusKind)),
  'ticket.withdraw': (actor: Person, ticket: TicketRelation) =>
    isRequester(actor, ticket) && !['resolved', 'closed'].includes(ticket.statusKind),
  'ticket.close': (actor: Person, ticket: TicketRelation) =>
    worksTicket(actor, ticket) && ticket.statusKind !== 'closed',
  'ticket.follow-up': (actor: Person, ticket: TicketRelation) =>
    isRequester(actor, ticket) && ticket.statusKind === 'closed',
  'ticket.spam': worksTicket,
  // Where an admin is on the employee's side, notes do not exist for them, not even to be removed.
  'ticket.redact': (actor: Person, ticket: TicketRelation) => isAdmin(actor) && worksTicket(actor, ticket),
  'ticket.watch': worksTicket,
};
