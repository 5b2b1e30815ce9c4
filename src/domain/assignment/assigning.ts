import { query } from '../../db/knex.ts';
import type { Context, Tx } from '../context.ts';
import { NotFound } from '../errors.ts';
import { applyChanges } from '../tickets/changing.ts';
import { lockTicket } from '../tickets/ticket.ts';
import { chooseMember, freeMembers, type Reason, type Rule } from './choosing.ts';
import { membersNow, openTicketsOf, RULE_COLUMNS, type TeamMemberNow } from './members.ts';

/** Tickets of one team that may turn out to fit nobody before the team has had its turn. */
const MISFITS = 50;

type Turn = 'given' | 'dropped' | 'nobody' | 'empty' | { unfit: number };

/**
 * Gives the tickets that look for an owner to whoever is there, team by team, oldest first, each in a transaction
 * of its own. What fits nobody now stays and is tried again. Any number may run at once. Returns how many it gave.
 */
export async function assignWaiting(ctx: Context, goOn: () => boolean = () => true): Promise<number> {
  const teams: number[] = await ctx
    .db('assignment_queue')
    .distinct('team_id')
    .orderBy('team_id')
    .pluck('team_id');
  let given = 0;
  for (const teamId of teams) given += await assignForTeam(ctx, teamId, goOn);
  return given;
}

async function assignForTeam(ctx: Context, teamId: number, goOn: () => boolean): Promise<number> {
  const unfit: number[] = [];
  let given = 0;
  while (goOn() && unfit.length < MISFITS) {
    const turn = await ctx.transaction(tx => assignOldest(tx, teamId, unfit));
    if (turn === 'empty' || turn === 'nobody') break;
    if (turn === 'given') given += 1;
    if (typeof turn === 'object') unfit.push(turn.unfit);
  }
  return given;
}

type Team = Rule & { name: string; turns: number };
type Wanted = { ticketId: number; requesterId: number; fits: boolean; handedBy: number | null };

const OLDEST = `
  select q.ticket_id as "ticketId", t.requester_id as "requesterId",
         t.assignee_id is null and t.team_id = q.team_id and t.status_kind in ('new', 'open', 'waiting') and t.spam_at is null as fits,
         (select case when e.data ->> 'reason' = 'handed-over' then (e.changes -> 'assigneeId' ->> 0)::bigint end
          from events e where e.ticket_id = t.id and e.type = 'ticket.changed' order by e.id desc limit 1) as "handedBy"
  from assignment_queue q join tickets t on t.id = q.ticket_id
  where q.team_id = ? and q.ticket_id <> all(?::bigint[])
  order by q.wanted_at, q.ticket_id limit 1`;

/**
 * One ticket. Locks the team, then the person, then the ticket: the team's row makes turns follow one another, the
 * person's keeps the maximum and a suspension true, and the order is that of the dispatcher and of suspensions.
 */
async function assignOldest(tx: Tx, teamId: number, unfit: readonly number[]): Promise<Turn> {
  const { rows } = await tx.db.raw<{ rows: Team[] }>(
    `select ${RULE_COLUMNS}, a.turns, tm.name from team_assignments a join teams tm on tm.id = a.team_id
     where a.team_id = ? for update of a`,
    [teamId],
  );
  const [team] = rows;
  if (!team || team.method === 'off') {
    await tx.db('assignment_queue').where({ team_id: teamId }).delete();
    return 'empty';
  }
  const [wanted] = await query<Wanted>(tx.db, OLDEST, [teamId, unfit]);
  if (!wanted) return 'empty';
  if (!wanted.fits) return drop(tx, wanted.ticketId);
  const free = freeMembers(await membersNow(tx, teamId), team);
  if (free.length === 0) return 'nobody';
  // Neither who asks for help, nor whose tickets an admin has just handed back to the team.
  const others = free.filter(({ id }) => id !== wanted.requesterId && id !== wanted.handedBy);
  const known = team.stickyDays === null ? undefined : await lastOwner(tx, wanted, others, team.stickyDays);
  const choice = chooseMember(team.method, others, known);
  if (!choice) return { unfit: wanted.ticketId };
  return give(tx, { ...team, id: teamId }, wanted, choice);
}

async function give(
  tx: Tx,
  team: Team & { id: number },
  { ticketId }: Wanted,
  { member, reason }: { member: TeamMemberNow; reason: Reason },
): Promise<Turn> {
  const { rows } = await tx.db.raw<{ rows: { id: number }[] }>(
    `select u.id from users u where u.id = ? and u.status = 'active' and u.role in ('coordinator', 'admin')
       and exists (select 1 from team_members m where m.user_id = u.id and m.team_id = ?) for no key update of u`,
    [member.id, team.id],
  );
  if (rows.length === 0) return { unfit: ticketId };
  // Another team of theirs may have given them one since we counted.
  if (team.maxOpen !== null && (await openTicketsOf(tx, member.id)) >= team.maxOpen)
    return { unfit: ticketId };
  const ticket = await lockTicket(tx, { id: ticketId }).catch(error => {
    if (error instanceof NotFound) return undefined;
    throw error;
  });
  const active = ticket && ['new', 'open', 'waiting'].includes(ticket.statusKind) && ticket.spamAt === null;
  if (!active || ticket.assigneeId !== null || ticket.teamId !== team.id) return drop(tx, ticketId);
  // Its status stays: nobody has begun to work on it.
  await applyChanges(tx, ticket, { assigneeId: member.id, status: ticket.status }, 'assigned', {
    reason,
    team: team.name,
  });
  await tx
    .db('team_assignments')
    .where({ team_id: team.id })
    .update({ turns: team.turns + 1 });
  await tx
    .db('team_members')
    .where({ team_id: team.id, user_id: member.id })
    .update({ turn: team.turns + 1 });
  await drop(tx, ticketId);
  return 'given';
}

async function drop(tx: Tx, ticketId: number): Promise<Turn> {
  await tx.db('assignment_queue').where({ ticket_id: ticketId }).delete();
  return 'dropped';
}

/** Who had the requester's latest ticket, of those who are free now. */
async function lastOwner(
  tx: Tx,
  { requesterId, ticketId }: Wanted,
  free: readonly { id: number }[],
  days: number,
): Promise<number | undefined> {
  const [row] = await query<{ id: number }>(
    tx.db,
    `select assignee_id as id from tickets
     where requester_id = ? and id <> ? and assignee_id = any(?::bigint[]) and updated_at > ?::timestamptz - ? * interval '1 day'
     order by updated_at desc, id desc limit 1`,
    [requesterId, ticketId, free.map(({ id }) => id), tx.now(), days],
  );
  return row?.id;
}
