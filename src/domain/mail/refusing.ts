import type { Tx } from '../context.ts';
import { queueMail } from '../events/mailing.ts';
import { recordEvent } from '../events/recording.ts';
import { takeAnswer, takeRefusal } from './answer-limit.ts';
import { addresseeOf } from './contacts.ts';
import type { Decision, Looked } from './looking.ts';
import type { RefusalAnswer } from './rules.ts';

/**
 * Tells the sender once an hour at most that their mail was not taken, in words of ours alone: nothing of theirs is
 * sent on. Whether they were told, for the mail log.
 */
export async function answerRefusal(
  tx: Tx,
  { coming, sender, receiving }: Looked,
  { rule, mayAnswer }: Extract<Decision, { fate: 'refused' }>,
): Promise<RefusalAnswer | undefined> {
  // That somebody is shut out says so in its own sentence.
  if (!mayAnswer) return rule === 'suspended' ? undefined : 'unwanted';
  // The accounts that are here are a bound by themselves; addresses can be invented without end.
  const isKnown = sender.account?.status === 'active';
  if (!isKnown && !(await takeRefusal(tx, receiving.limits.refusals))) return 'too-many';
  if (!(await takeAnswer(tx, sender.address))) return 'told-lately';
  const recipientId = await addresseeOf(tx, sender.account, { name: sender.name, address: sender.address });
  const subject = { objectType: 'mail' as const, objectId: coming.id, label: sender.address };
  const eventId = await recordEvent(tx, 'mail.answered', subject, { silent: true, data: { rule } });
  await queueMail(tx, {
    eventId,
    recipientId,
    template: rule === 'too-large' ? 'mail-too-large' : 'mail-refused',
  });
  return 'told';
}
