import type { Context } from '../context.ts';
import { applyChanges } from '../tickets/changing.ts';
import { lockTicket } from '../tickets/ticket.ts';
import { membersNow } from './members.ts';

const HOUR = 3_600_000;

/**
 * Tickets on which a requester waits while their owner is away for longer than the team allows go back to the team.
 * A bite at a time, each in its own transaction; returns how many.
 */
export async function releaseForAbsent(
  ctx: Context,
  goOn: () => boolean = () => true,
  limit = 50,
): Promise<number> {
  const teams: { id: number; hours: number }[] = await ctx
    .db('team_assignments')
    .whereNotNull('away_hours')
    .orderBy('team_id')
    .select({ id: 'team_id', hours: 'away_hours' });
  let released = 0;
  for (const { id, hours } of teams) {
    const gone = (await membersNow(ctx, id)).filter(
      member => member.goneSince && ctx.now().getTime() - member.goneSince.getTime() >= hours * HOUR,
    );
    for (const member of gone) {
      if (!goOn() || released >= limit) return released;
      released += await releaseOf(ctx, id, member.id, limit - released);
    }
  }
  return released;
}

async function releaseOf(ctx: Context, teamId: number, userId: number, limit: number): Promise<number> {
  const ids: number[] = await ctx
    .db('tickets')
    .where({ assignee_id: userId, team_id: teamId, needs_reply: true, spam_at: null })
    .whereIn('status_kind', ['new', 'open', 'waiting'])
    .orderBy(['due_order', 'id'])
    .limit(limit)
    .pluck('id');
  for (const id of ids) {
    await ctx.transaction(async tx => {
      const ticket = await lockTicket(tx, { id });
      if (ticket.assigneeId === userId && ticket.teamId === teamId && ticket.needsReply)
        await applyChanges(tx, ticket, { assigneeId: null }, 'assigned', { reason: 'away' });
    });
  }
  return ids.length;
}
