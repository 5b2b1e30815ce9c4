import { fullName, type Person } from '../access/actor.ts';
import { actingAs, type Context } from '../context.ts';
import { NotFound } from '../errors.ts';
import type { MailTemplate } from '../events/mailing.ts';
import type { Changes } from '../events/recording.ts';
import { loadSignedIn } from '../identity/person.ts';
import { type Answering, answeringOf } from '../mail/answering.ts';
import { threadId } from '../mail/keys.ts';
import type { Wording } from '../mail/own-wording.ts';
import { testLetter } from '../mail/sample-letters.ts';
import type { ComingEvent } from '../mail/template-events.ts';
import { wordingFor } from '../mail/templates.ts';
import { can } from '../policies.ts';
import type { Settings } from '../settings/settings.ts';
import { findTicket, type Ticket } from '../tickets/ticket.ts';
import { type DigestTicket, digestTickets } from './digest-letter.ts';
import type { AccountTemplate, TicketTemplate } from './holding.ts';
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

async function ticketLetter(ctx: Context, row: Claimed, common: Common): Promise<TicketLetter | Cancelled> {
  const signedIn = await loadSignedIn(ctx.db, row.recipientId);
  if (!signedIn || row.ticketNumber === null) return { cancelled: 'The account is not active' };
  const { person } = signedIn;
  const ticket = await ticketFor(actingAs(ctx, person), row.ticketNumber);
  if (!ticket) return { cancelled: 'The person may not see the ticket any more' };
  const works = can(person, 'ticket.work', ticket);
  const template = row.template as TicketTemplate;
  const stale = outdated(template, row, ticket, person, works);
  if (stale) return { cancelled: stale };
  const comment = row.commentId ? await commentFor(ctx, row.commentId, works) : null;
  if (comment === 'hidden') return { cancelled: 'An internal note is for those who work the ticket' };
  return {
    ...common,
    template,
    ticket,
    threadId: threadId(ctx, ticket.number),
    answering: await answeringFor(
      ctx,
      template === 'ticket-note' || comment?.isNote === true,
      ticket,
      person,
    ),
    reason: reasonFor(person, ticket, works),
    works,
    comment,
    isMoved: row.eventType === 'ticket.changed',
  };
}

/** What answers a mail reaches everybody on the ticket: no mail about a note asks for it. */
async function answeringFor(ctx: Context, isNote: boolean, ticket: Ticket, person: Person) {
  const answering = await answeringOf(ctx, ticket, person.id);
  return isNote ? { ...answering, address: null } : answering;
}

async function ticketFor(ctx: Context, number: number): Promise<Ticket | undefined> {
  try {
    return await findTicket(ctx, number);
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

const FOR_THE_DESK: readonly TicketTemplate[] = ['ticket-new', 'ticket-assigned', 'ticket-note'];

function outdated(
  template: TicketTemplate,
  row: Claimed,
  ticket: Ticket,
  person: Person,
  works: boolean,
): string | undefined {
  if (FOR_THE_DESK.includes(template) && !works) return 'The person does not work the ticket any more';
  if (ticket.spamAt) return 'The ticket is spam';
  if (template === 'ticket-assigned' && ticket.assigneeId !== person.id)
    return 'Somebody else has it meanwhile';
  // Told late where a team's tickets find their owner by themselves: then only of what nobody got.
  if (template === 'ticket-new' && ticket.assigneeId !== null && ticket.assigneeId !== person.id)
    return 'Somebody has it already';
  if (template === 'ticket-status' && isBackWhereItWas(row.changes, ticket))
    return 'The status is what it was before';
  return undefined;
}

function isBackWhereItWas({ status, waitingOn }: Changes, ticket: Ticket): boolean {
  const sameStatus = status === undefined || status[0] === ticket.status;
  const sameWait = waitingOn === undefined || waitingOn[0] === ticket.waitingOn;
  return sameStatus && sameWait;
}

function reasonFor(person: Person, ticket: Ticket, works: boolean): TicketLetter['reason'] {
  if (ticket.requesterId === person.id) return 'requester';
  if (ticket.assigneeId === person.id && works) return 'assignee';
  if (ticket.watching) return 'watcher';
  return works ? 'team' : 'manager';
}

type CommentRow = {
  kind: string;
  body: string;
  redactedAt: Date | null;
  createdAt: Date;
  firstName: string | null;
  lastName: string | null;
  files: LetterFile[] | null;
};

async function commentFor(
  ctx: Context,
  id: number,
  works: boolean,
): Promise<LetterComment | null | 'hidden'> {
  const { rows } = await ctx.db.raw<{ rows: CommentRow[] }>(
    `select c.kind, c.body || coalesce(E'\\n\\n' || c.signature, '') as body, c.redacted_at as "redactedAt", c.created_at as "createdAt",
            u.first_name as "firstName", u.last_name as "lastName",
            (select jsonb_agg(jsonb_build_object('filename', a.filename, 'size', a.size) order by a.id)
             from attachments a where a.comment_id = c.id and a.redacted_at is null) as files
     from comments c left join users u on u.id = c.author_id where c.id = ?`,
    [id],
  );
  const [row] = rows;
  if (!row) return null;
  if (row.kind !== 'reply' && !works) return 'hidden';
  return {
    authorName: fullName({ firstName: row.firstName ?? '', lastName: row.lastName ?? '' }),
    body: row.body,
    isNote: row.kind !== 'reply',
    isRemoved: row.redactedAt !== null,
    createdAt: row.createdAt,
    files: row.files ?? [],
  };
}
