import { isStaff } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { can } from '../policies.ts';
import { findTicketById } from '../tickets/ticket.ts';
import type { Decision, Looked } from './looking.ts';
import { withoutPlus } from './loops.ts';
import { asStranger, newTicket } from './opening.ts';
import { accountAt, asThemselves, isOfDesk, isShutOut } from './senders.ts';
import { answersNote, type Joined } from './threading.ts';

/** Rules for a mail that belongs to a ticket, or seems to. */

/** A person chose the ticket: only where it writes itself to is asked then. */
export async function whereItWasMoved(ctx: Context, looked: Looked): Promise<Decision | undefined> {
  const { moveTo } = looked.coming.detail;
  if (typeof moveTo !== 'number' || !looked.sender.address) return undefined;
  const ticket = await findTicketById(ctx, moveTo);
  const answersNote = looked.coming.detail.asNote === true || looked.keys.some(key => key.isOfNote === true);
  const isNote = ticket.statusKind === 'closed' || answersNote;
  return { fate: 'appended', rule: 'moved', ticket, person: null, isNote };
}

export async function answerOfTicket(ctx: Context, looked: Looked): Promise<Decision | undefined> {
  const { joined } = looked;
  if (!joined) return undefined;
  const { ticket, person, key } = joined;
  const works = can(person, 'ticket.work', ticket);
  if (ticket.statusKind === 'closed' && !works) return afterClosing(looked, joined);
  const isNote = works && (ticket.statusKind === 'closed' || (await answersNote(ctx, joined, looked.keys)));
  return { fate: 'appended', rule: key.rule, ticket, person, isNote };
}

/** Who asked goes on in a new ticket; who only watched begins one of their own. */
function afterClosing(looked: Looked, { ticket, person }: Joined): Decision {
  const followUpOf = ticket.requesterId === person.id ? ticket : null;
  const rule = followUpOf ? 'follow-up-of-closed' : 'closed-ticket';
  return newTicket(looked, rule, followUpOf, { closed: ticket.number });
}

/** Somebody of the desk who has proved to be them hands on what somebody else wrote: that one is the requester. */
export async function passedOn(ctx: Context, looked: Looked): Promise<Decision | undefined> {
  const { mail, sender, keys } = looked;
  const forwarded = mail.forwarded;
  if (!forwarded?.from.address.includes('@') || !isOfDesk(sender) || !sender.account) return undefined;
  const isProven = sender.proof === 'pass' || keys.some(key => key.userId === sender.account?.id);
  if (!isProven || sender.proof === 'fail') return undefined;
  const coordinator = await asThemselves(ctx, sender.account.id);
  if (!coordinator || !isStaff(coordinator)) return undefined;
  const account = (await accountAt(ctx, forwarded.from.address)) ?? null;
  if (isShutOut({ account }) || looked.own.has(withoutPlus(forwarded.from.address))) return undefined;
  const detail = { forwardedBy: coordinator.id };
  const from = { who: forwarded.from, account, text: forwarded.text, subject: forwarded.subject };
  // A third party, named by somebody else: they hear from people only.
  return {
    fate: 'ticket',
    rule: 'forwarded-by-coordinator',
    from,
    followUpOf: null,
    mayAnswer: false,
    detail,
  };
}

/** A right key in the hands of somebody whom its ticket does not know: it never joins. */
export function withKeyOfAnother(ctx: Context, looked: Looked): Decision | undefined {
  if (looked.keys.length === 0) return undefined;
  const isDesk = isOfDesk(looked.sender);
  const rule = isDesk ? 'unproven-coordinator' : 'key-of-another';
  const decision = asStranger(ctx, looked, rule, { keyOf: looked.keys[0]?.number });
  return isDesk && 'mayAnswer' in decision ? { ...decision, mayAnswer: false } : decision;
}
