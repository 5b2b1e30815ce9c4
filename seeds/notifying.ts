import type { Tx } from '../src/domain/context.ts';
import type { Company } from './company.ts';

/** What is new for each person of the last two days; what is older than six hours was read. */
export async function notifyDemo(tx: Tx, company: Company): Promise<void> {
  await tx.db.raw(
    `insert into notifications (user_id, event_id, ticket_id, kind, created_at, read_at)
     select r.user_id, e.id, e.ticket_id, r.kind, e.occurred_at,
            case when e.occurred_at < :now::timestamptz - interval '6 hours' then e.occurred_at + interval '20 minutes' end
     from events e join tickets t on t.id = e.ticket_id
     cross join lateral (
       select t.requester_id as user_id, 'ticket-reply' as kind where e.type = 'reply.added'
       union all select t.assignee_id, 'ticket-reply' where e.type = 'reply.added'
       union all select t.assignee_id, 'ticket-note' where e.type = 'note.added'
       union all select (e.changes #>> '{assigneeId,1}')::bigint, 'ticket-assigned' where e.type = 'ticket.changed'
       union all select t.requester_id, 'ticket-status' where e.type = 'ticket.changed' and e.to_status in ('resolved', 'rejected')
     ) r
     where r.user_id is not null and r.user_id is distinct from e.actor_id and e.occurred_at > :now::timestamptz - interval '2 days'
       and r.user_id = any(:people::bigint[])
     order by e.id on conflict do nothing`,
    { now: tx.now(), people: Object.values(company.people) },
  );
  await tx.db.raw(
    `update users u set unread = n from (select user_id, count(*) as n from notifications where read_at is null group by 1) c
     where c.user_id = u.id`,
  );
}
