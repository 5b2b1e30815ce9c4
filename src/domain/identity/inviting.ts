import { fullName, type Role } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid } from '../errors.ts';
import { queueMail } from '../events/mailing.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { membershipOf, setMembership } from './membership.ts';
import { worksTickets } from './roles.ts';
import { issueToken } from './tokens.ts';
import { lockUser, normaliseEmail, type User, userByEmail } from './user.ts';

export type Invitation = { emails: string[]; role: Role; teamId: number | null };
/** How many were written to, and the addresses that have an account already. */
export type Invited = { invited: number; known: string[] };

/** Makes an account for each address that has none and mails its owner a link to take it over (72 hours). */
export async function inviteUsers(ctx: Context, { emails, role, teamId }: Invitation): Promise<Invited> {
  authorize(ctx, 'user.invite');
  return ctx.transaction(async tx => {
    const known: string[] = [];
    const addresses = [
      ...new Map(emails.map(email => [email.toLowerCase(), normaliseEmail(email)])).values(),
    ];
    for (const email of addresses) {
      const user = await invitedAccount(tx, email, role);
      if (!user) {
        known.push(email);
        continue;
      }
      if (teamId !== null && worksTickets(role)) {
        const teams = await membershipOf(tx, user.id);
        await setMembership(tx, user.id, teams, [...new Set([...teams, teamId])]);
      }
      await sendInvitation(tx, user, { role });
    }
    return { invited: addresses.length - known.length, known };
  });
}

/** A new account, or one that nobody has signed in to yet. Two invitations at once make one account. */
async function invitedAccount(tx: Tx, email: string, role: Role): Promise<User | undefined> {
  const inserted: { id: number }[] = await tx
    .db('users')
    .insert({ email, role, status: 'pending', source: 'invitation' })
    .onConflict(tx.db.raw('(lower(email))'))
    .ignore()
    .returning('id');
  const id = inserted[0]?.id ?? (await userByEmail(tx.db, email))?.id;
  if (!id) return undefined;
  const user = await lockUser(tx, id);
  return inserted[0] ? user : undefined;
}

export const mayInvite = (user: Pick<User, 'status' | 'passwordHash' | 'email'>) =>
  user.email !== null &&
  user.passwordHash === null &&
  (user.status === 'pending' || user.status === 'active');

/** A new link for somebody who has not signed in yet; the ones before stop working. */
export async function inviteAgain(
  ctx: Context,
  { userId }: { userId: number },
): Promise<{ id: number; name: string }> {
  authorize(ctx, 'user.invite');
  return ctx.transaction(async tx => {
    const user = await lockUser(tx, userId);
    if (!mayInvite(user))
      throw new Invalid({
        '': tx.t('This person cannot be invited: they have an address and a password already, or no address'),
      });
    await sendInvitation(tx, user, { again: true });
    return { id: user.id, name: fullName(user) };
  });
}

/** The link stands only in the mail: the event names the person, never the token. */
export async function sendInvitation(tx: Tx, user: User, data: Record<string, unknown> = {}): Promise<void> {
  const eventId = await recordEvent(
    tx,
    'user.invited',
    { objectType: 'user', objectId: user.id, label: fullName(user) },
    { data },
  );
  const secret = await issueToken(tx, user.id, 'invitation');
  await queueMail(tx, { eventId, recipientId: user.id, template: 'invitation', secret });
}
