import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';
import { conditionsOf, type QueueFilter } from './filtering.ts';
import { visibleTickets } from './finding.ts';
import { type QueueView, VIEWS, worksEveryTeam } from './queue.ts';

/** More are not counted: "50+ new tickets". */
export const ARRIVALS_LIMIT = 50;

/** Nobody needs to hear of older ones: their page has been open for a day. */
const DAY = 86_400_000;

/**
 * What brings a ticket into a list: it was raised, moved here, given to somebody, or the requester answered. What the
 * person did themselves is no news to them.
 */
const ARRIVED = `((t.created_at > :since and t.requester_id <> :me) or exists (
  select 1 from events e where e.ticket_id = t.id and e.occurred_at > :since and e.actor_id is distinct from :me
    and (e.changes -> 'teamId' is not null or e.changes -> 'assigneeId' is not null or e.data ->> 'verb' = 'reopened'
         or (e.type = 'reply.added' and e.actor_id = t.requester_id))))`;

/** How many tickets came into a list since a moment: only those touched since are looked at, newest first. */
export async function countArrivals(
  ctx: Context,
  { view, filter }: { view: QueueView; filter: QueueFilter },
  since: Date,
): Promise<number> {
  authorize(ctx, 'queue.read');
  const { where, values } = conditionsOf(filter);
  const conditions = [VIEWS[view], 't.updated_at > :since', ...where, ARRIVED].join(' and ');
  const { works, notInvolved } = visibleTickets(ctx);
  const most = `order by t.updated_at desc limit ${ARRIVALS_LIMIT + 1}`;
  const rows = worksEveryTeam(ctx)
    ? `select 1 from tickets t where ${conditions} and ${works} ${most}`
    : `select 1 from unnest(array_append(:teams::bigint[], 0)) as team (id) cross join lateral (
         select 1 from tickets t where t.queue_team = team.id and ${conditions} and (team.id <> 0 or ${notInvolved}) ${most}) as own limit ${ARRIVALS_LIMIT + 1}`;
  const from = new Date(Math.max(since.getTime(), ctx.now().getTime() - DAY));
  const [row] = await visibleTickets(ctx).read<{ n: number }>(
    ctx.db,
    `select count(*)::integer as n from (${rows}) as arrived`,
    { ...values, since: from },
  );
  return row?.n ?? 0;
}
