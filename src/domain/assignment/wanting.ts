import type { Tx } from '../context.ts';
import type { DomainEvent } from '../events/dispatching.ts';

/** Why the program or an admin took a ticket from its owner: then somebody else is looked for. */
export const RELEASES = ['left', 'left-team', 'away', 'handed-over'];

/**
 * Writes down which tickets look for an owner: they came to a team that has a method, and nobody has them.
 * A person who takes the owner out by hand means it, so that is no such arrival.
 */
export async function wantAssignment(tx: Tx, events: readonly DomainEvent[]): Promise<void> {
  const ids = events.filter(arrives).flatMap(event => event.ticketId ?? []);
  if (ids.length === 0) return;
  const { rowCount } = await tx.db.raw<{ rowCount: number }>(
    `insert into assignment_queue (ticket_id, team_id)
     select t.id, t.team_id from tickets t join team_assignments a on a.team_id = t.team_id and a.method <> 'off'
     where t.id = any(?::bigint[]) and t.assignee_id is null and t.status_kind in ('new', 'open', 'waiting') and t.spam_at is null
     order by t.id
     on conflict (ticket_id) do update set team_id = excluded.team_id, wanted_at = excluded.wanted_at
       where assignment_queue.team_id <> excluded.team_id`,
    [ids],
  );
  if (rowCount > 0) tx.afterCommit(() => tx.world.wake('assign-tickets'));
}

function arrives({ type, changes, data }: DomainEvent): boolean {
  if (type !== 'ticket.changed') return true;
  if (changes.teamId || data.verb === 'reopened') return true;
  return changes.assigneeId?.[1] === null && RELEASES.includes(String(data.reason));
}
