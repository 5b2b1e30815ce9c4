import { fullName } from '../access/actor.ts';
import { actingAs, type Context } from '../context.ts';
import type { MailTemplate } from '../events/mailing.ts';
import type { Changes } from '../events/recording.ts';
import { loadSignedIn } from '../identity/person.ts';
import type { Answering } from '../mail/answering.ts';
import type { Wording } from '../mail/own-wording.ts';
import { testLetter } from '../mail/sample-letters.ts';
import type { ComingEvent } from '../mail/template-events.ts';
import { wordingFor } from '../mail/templates.ts';
import type { Settings } from '../settings/settings.ts';
import type { Ticket } from '../tickets/ticket.ts';
import { type DigestTicket, digestTickets } from './digest-letter.ts';
import type { AccountTemplate, TicketTemplate } from './holding.ts';
import { ticketLetter } from './ticket-letter.ts';
import { unsubscribeToken } from './unsubscribing.ts';

export type LetterFile = { filename: string; size: number };
export type LetterComment = {
  authorName: string;
  body: string;
  isNote: boolean;
  isRemoved: boolean;
  createdAt: Date;
  files: LetterFile[];
};

export type Common = {
  deliveryId: number;
  messageId: string;
  /** A contact is known by mail alone: nobody can sign in as them, so no mail asks them to. */
  to: { id: number; name: string; firstName: string; email: string; isContact?: boolean };
  locale: string;
  timeZone: string;
  settings: Settings;
  /** Who did it; null for the program itself. */
  actorName: string | null;
  occurredAt: Date;
  /** What an admin wrote in place of the product's own words. */
  wording: Wording | null;
};

export type AccountLetter = Common & {
  template: AccountTemplate;
  /** The token of the mail's link. */
  secret: string | null;
  /** Whose account it is about, when that is somebody else. */
  about: { id: number; name: string } | null;
};

export type TicketLetter = Common & {
  template: TicketTemplate;
  ticket: Ticket;
  /** Message-ID that all mails of this ticket refer to. */
  threadId: string;
  answering: Answering;
  /** Why the person gets it. */
  reason: 'requester' | 'watcher' | 'assignee' | 'team' | 'manager';
  /** May work the ticket: reads the desk's words. */
  works: boolean;
  comment: LetterComment | null;
  /** The ticket was moved to this team, not raised in it. */
  isMoved: boolean;
};

/** What happened to many tickets since the last one. */
export type DigestLetter = Common & {
  template: 'digest';
  tickets: DigestTicket[];
  /** Ends the digest, without signing in. A sample has none. */
  unsubscribeToken?: string;
};

/** Of an event that does not happen yet: only to look at its words. */
export type ComingLetter = Common & { template: 'coming'; event: ComingEvent; about: Ticket | null };

export type Letter = AccountLetter | TicketLetter | DigestLetter | ComingLetter;

/** A claimed row of deliveries with the event it tells about. */
export type Claimed = {
  id: number;
  template: MailTemplate;
  secret: string | null;
  messageId: string;
  attempts: number;
  recipientId: number;
  /** What stands behind the @ of the address, lower-case; empty without an address. */
  domain: string;
  /** Since when mails to the address came back, if too many did. */
  undeliverableSince: Date | null;
  lastBounce: string | null;
  eventId: number;
  eventType: string;
  objectType: string;
  objectId: number | null;
  objectLabel: string;
  occurredAt: Date;
  commentId: number | null;
  changes: Changes;
  ticketNumber: number | null;
  actorName: string | null;
  email: string | null;
  isContact: boolean;
  firstName: string;
  lastName: string;
  status: string;
  locale: string | null;
  timeZone: string | null;
};

/** Why a mail is no longer to be sent. */
export type Cancelled = { cancelled: string };

/**
 * What a mail will say, read at the moment of sending: rights are asked again, so a person who lost the ticket
 * meanwhile gets nothing, and a note reaches only who may work its ticket.
 */
export async function writeLetter(ctx: Context, row: Claimed): Promise<Letter | Cancelled> {
  if (!row.email) return { cancelled: 'The person has no address' };
  if (row.undeliverableSince) return { cancelled: closedWords(row.undeliverableSince, row.lastBounce) };
  if (row.status === 'suspended') return { cancelled: 'The account is suspended' };
  const locale = row.locale ?? ctx.settings.locale;
  const common: Common = {
    deliveryId: row.id,
    messageId: row.messageId,
    to: toOf(row, row.email),
    locale,
    timeZone: row.timeZone ?? ctx.settings.timeZone,
    settings: ctx.settings,
    actorName: row.actorName,
    occurredAt: row.occurredAt,
    wording: await wordingFor(ctx, row.template, locale),
  };
  if (row.template === 'template-test') return testLetter(ctx, row, common);
  if (row.template === 'digest') return digestLetter(ctx, row, common);
  return isTicketTemplate(row.template) ? ticketLetter(ctx, row, common) : accountLetter(ctx, row, common);
}

const toOf = (row: Claimed, email: string) => ({
  ...{ id: row.recipientId, name: fullName(row), firstName: row.firstName, email },
  isContact: row.isContact,
});

const closedWords = (since: Date, reason: string | null) =>
  `Mail to the address comes back since ${since.toISOString().slice(0, 10)}${reason ? ` (${reason})` : ''}`.slice(
    0,
    500,
  );

const isTicketTemplate = (template: MailTemplate): template is TicketTemplate =>
  template.startsWith('ticket-');

async function digestLetter(ctx: Context, row: Claimed, common: Common): Promise<DigestLetter | Cancelled> {
  const signedIn = await loadSignedIn(ctx.db, row.recipientId);
  if (!signedIn) return { cancelled: 'The account is not active' };
  const tickets = await digestTickets(actingAs(ctx, signedIn.person), row.eventId);
  if (tickets.length === 0) return { cancelled: 'Nothing of it may be seen any more' };
  return { ...common, template: 'digest', tickets, unsubscribeToken: unsubscribeToken(ctx, row.recipientId) };
}

function accountLetter(ctx: Context, row: Claimed, common: Common): AccountLetter {
  const isOther = row.objectType === 'user' && row.objectId !== null && row.objectId !== row.recipientId;
  return {
    ...common,
    template: row.template as AccountTemplate,
    secret: row.secret ? ctx.world.decrypt(row.secret) : null,
    about: isOther ? { id: row.objectId as number, name: row.objectLabel } : null,
  };
}
