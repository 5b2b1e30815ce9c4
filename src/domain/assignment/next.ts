import { isAdmin, isPerson, type Person } from '../access/actor.ts';
import type { Context, Tx } from '../context.ts';
import { Unauthenticated } from '../errors.ts';
import { authorize } from '../policies.ts';
import { applyChanges } from '../tickets/changing.ts';
import { visibleTickets } from '../tickets/finding.ts';
import { lockTicket, type Priority } from '../tickets/ticket.ts';
import { openTicketsOf } from './members.ts';
import { byUrgency, type NextReason, reasonFor, type Waiting } from './ranking.ts';

export type Next =
  | { number: number; priority: Priority; reason: NextReason }
  /** `full` names the team for which the person has as many open tickets as it wants one to have. */
  | { number: null; full: string | null };

/** Taken from each order of each team; the best of all is among them. */
const DEPTH = 20;

const READY = `t.status_kind in ('new', 'open', 'waiting') and t.spam_at is null and t.assignee_id is null
  and t.status_kind <> 'waiting' and t.requester_id <> :me`;

const heads = (where: string) =>
  ['t.due_order, t.id', 't.priority_rank desc, t.created_at, t.id', 't.created_at, t.id']
    .map(order => `(select t.id from tickets t where ${where} and ${READY} order by ${order} limit ${DEPTH})`)
    .join(' union ');

const HANDLED = `select category_id from (select category_id from tickets where assignee_id = :me limit 500) as own`;

const facts = (ids: string) => `
  select t.id, t.number, t.due_at as "dueAt", t.priority_rank as "priorityRank", t.created_at as "createdAt",
         case when t.category_id in (${HANDLED}) then c.name end as skill
  from (${ids}) as head join tickets t on t.id = head.id left join categories c on c.id = t.category_id`;

const OF_TEAMS = `select h.id from unnest(array_append(:open_teams::bigint[], 0)) as team (id)
  cross join lateral (${heads('t.queue_team = team.id and (team.id <> 0 or NOT_INVOLVED)')}) as h`;

/** The most urgent tickets nobody has, of those the person may work: three short index reads a team. */
export async function waitingTickets(
  ctx: Context,
  actor: Person,
  full: readonly number[],
): Promise<Waiting[]> {
  const scope = visibleTickets(ctx);
  if (isAdmin(actor) || actor.worksAllTeams)
    return scope.read<Waiting>(
      ctx.db,
      facts(heads(`${scope.works} and t.queue_team <> all(:full::bigint[])`)),
      { full },
    );
  return scope.read<Waiting>(ctx.db, facts(OF_TEAMS.replaceAll('NOT_INVOLVED', scope.notInvolved)), {
    open_teams: actor.teamIds.filter(id => !full.includes(id)),
  });
}

/**
 * "Give me the next ticket": the most urgent one that nobody has becomes the person's. Whoever presses at the same
 * moment gets the one after it, since a row somebody is taking is skipped.
 */
export async function takeNextTicket(ctx: Context): Promise<Next> {
  authorize(ctx, 'queue.read');
  const { actor } = ctx;
  if (!isPerson(actor)) throw new Unauthenticated('Sign in first');
  return ctx.transaction(async tx => {
    const open = await openTicketsOf(tx, actor.id);
    const full = await fullTeams(tx, actor, open);
    const ranked = byUrgency(
      await waitingTickets(
        tx,
        actor,
        full.map(({ id }) => id),
      ),
      tx.now(),
    );
    const id = await takeFirst(tx, ranked);
    const chosen = ranked.find(ticket => ticket.id === id);
    if (!chosen) return { number: null, full: full[0]?.name ?? null };
    const ticket = await lockTicket(tx, chosen);
    authorize(tx, 'ticket.assign', ticket);
    const reason = reasonFor(chosen, tx.now(), open);
    await applyChanges(tx, ticket, { assigneeId: actor.id }, 'picked-up', { reason: 'next', next: reason });
    return { number: ticket.number, priority: ticket.priority, reason };
  });
}

async function fullTeams(tx: Tx, { teamIds }: Person, open: number): Promise<{ id: number; name: string }[]> {
  return tx
    .db('team_assignments as a')
    .join('teams as t', 't.id', 'a.team_id')
    .whereIn('a.team_id', teamIds)
    .where('a.max_open', '<=', open)
    .orderBy('t.name')
    .select('t.id', 't.name');
}

async function takeFirst(tx: Tx, ranked: readonly Waiting[]): Promise<number | undefined> {
  const { rows } = await tx.db.raw<{ rows: { id: number }[] }>(
    `select t.id from tickets t
     where t.id = any(?::bigint[]) and t.assignee_id is null and t.status_kind in ('new', 'open') and t.spam_at is null
     order by array_position(?::bigint[], t.id) limit 1 for update of t skip locked`,
    [ranked.map(({ id }) => id), ranked.map(({ id }) => id)],
  );
  return rows[0]?.id;
}
