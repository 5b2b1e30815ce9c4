import type { Person } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { addComment, writeComment } from '../tickets/commenting.ts';
import { createTicket } from '../tickets/creating.ts';
import { lockTicket, type Ticket } from '../tickets/ticket.ts';
import { takeAnswer } from './answer-limit.ts';
import { applyReport } from './bouncing.ts';
import { oneLine, plainText } from './cleaning.ts';
import { closeMail, type Effect } from './closing.ts';
import { writerOf } from './contacts.ts';
import { letCopiedIn } from './copied.ts';
import { attachKept, type KeptFiles } from './keeping-files.ts';
import type { Decision, Looked, Origin } from './looking.ts';
import { markdownSafe } from './markdown-safe.ts';
import { answerRefusal } from './refusing.ts';
import { type Sender, txAs } from './senders.ts';

/** Writes what was decided, with all that follows from it, and that it was; in the transaction that holds the mail. */
export async function apply(tx: Tx, looked: Looked, decision: Decision, files: KeptFiles): Promise<void> {
  await closeMail(tx, looked, decision, files, await effectOf(tx, looked, decision, files));
}

async function effectOf(tx: Tx, looked: Looked, decision: Decision, files: KeptFiles): Promise<Effect> {
  switch (decision.fate) {
    case 'ticket':
      return open(tx, looked, decision, files);
    case 'appended':
      return append(tx, looked, decision, files);
    case 'bounce': {
      const applied = decision.report ? await applyReport(tx, decision.report, { id: looked.coming.id }) : [];
      const ticketId = applied.find(each => each.ticketId !== null)?.ticketId;
      return ticketId ? { ticketId } : {};
    }
    case 'ignored':
      return decision.ticket ? { ticketId: decision.ticket.id, ...personOf(looked.sender) } : {};
    case 'refused':
      return { ...personOf(looked.sender), answer: await answerRefusal(tx, looked, decision) };
    default:
      return personOf(looked.sender);
  }
}

const personOf = ({ account }: Sender) => (account ? { personId: account.id } : {});

type Opening = Extract<Decision, { fate: 'ticket' }>;

async function open(tx: Tx, looked: Looked, decision: Opening, files: KeptFiles): Promise<Effect> {
  const { mailbox } = looked.coming;
  const person = await writerOf(tx, decision.from.account, decision.from.who);
  const isAnswered = decision.mayAnswer && (await takeAnswer(tx, looked.sender.address));
  const { id: ticketId } = await createTicket(txAs(tx, person), {
    subject: subjectOf(tx, decision.from.subject),
    body: bodyOf(tx, looked, decision.from, files),
    ...(await placeOf(tx, mailbox, decision.followUpOf)),
    source: 'email',
    followUpOf: decision.followUpOf?.id ?? null,
    isReceiptSent: isAnswered,
  });
  const comment = await tx
    .db('comments')
    .where({ ticket_id: ticketId })
    .orderBy('id')
    .first<{ id: number }>('id');
  const to = { ticketId, commentId: comment!.id, uploaderId: person.id };
  await keepMail(tx, looked, files, to, decision.from.text !== null);
  if (mailbox?.ccWatch && decision.from.text === null) await letCopiedIn(tx, looked, ticketId, person.id);
  return { ...to, personId: person.id };
}

/** The mailbox's team and category; else those of the ticket that it follows, while they are there. */
async function placeOf(tx: Tx, mailbox: Looked['coming']['mailbox'], before: Ticket | null) {
  const own = mailbox?.categoryId ?? before?.categoryId ?? null;
  const category = own && (await tx.db('categories').where({ id: own, archived_at: null }).first('id'));
  const team = mailbox?.teamId ?? (category ? null : (before?.teamId ?? null));
  const there = team && (await tx.db('teams').where({ id: team, archived_at: null }).first('id'));
  return { categoryId: category ? own : null, ...(there ? { teamId: team } : {}) };
}

type Appending = Extract<Decision, { fate: 'appended' }>;

async function append(tx: Tx, looked: Looked, decision: Appending, files: KeptFiles): Promise<Effect> {
  const { sender, mail } = looked;
  const origin: Origin = {
    who: { name: sender.name, address: sender.address },
    account: sender.account,
    text: null,
    subject: mail.subject,
  };
  const person = decision.person ?? (await writerOf(tx, sender.account, origin.who));
  const input = {
    kind: decision.isNote ? ('note' as const) : ('reply' as const),
    body: bodyOf(tx, looked, origin, files),
    leavesDraft: true,
  };
  const { commentId } = decision.person
    ? await addComment(txAs(tx, person), decision.ticket, input)
    : // A person of the desk has chosen the ticket: who wrote it need not be known there.
      await writeComment(txAs(tx, person), await lockTicket(tx, decision.ticket), input);
  const to = { ticketId: decision.ticket.id, commentId, uploaderId: person.id };
  await keepMail(tx, looked, files, to, false);
  if (looked.coming.mailbox?.ccWatch && decision.person)
    await shareWithCopied(tx, looked, decision.ticket, person);
  return { ...to, personId: person.id };
}

/** Only who asked for a ticket, or works it, may let others see it. */
const shareWithCopied = async (tx: Tx, looked: Looked, ticket: Ticket, person: Person) =>
  person.id === ticket.requesterId || person.role !== 'employee'
    ? letCopiedIn(tx, looked, ticket.id, person.id)
    : undefined;

type Place = { ticketId: number; commentId: number; uploaderId: number };

async function keepMail(tx: Tx, looked: Looked, files: KeptFiles, to: Place, isForwarded: boolean) {
  const { reply, hasRemoteImages } = looked.mail;
  await attachKept(tx, files.kept, to);
  await tx.db('comments').where({ id: to.commentId }).update({ source: 'email' });
  await tx.db('comment_mails').insert({
    comment_id: to.commentId,
    mail_id: looked.coming.id,
    // What was passed on is in the text alone: the HTML has the words of who passed it on too.
    html: isForwarded ? null : reply.html && plainText(reply.html),
    quoted_text: isForwarded ? '' : plainText(reply.quotedText),
    quoted_html: isForwarded ? null : reply.quotedHtml && plainText(reply.quotedHtml),
    has_remote_images: hasRemoteImages,
  });
}

const subjectOf = ({ t }: Context, subject: string) => {
  const line = oneLine(subject, 200);
  return line || t('(no subject)');
};

function bodyOf({ t }: Context, { mail }: Looked, from: Origin, { left }: KeptFiles): string {
  const text = markdownSafe(from.text ?? mail.reply.text);
  const names = left
    .slice(0, 20)
    .map(name => markdownSafe(name))
    .join(', ');
  const missing = left.length > 0 ? t('Files that are only in the original mail: {{names}}', { names }) : '';
  return [text, missing].filter(Boolean).join('\n\n') || t('(no text)');
}
