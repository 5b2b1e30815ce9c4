import type { Tx } from '../context.ts';
import { oneLine, plainText } from './cleaning.ts';
import type { KeptFiles } from './keeping-files.ts';
import type { Decision, Looked } from './looking.ts';
import type { RefusalAnswer } from './rules.ts';

/** What a mail led to. */
export type Effect = {
  ticketId?: number;
  commentId?: number;
  personId?: number;
  answer?: RefusalAnswer | undefined;
};

/** Says on the mail what became of it and why, and how it was read; its other copies say the latter too. */
export async function closeMail(
  tx: Tx,
  looked: Looked,
  decision: Decision,
  files: KeptFiles,
  effect: Effect,
) {
  const { coming, mail, sender } = looked;
  const { approved: _approved, moveTo: _moveTo, asNote: _asNote, ...kept } = coming.detail;
  const detail = {
    ...kept,
    ...decision.detail,
    ...(effect.answer && { answer: effect.answer }),
    ...(sender.proof !== 'none' && { dmarc: sender.proof }),
    ...(mail.problems.length > 0 && { problems: mail.problems.slice(0, 20) }),
    ...(mail.labels.length > 0 && { labels: mail.labels }),
    ...(mail.calendar && { calendar: mail.calendar }),
    ...(files.left.length > 0 && { filesLeft: files.left.slice(0, 50) }),
  };
  const read = {
    from_address: sender.address ? oneLine(sender.address, 320) : null,
    from_name: sender.name || null,
    subject: oneLine(mail.subject, 500) || null,
  };
  await tx.db('inbound_mails').where({ duplicate_of: coming.id }).update(read);
  await tx
    .db('inbound_mails')
    .where({ id: coming.id })
    .update({
      fate: decision.fate,
      rule: decision.rule,
      detail: JSON.stringify(detail, (_key, value) => (typeof value === 'string' ? plainText(value) : value)),
      ticket_id: effect.ticketId ?? null,
      comment_id: effect.commentId ?? null,
      person_id: effect.personId ?? null,
      ...read,
      message_id: mail.messageId ? oneLine(mail.messageId, 500) : tx.db.ref('message_id'),
      last_error: null,
      handled_at: tx.db.fn.now(),
      version: tx.db.raw('version + 1'),
    });
}
