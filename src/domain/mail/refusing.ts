import type { Tx } from '../context.ts';
import { queueMail } from '../events/mailing.ts';
import { recordEvent } from '../events/recording.ts';
import { takeAnswer } from './answer-limit.ts';
import { addresseeOf } from './contacts.ts';
import type { Decision, Looked } from './looking.ts';

/** Tells the sender once an hour at most that their mail was not taken, in words of ours alone: nothing of theirs is sent on. */
export async function answerRefusal(
  tx: Tx,
  { coming, sender }: Looked,
  { rule, mayAnswer }: Extract<Decision, { fate: 'refused' }>,
): Promise<void> {
  if (!mayAnswer || !(await takeAnswer(tx, sender.address))) return;
  const recipientId = await addresseeOf(tx, sender.account, { name: sender.name, address: sender.address });
  const subject = { objectType: 'mail' as const, objectId: coming.id, label: sender.address };
  const eventId = await recordEvent(tx, 'mail.answered', subject, { silent: true, data: { rule } });
  await queueMail(tx, {
    eventId,
    recipientId,
    template: rule === 'too-large' ? 'mail-too-large' : 'mail-refused',
  });
}
