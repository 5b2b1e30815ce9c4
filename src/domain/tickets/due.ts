import type { Context } from '../context.ts';
import type { Settings } from '../settings/settings.ts';
import type { Priority } from './ticket.ts';

/** "Soon" begins this many minutes before a reply is due. */
export const SOON_MINUTES = 120;

/** When a message of this moment wants its answer: minutes by priority, around the clock. */
export const replyDueAt = (priority: Priority, since: Date, settings: Pick<Settings, 'replyMinutes'>) =>
  new Date(since.getTime() + settings.replyMinutes[priority] * 60_000);

export function dueState(dueAt: Date | null, now: Date): 'none' | 'soon' | 'overdue' {
  if (!dueAt) return 'none';
  if (dueAt <= now) return 'overdue';
  return dueAt.getTime() - now.getTime() <= SOON_MINUTES * 60_000 ? 'soon' : 'none';
}

/**
 * Stamps what became due soon or overdue, by the database's clock, so that lists and counts read a column.
 * Works in bites and leaves locked rows for the next turn. Returns how many it stamped.
 */
export async function stampDueTickets(ctx: Context, limit = 500): Promise<number> {
  const { rowCount } = await ctx.db.raw<{ rowCount: number }>(
    `with changed as (
       select id, case when due_at <= now() then 'overdue' else 'soon' end as state
       from tickets
       where status_kind in ('new', 'open', 'waiting') and spam_at is null and needs_reply
         and due_order <= now() + ? * interval '1 minute'
         and due_state <> case when due_at <= now() then 'overdue' else 'soon' end
       order by due_order limit ? for update skip locked
     )
     update tickets t set due_state = changed.state from changed where t.id = changed.id`,
    [SOON_MINUTES, limit],
  );
  return rowCount;
}
