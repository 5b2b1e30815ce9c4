import type { Context } from '../context.ts';
import type { Decision, Looked, RuleStep } from './looking.ts';
import { breakerOf, isListOfOthers, isNullPath, loopOf } from './loops.ts';
import { mayAnswer } from './opening.ts';
import { isShutOut } from './senders.ts';

/** Rules that keep a mail from becoming a ticket or an answer, whoever it is from. */

export function ofOurOwn(ctx: Context, { mail, own }: Looked): Decision | undefined {
  const rule = loopOf(ctx, mail, own);
  return rule && { fate: 'ignored', rule, ticket: null };
}

export function ofMailServers(_: Context, { mail }: Looked): Decision | undefined {
  if (mail.report) return { fate: 'bounce', rule: 'bounce-report', report: mail.report };
  if (mail.automatic?.kind !== 'bounce') return undefined;
  return { fate: 'bounce', rule: 'bounce-report', report: null, detail: { because: mail.automatic.because } };
}

/** RFC 3834: a machine's answer is no reply of a person. Its ticket is told in the log, and nothing else happens. */
export function ofMachines(_: Context, { mail, joined }: Looked): Decision | undefined {
  const automatic = mail.automatic;
  if (automatic?.kind !== 'auto-reply' && automatic?.kind !== 'calendar-reply') return undefined;
  const detail = { because: automatic.because };
  return { fate: 'ignored', rule: 'auto-reply', ticket: joined?.ticket ?? null, detail };
}

export const withoutSender: RuleStep = (_, { sender }) =>
  sender.address ? undefined : { fate: 'quarantined', rule: 'no-sender' };

export const ofThoseShutOut: RuleStep = (_, { sender }) =>
  isShutOut(sender) ? { fate: 'refused', rule: 'suspended', mayAnswer: false } : undefined;

export const tooLarge: RuleStep = (_, looked) =>
  looked.coming.detail.tooLarge
    ? {
        fate: 'refused',
        rule: 'too-large',
        mayAnswer: mayAnswer(looked),
        detail: { size: looked.coming.size },
      }
    : undefined;

export const contradicted: RuleStep = (_, { sender, isApproved }) =>
  sender.proof === 'fail' && !isApproved ? { fate: 'parked', rule: 'sender-contradicted' } : undefined;

export async function amidTooMany(
  ctx: Context,
  { sender, isApproved, receiving }: Looked,
): Promise<Decision | undefined> {
  const rule = isApproved ? undefined : await breakerOf(ctx, sender.address, receiving.limits);
  return rule && { fate: 'parked', rule };
}

export const ofUnclearSenders: RuleStep = (_, { sender, mail, isApproved }) =>
  sender.isClear || isApproved
    ? undefined
    : {
        fate: 'parked',
        rule: 'unclear-sender',
        detail: { from: mail.from.slice(0, 5).map(each => each.address) },
      };

/** Reports that nobody could read as such, mostly. */
export const ofNullPath: RuleStep = (_, { coming, mail, sender, isApproved }) =>
  isNullPath(coming, mail) && !sender.account && !isApproved
    ? { fate: 'parked', rule: 'null-path' }
    : undefined;

export function ofLists(_: Context, looked: Looked): Decision | undefined {
  const kind = looked.mail.automatic?.kind;
  if ((kind !== 'list' && kind !== 'bulk') || looked.isApproved || looked.sender.account) return undefined;
  if (!isListOfOthers(looked.mail, looked.own)) return undefined;
  const rule = kind === 'list' ? 'mailing-list' : 'bulk-mail';
  return { fate: 'parked', rule, detail: { because: looked.mail.automatic?.because } };
}
