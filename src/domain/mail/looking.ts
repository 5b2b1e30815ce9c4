import type { Person } from '../access/actor.ts';
import type { Context } from '../context.ts';
import type { Ticket } from '../tickets/ticket.ts';
import type { Coming, Receiving } from './coming.ts';
import { ownAddresses } from './loops.ts';
import type { MailAddress, ReadMail, Report } from './message.ts';
import type { Rule } from './rules.ts';
import { type Sender, senderOf } from './senders.ts';
import { type Joined, joinOf, keysIn, type TicketKey } from './threading.ts';

type Because = { rule: Rule; detail?: Record<string, unknown> };

/** What becomes of a mail, before anything is written. */
export type Decision = Because &
  (
    | { fate: 'ticket'; from: Origin; followUpOf: Ticket | null; mayAnswer: boolean }
    | { fate: 'appended'; ticket: Ticket; person: Person | null; isNote: boolean }
    | { fate: 'bounce'; report: Report | null }
    | { fate: 'refused'; mayAnswer: boolean }
    | { fate: 'ignored'; ticket: Ticket | null }
    | { fate: 'parked' | 'quarantined' }
  );

/** Whose ticket it becomes, and what of the mail it says. */
export type Origin = { who: MailAddress; account: Sender['account']; text: string | null; subject: string };

/** Everything that rules look at, found out once. */
export type Looked = {
  coming: Coming;
  mail: ReadMail;
  sender: Sender;
  own: ReadonlySet<string>;
  keys: TicketKey[];
  joined: Joined | undefined;
  isApproved: boolean;
  receiving: Receiving;
};

/** A rule: what becomes of the mail, or nothing where it is not the one to decide. */
export type RuleStep = (ctx: Context, looked: Looked) => Promise<Decision | undefined> | Decision | undefined;

export async function lookAt(
  ctx: Context,
  coming: Coming,
  mail: ReadMail,
  receiving: Receiving,
): Promise<Looked> {
  const sender = await senderOf(ctx, coming.raw, mail, coming.mailbox?.trustedServer ?? null);
  const keys = await keysIn(ctx, coming, mail);
  const joined = keys.length > 0 ? await joinOf(ctx, sender, keys) : undefined;
  const own = await ownAddresses(ctx, receiving.own);
  const isApproved = coming.detail.approved === true;
  return { coming, mail, sender, keys, joined, own, isApproved, receiving };
}
