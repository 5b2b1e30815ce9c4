import { type Actor, isPerson, type Person } from './access/actor.ts';
import type { Context } from './context.ts';
import { Forbidden, Unauthenticated } from './errors.ts';
import { type IdentitySubjects, identityPolicy } from './identity/policy.ts';
import { type MailSubjects, mailPolicy } from './mail/policy.ts';
import { type ReplySubjects, replyPolicy } from './replies/policy.ts';
import { type TicketSubjects, ticketPolicy } from './tickets/policy.ts';
import { type ViewSubjects, viewPolicy } from './tickets/view-policy.ts';

/** The one place that decides who may do what. The action fixes what it is done to. */
export type Subjects = IdentitySubjects & TicketSubjects & ViewSubjects & ReplySubjects & MailSubjects;
export type Action = keyof Subjects;
type SubjectOf<A extends Action> = Subjects[A] extends undefined ? [] : [subject: Subjects[A]];

const table: { [A in Action]: (actor: Person, subject: Subjects[A]) => boolean } = {
  ...identityPolicy,
  ...ticketPolicy,
  ...viewPolicy,
  ...replyPolicy,
  ...mailPolicy,
};

export const actions = Object.keys(table) as Action[];

/** Deny by default: nobody who is not signed in may do anything here; the program's own jobs may. */
export function can<A extends Action>(actor: Actor, action: A, ...subject: SubjectOf<A>): boolean {
  if (actor.kind === 'system') return true;
  if (!isPerson(actor)) return false;
  return table[action](actor, subject[0] as Subjects[A]);
}

/** The first line of every verb. */
export function authorize<A extends Action>(ctx: Context, action: A, ...subject: SubjectOf<A>): void {
  if (ctx.actor.kind === 'anonymous') throw new Unauthenticated('Sign in first');
  if (!can(ctx.actor, action, ...subject)) throw new Forbidden(`May not: ${action}`);
}
