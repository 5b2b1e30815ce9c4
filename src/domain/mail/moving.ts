import type { Context, Tx } from '../context.ts';
import { Invalid, NotFound } from '../errors.ts';
import { mergeTickets } from '../tickets/merging.ts';
import { redactComment } from '../tickets/redacting.ts';
import { findTicket, findTicketById, type Ticket } from '../tickets/ticket.ts';
import { again, type Reviewed, type ReviewedMail, recordReview, refuseUnless, review } from './review.ts';

/**
 * Puts what a mail said on another ticket, by its number. The ticket that it became is merged into that one; a message
 * that it was leaves its place for good, where people could have read it; anything else is put there directly.
 */
export async function moveMail(
  ctx: Context,
  { mailId, number }: { mailId: number; number: number },
): Promise<Reviewed> {
  return review(ctx, mailId, async (tx, mail) => {
    const target = await targetOf(tx, number);
    if (mail.ticketId === target.id && (mail.fate === 'ticket' || mail.fate === 'appended')) return;
    if (mail.fate === 'ticket') await mergeInto(tx, mail, target);
    else await moveMessage(tx, mail, target);
    await recordReview(tx, 'mail.moved', mail, target.id);
  });
}

/** One that is open to new messages: a closed one would swallow this. */
async function targetOf(tx: Tx, number: number): Promise<Ticket> {
  const found = await findTicket(tx, number).catch((error: Error) => {
    if (!(error instanceof NotFound)) throw error;
    throw new Invalid({ number: tx.t('There is no ticket #{{number}}', { number }) });
  });
  if (found.mergedInto)
    throw new Invalid({
      number: tx.t('That ticket was merged. Choose #{{other}}', { other: found.mergedInto }),
    });
  if (found.statusKind === 'closed')
    throw new Invalid({
      number: tx.t('#{{number}} is closed. Reopen it, or choose another ticket', { number }),
    });
  return found;
}

async function mergeInto(tx: Tx, mail: ReviewedMail, target: Ticket): Promise<void> {
  const source = await findTicketById(tx, mail.ticketId ?? 0);
  try {
    // The admin chose it: who reads what is said where is theirs to judge.
    await mergeTickets(tx, source, target, { acrossRequesters: true });
  } catch (error) {
    if (error instanceof Invalid) throw new Invalid({ number: error.message });
    throw error;
  }
  const detail = JSON.stringify({ ...mail.detail, was: mail.rule, movedTo: target.number });
  await tx
    .db('inbound_mails')
    .where({ id: mail.id })
    .update({ rule: 'moved', detail, version: tx.db.raw('version + 1') });
}

async function moveMessage(tx: Tx, mail: ReviewedMail, target: Ticket): Promise<void> {
  refuseUnless(tx, mail, ['appended', 'parked', 'refused', 'ignored', 'quarantined']);
  if (!mail.fromAddress && mail.fate !== 'quarantined')
    throw new Invalid({ '': tx.t('This mail names no sender, so it cannot stand on a ticket') });
  const comment =
    mail.fate === 'appended' && mail.commentId
      ? await tx.db('comments').where({ id: mail.commentId }).first<{ kind: string }>('kind')
      : undefined;
  if (comment && mail.commentId) {
    // First let go of its mail, whose source would be removed with it.
    await tx.db('comment_mails').where({ comment_id: mail.commentId }).delete();
    await redactComment(tx, await findTicketById(tx, mail.ticketId ?? 0), mail.commentId);
  }
  // What was for the desk alone is so wherever it stands.
  const isNote = comment?.kind === 'note' || mail.detail.asNote;
  await again(tx, mail, { moveTo: target.id, ...(isNote && { asNote: true }) });
}
