import type { Tx } from '../context.ts';
import type { DomainEvent } from '../events/dispatching.ts';

/** Who may see, and who may work, a ticket, said of its reader `u`: the rule of tickets/policy.ts for many people at once. */
const WATCHES = 'exists (select 1 from ticket_watchers w where w.ticket_id = t.id and w.user_id = u.id)';
const WORKS = `(u.role in ('coordinator', 'admin') and (
  exists (select 1 from team_members m join teams g on g.id = m.team_id and g.archived_at is null
          where m.user_id = u.id and m.team_id = t.team_id)
  or ((t.team_id is null or u.role = 'admin' or ?::boolean) and t.requester_id <> u.id and not ${WATCHES})))`;
const SEES = `(${WORKS} or t.requester_id = u.id or ${WATCHES}
  or exists (select 1 from users r join departments d on d.id = r.department_id where r.id = t.requester_id and d.manager_id = u.id))`;

/**
 * News that somebody cannot read any more is no news: it counts as read, so that the number beside the bell is what the
 * list shows. Listens to what takes a ticket out of people's sight.
 */
export async function withdrawNotices(tx: Tx, events: readonly DomainEvent[]): Promise<void> {
  const moved = events.filter(({ type, changes }) => type !== 'ticket.changed' || changes.teamId);
  const ids = [...new Set(moved.flatMap(event => event.ticketId ?? []))];
  if (ids.length === 0) return;
  const everyTeam = tx.settings.coordinatorsWorkAllTeams;
  await tx.db.raw(
    `select 1 from users where id in (select user_id from notifications where ticket_id = any(?::bigint[]) and read_at is null)
     order by id for no key update`,
    [ids],
  );
  await tx.db.raw(
    `with gone as (
       update notifications n set read_at = now() from tickets t, users u
       where n.ticket_id = any(?::bigint[]) and n.read_at is null and t.id = n.ticket_id and u.id = n.user_id
         and (not ${SEES} or (n.kind in ('note', 'mention') and not ${WORKS}))
       returning n.user_id
     ), counted as (select user_id, count(*) as n from gone group by user_id)
     update users u set unread = greatest(u.unread - counted.n, 0) from counted where u.id = counted.user_id`,
    [ids, everyTeam, everyTeam],
  );
}
