import type { Knex } from 'knex';
import { personId } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { visibleTickets } from '../tickets/finding.ts';
import type { NotificationKind } from './recipients.ts';

export type Notification = {
  id: number;
  kind: NotificationKind;
  isNew: boolean;
  createdAt: Date;
  ticket: { number: number; subject: string };
  commentId: number | null;
  actor: { id: number; firstName: string; lastName: string } | null;
  /** The status after the change, as the requester reads it. */
  statusName: string | null;
};

/**
 * The person's notices, newest first. What they may not see any more is left out: a ticket that moved away,
 * a note on a ticket they no longer work.
 */
export type NoticeFilter = 'all' | 'unread' | 'mentions';

const FILTERS: Record<NoticeFilter, string> = {
  all: 'true',
  unread: 'n.read_at is null',
  mentions: `n.kind in ('mention', 'assigned')`,
};

export async function listNotifications(
  ctx: Context,
  {
    before,
    limit = 20,
    show = 'all',
  }: { before?: number | undefined; limit?: number; show?: NoticeFilter } = {},
): Promise<{ rows: Notification[]; more: boolean }> {
  const scope = visibleTickets(ctx);
  const rows = await scope.read<Notification>(
    ctx.db,
    `select n.id, n.kind, n.read_at is null as "isNew", n.created_at as "createdAt", e.comment_id as "commentId",
            jsonb_build_object('number', t.number, 'subject', t.subject) as ticket, s.employee_name as "statusName",
            case when a.id is not null then
              jsonb_build_object('id', a.id, 'firstName', a.first_name, 'lastName', a.last_name) end as actor
     from notifications n join events e on e.id = n.event_id join tickets t on t.id = n.ticket_id
     left join users a on a.id = e.actor_id left join statuses s on s.key = e.to_status
     where n.user_id = :owner and n.id < :before and ${FILTERS[show]} and ${scope.visible} and (n.kind not in ('note', 'mention') or ${scope.works})
     order by n.id desc limit :limit`,
    { owner: personId(ctx.actor), before: before ?? Number.MAX_SAFE_INTEGER, limit: limit + 1 },
  );
  return { rows: rows.slice(0, limit), more: rows.length > limit };
}

/**
 * One notice, and what is told in the same line: older ones of its kind about the same ticket. Another person's is
 * left alone, as if it were not there.
 */
export const markRead = (ctx: Context, notificationId: number) =>
  read(ctx, notices =>
    notices
      .where('id', '<=', notificationId)
      .whereRaw(
        '(ticket_id, kind) = (select o.ticket_id, o.kind from notifications o where o.id = ? and o.user_id = ?)',
        [notificationId, personId(ctx.actor)],
      ),
  );

export const markAllRead = (ctx: Context) => read(ctx, notices => notices);

/** Whoever opened the ticket has seen its news. */
export const markTicketRead = (ctx: Context, ticketId: number) =>
  read(ctx, notices => notices.where('ticket_id', ticketId));

/** How many notices became read. The person's count is taken anew, so it heals whatever went wrong before. */
async function read(ctx: Context, which: (notices: Knex.QueryBuilder) => Knex.QueryBuilder): Promise<number> {
  const userId = personId(ctx.actor);
  if (!userId) return 0;
  const own = (db: Knex) => which(db('notifications').where({ user_id: userId }).whereNull('read_at'));
  // Opening a ticket without news must not write.
  if (!(await own(ctx.db).first('id'))) return 0;
  return ctx.transaction(async tx => {
    await tx.db.raw('select 1 from users where id = ? for no key update', [userId]);
    const count = await own(tx.db).update({ read_at: tx.db.fn.now() });
    await recount(tx, userId);
    return Number(count);
  });
}

async function recount(tx: Tx, userId: number) {
  await tx.db.raw(
    'update users set unread = (select count(*) from notifications where user_id = ? and read_at is null) where id = ?',
    [userId, userId],
  );
}
