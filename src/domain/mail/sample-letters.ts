import { fullName, type Person } from '../access/actor.ts';
import { actingAs, type Context } from '../context.ts';
import { loadSignedIn } from '../identity/person.ts';
import type { DigestTicket } from '../notifications/digest-letter.ts';
import type { Claimed, Common, Letter, LetterComment } from '../notifications/letter.ts';
import { authorize, can } from '../policies.ts';
import { requirePerson } from '../replies/saved-reply.ts';
import { visibleTickets } from '../tickets/finding.ts';
import { findTicket, type Ticket } from '../tickets/ticket.ts';
import { answeringOf } from './answering.ts';
import { threadId } from './keys.ts';
import type { Wording } from './own-wording.ts';
import { isAboutTicket, isComing, isForDesk, type TemplateEvent } from './template-events.ts';

export type Sample = {
  event: TemplateEvent;
  language: string;
  number: number | null;
  wording: Wording | null;
};

/** The newest ticket the person sees: something real to look at a template with. */
export async function sampleNumber(ctx: Context): Promise<number | null> {
  const scope = visibleTickets(ctx);
  const [row] = await scope.read<{ number: number }>(
    ctx.db,
    `select t.number from tickets t where ${scope.visible} and t.spam_at is null order by t.number desc limit 1`,
  );
  return row?.number ?? null;
}

/**
 * A letter as its reader would get it, made of a ticket that the person sees: for a look, it goes nowhere. Words of
 * the conversation are those the reader of such a mail may read; a note only for who works its ticket.
 */
export async function sampleLetter(ctx: Context, sample: Sample): Promise<Letter> {
  authorize(ctx, 'mail-template.manage');
  const me = requirePerson(ctx);
  const ticket =
    isAboutTicket(sample.event) && sample.number !== null ? await findTicket(ctx, sample.number) : null;
  const reader = ticket && !isForDesk(sample.event) ? ticket.requester : me;
  const common: Common = {
    deliveryId: 0,
    messageId: '<sample@localhost>',
    to: { id: reader.id, name: fullName(reader), firstName: reader.firstName, email: reader.email ?? '' },
    locale: sample.language,
    timeZone: me.timeZone ?? ctx.settings.timeZone,
    settings: ctx.settings,
    actorName: fullName(me),
    occurredAt: ctx.now(),
    wording: sample.wording,
  };
  return letterOf(ctx, me, sample.event, ticket, common);
}

/**
 * What an admin sends themselves to see how it arrives: asked for with words that nobody saved, which travel sealed.
 * Its answer goes to no ticket, and it stands in nobody's thread.
 */
export async function testLetter(
  ctx: Context,
  row: Pick<Claimed, 'recipientId' | 'secret'>,
  common: Common,
): Promise<Letter | { cancelled: string }> {
  const signedIn = await loadSignedIn(ctx.db, row.recipientId);
  if (!signedIn || !row.secret || !can(signedIn.person, 'mail-template.manage'))
    return { cancelled: 'The person is no admin any more' };
  const sample: Sample = JSON.parse(ctx.world.decrypt(row.secret));
  const letter = await sampleLetter(actingAs(ctx, signedIn.person), sample);
  const wording = letter.wording && {
    ...letter.wording,
    subject: ctx.t('Test: {{subject}}', { subject: letter.wording.subject }),
  };
  const { deliveryId, messageId, to } = common;
  const own = { ...letter, deliveryId, messageId, to, wording };
  if (!('ticket' in own)) return own;
  const answering = { address: null, inReplyTo: null, references: [] };
  return { ...own, threadId: messageId, answering };
}

/** For links of a mail that is only looked at. */
const NOWHERE = 'a-link-that-leads-nowhere';

async function letterOf(
  ctx: Context,
  me: Person,
  event: TemplateEvent,
  ticket: Ticket | null,
  common: Common,
): Promise<Letter> {
  if (isComing(event)) return { ...common, template: 'coming', event, about: ticket };
  if (event === 'digest')
    return { ...common, template: 'digest', tickets: await someTickets(ctx), unsubscribeToken: NOWHERE };
  if (event === 'invitation' || event === 'account-approved' || event === 'account-rejected')
    return { ...common, template: event, secret: NOWHERE, about: null };
  if (!ticket) throw new Error(`A letter about ${event} needs a ticket`);
  const works = isForDesk(event);
  const comment = WITHOUT_WORDS.includes(event) ? null : await wordsOf(ctx, event, ticket);
  const answering = await answeringOf(ctx, ticket, me.id);
  return {
    ...common,
    template: event,
    ticket,
    threadId: threadId(ctx, ticket.number),
    answering: comment?.isNote ? { ...answering, address: null } : answering,
    reason: works ? (event === 'ticket-new' ? 'team' : 'assignee') : 'requester',
    works,
    comment,
    isMoved: false,
  };
}

const WITHOUT_WORDS: readonly TemplateEvent[] = ['ticket-status', 'ticket-assigned'];

type Words = Pick<LetterComment, 'authorName' | 'body' | 'isNote' | 'createdAt'>;

/** The ticket's first words where the mail tells of a new one, else the last; a sentence of ours where there is none. */
async function wordsOf(ctx: Context, event: TemplateEvent, ticket: Ticket): Promise<LetterComment> {
  const isNote = event === 'ticket-note';
  const isFirst = event === 'ticket-received' || event === 'ticket-new';
  const { rows } = await ctx.db.raw<{ rows: Words[] }>(
    `select trim(coalesce(u.first_name || ' ' || u.last_name, '')) as "authorName", c.body, c.kind = 'note' as "isNote",
            c.created_at as "createdAt"
     from comments c left join users u on u.id = c.author_id
     where c.ticket_id = ? and c.kind = ? and c.redacted_at is null
     order by c.id ${isFirst ? 'asc' : 'desc'} limit 1`,
    [ticket.id, isNote ? 'note' : 'reply'],
  );
  const found = isNote && !can(ctx.actor, 'ticket.work', ticket) ? undefined : rows[0];
  const words = found ?? {
    authorName: '–',
    body: ctx.t('Here stands what was written.'),
    isNote,
    createdAt: ctx.now(),
  };
  return { ...words, isRemoved: false, files: [] };
}

type Newest = { number: number; subject: string; updatedAt: Date };

async function someTickets(ctx: Context): Promise<DigestTicket[]> {
  const scope = visibleTickets(ctx);
  const rows = await scope.read<Newest>(
    ctx.db,
    `select t.number, t.subject, t.updated_at as "updatedAt" from tickets t
     where ${scope.visible} and t.spam_at is null order by t.number desc limit 3`,
  );
  const line = { topic: 'status', template: 'ticket-status', actorName: null, statusName: null } as const;
  return rows.map(({ number, subject, updatedAt }) => ({
    number,
    subject,
    lines: [{ ...line, occurredAt: updatedAt, excerpt: null }],
  }));
}
