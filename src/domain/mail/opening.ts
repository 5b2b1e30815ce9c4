import type { Context } from '../context.ts';
import type { Ticket } from '../tickets/ticket.ts';
import type { Decision, Looked, RuleStep } from './looking.ts';
import { isNullPath } from './loops.ts';
import type { Rule } from './rules.ts';

/** Rules for a mail that joins no ticket: what it becomes by who sent it. */

export const ofThoseWeKnow: RuleStep = (ctx, looked) => {
  if (looked.sender.account?.status === 'active') return newTicket(looked, 'new-ticket', null);
  return isLetIn(ctx, looked.sender.address) ? newTicket(looked, 'trusted-domain', null) : undefined;
};

const isLetIn = (ctx: Context, address: string) =>
  ctx.settings.trustedDomains.includes(address.slice(address.lastIndexOf('@') + 1));

/** As the mailbox says; mail that belongs to no mailbox waits for a person. */
export function asStranger(
  _: Context,
  looked: Looked,
  rule: Rule,
  detail: Record<string, unknown> = {},
): Decision {
  if (looked.isApproved) return newTicket(looked, 'approved', null, { ...detail, was: rule });
  const wish = looked.coming.mailbox?.unknownSenders ?? 'park';
  if (wish === 'ticket') return newTicket(looked, rule, null, detail);
  // Somebody whom we know is no stranger to be sent away: a person looks.
  if (wish === 'park' || looked.sender.account?.status === 'active') return { fate: 'parked', rule, detail };
  return { fate: 'refused', rule, mayAnswer: mayAnswer(looked), detail };
}

export function newTicket(
  looked: Looked,
  rule: Rule,
  followUpOf: Ticket | null,
  detail: Record<string, unknown> = {},
): Decision {
  const { mail, sender } = looked;
  const who = { name: sender.name, address: sender.address };
  const from = { who, account: sender.account, text: null, subject: mail.subject };
  return { fate: 'ticket', rule, from, followUpOf, mayAnswer: mayAnswer(looked), detail };
}

/** Machines, null paths, forged and unclear senders, and whoever is of the desk unproven are never answered by a machine. */
export const mayAnswer = ({ mail, coming, sender }: Looked) =>
  mail.automatic === null &&
  !isNullPath(coming, mail) &&
  sender.isClear &&
  sender.proof !== 'fail' &&
  !/^(noreply|no-reply|donotreply|do-not-reply|mailer-daemon|postmaster|bounces?)[@+-]/.test(sender.address);
