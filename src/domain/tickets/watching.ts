import { isPerson, personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Invalid } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { loadSignedIn } from '../identity/person.ts';
import { userByEmail } from '../identity/user.ts';
import { authorize, can } from '../policies.ts';
import { worksTicket } from './policy.ts';
import { lockTicket, type PersonName, type Ticket } from './ticket.ts';

/** Follow a ticket one works: its news come as notifications. Idempotent, and the history tells it once. */
export async function followTicket(ctx: Context, ticket: Ticket): Promise<void> {
  authorize(ctx, 'ticket.watch', ticket);
  await ctx.transaction(async tx => {
    if (isPerson(tx.actor)) await add(tx, 'ticket_followers', ticket, tx.actor);
  });
}

/** Also for who only watches: then they do not see it any more. */
export async function unfollowTicket(ctx: Context, ticket: Ticket): Promise<void> {
  authorize(ctx, 'ticket.read', ticket);
  await ctx.transaction(async tx => {
    if (isPerson(tx.actor)) await unwatch(tx, ticket, tx.actor);
  });
}

/** "Add a colleague": the requester, or who works the ticket, lets another person see and answer it. */
export async function addWatcher(ctx: Context, ticket: Ticket, email: string): Promise<{ userId: number }> {
  authorizeSharing(ctx, ticket);
  return ctx.transaction(async tx => {
    const current = await lockTicket(tx, ticket);
    authorizeSharing(tx, current);
    const user = await userByEmail(tx.db, email);
    // The same words for an address we do not know, so that nobody can ask who works here.
    if (user?.status !== 'active')
      throw new Invalid({ email: tx.t('Enter the work address of a colleague who has an account') });
    // Nobody shares a ticket with whoever asked for it: it would stand among the requester's shared tickets too.
    if (user.id === current.requesterId)
      throw new Invalid({ email: tx.t('This is the requester, who sees the ticket already') });
    await letIn(tx, current, user);
    return { userId: user.id };
  });
}

/** The other way: the requester, or who works the ticket, takes a colleague off it again. Idempotent. */
export async function removeWatcher(ctx: Context, ticket: Ticket, userId: number): Promise<void> {
  authorizeSharing(ctx, ticket);
  await ctx.transaction(async tx => {
    const current = await lockTicket(tx, ticket);
    authorizeSharing(tx, current);
    const watcher = (await watchersOf(tx, current)).find(person => person.id === userId);
    if (watcher) await unwatch(tx, current, watcher);
  });
}

/**
 * Lets somebody see the ticket. Who works it already follows it, on the desk's side: as a watcher they would lose
 * its notes. Answers whether that changed anything.
 */
export async function letIn(tx: Tx, ticket: Ticket, user: PersonName, by: By = 'hand'): Promise<boolean> {
  const found = await loadSignedIn(tx.db, user.id);
  const works = found && worksTicket(found.person, { ...ticket, watching: false });
  if (!works) return add(tx, 'ticket_watchers', ticket, user, by);
  const watches = await tx
    .db('ticket_watchers')
    .where({ ticket_id: ticket.id, user_id: user.id })
    .first('user_id');
  return watches ? false : add(tx, 'ticket_followers', ticket, user, by);
}

type Side = 'ticket_watchers' | 'ticket_followers';

/** Whom a merge brings along leaves when it is undone, unless somebody let them in by hand: told by the moment. */
type By = 'hand' | 'merge';

async function add(tx: Tx, side: Side, ticket: Ticket, user: PersonName, by: By = 'hand'): Promise<boolean> {
  const { rows } = await tx.db.raw<{ rows: { isNew: boolean }[] }>(
    `insert into ?? as w (ticket_id, user_id, created_at) values (?, ?, coalesce(?::timestamptz, now()))
     on conflict (ticket_id, user_id) do update set created_at = excluded.created_at where ?::boolean
     returning xmax = 0 as "isNew"`,
    [side, ticket.id, user.id, by === 'merge' ? tx.now() : null, by === 'hand'],
  );
  const isNew = rows[0]?.isNew === true;
  if (isNew) await recordWatching(tx, 'ticket.watched', ticket, user);
  return isNew;
}

async function unwatch(tx: Tx, ticket: Ticket, user: PersonName): Promise<void> {
  const who = { ticket_id: ticket.id, user_id: user.id };
  const removed =
    (await tx.db('ticket_watchers').where(who).delete()) +
    (await tx.db('ticket_followers').where(who).delete());
  if (removed > 0) await recordWatching(tx, 'ticket.unwatched', ticket, user);
}

const recordWatching = (tx: Tx, type: string, ticket: Ticket, user: PersonName) =>
  recordEvent(
    tx,
    type,
    { objectType: 'ticket', objectId: ticket.id, label: `#${ticket.number}`, ticketId: ticket.id },
    { data: { userId: user.id, name: `${user.firstName} ${user.lastName}`.trim() } },
  );

const authorizeSharing = (ctx: Context, ticket: Ticket) => {
  if (!can(ctx.actor, 'ticket.work', ticket) && ticket.requesterId !== personId(ctx.actor))
    authorize(ctx, 'ticket.work', ticket);
};

/** Both sides, each person once. */
export async function watchersOf(ctx: Context, ticket: Ticket): Promise<PersonName[]> {
  return ctx
    .db('users as u')
    .whereRaw(
      `u.id in (select user_id from ticket_watchers where ticket_id = ?
                union select user_id from ticket_followers where ticket_id = ?)`,
      [ticket.id, ticket.id],
    )
    .orderBy('u.last_name')
    .limit(100)
    .select('u.id', 'u.first_name as firstName', 'u.last_name as lastName');
}
