import type { Context, Tx } from '../context.ts';
import { NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { changed, refuseStale } from '../versioning.ts';
import type { Rule } from './choosing.ts';
import { membersNow, NO_RULE, RULE_COLUMNS, type TeamMemberNow } from './members.ts';

export type TeamRule = Rule & { version: number };

export async function findTeamRule(
  ctx: Context,
  teamId: number,
): Promise<{ rule: TeamRule; members: TeamMemberNow[]; waiting: number }> {
  authorize(ctx, 'team.manage');
  const [rule, members, { rows }] = await Promise.all([
    readRule(ctx, teamId),
    membersNow(ctx, teamId),
    ctx.db.raw<{ rows: { n: number }[] }>(
      'select count(*)::int as n from (select 1 from assignment_queue where team_id = ? limit 501) as q',
      [teamId],
    ),
  ]);
  return { rule, members, waiting: rows[0]?.n ?? 0 };
}

async function readRule(ctx: Context, teamId: number): Promise<TeamRule> {
  const { rows } = await ctx.db.raw<{ rows: TeamRule[] }>(
    `select ${RULE_COLUMNS}, a.version from team_assignments a where a.team_id = ?`,
    [teamId],
  );
  return rows[0] ?? { ...NO_RULE, version: 0 };
}

/** How the team's tickets find an owner. With a method, those that come from then on; what lies there is not dealt out. */
export async function changeTeamRule(
  ctx: Context,
  teamId: number,
  { version, ...wanted }: TeamRule,
): Promise<{ version: number }> {
  authorize(ctx, 'team.manage');
  return ctx.transaction(async tx => {
    const team = await tx.db('teams').where({ id: teamId }).forUpdate().first('name');
    if (!team) throw new NotFound('No such team');
    const { version: current, ...before } = await readRule(tx, teamId);
    const changes = changed(before, wanted);
    if (Object.keys(changes).length === 0) return { version: current };
    refuseStale(current, version, compared(tx, before, wanted));
    await tx
      .db('team_assignments')
      .insert({
        team_id: teamId,
        method: wanted.method,
        sticky_days: wanted.stickyDays,
        max_open: wanted.maxOpen,
        away_hours: wanted.awayHours,
        version: current + 1,
      })
      .onConflict('team_id')
      .merge(['method', 'sticky_days', 'max_open', 'away_hours', 'version']);
    const subject = { objectType: 'team' as const, objectId: teamId, label: team.name };
    await recordEvent(tx, 'team.assignment-changed', subject, { silent: true, changes });
    tx.afterCommit(() => tx.world.wake('assign-tickets'));
    return { version: current + 1 };
  });
}

const compared = (tx: Tx, theirs: Rule, yours: Rule): [string, unknown, unknown][] => [
  [tx.t('Method'), theirs.method, yours.method],
  [tx.t('Days a requester keeps their coordinator'), theirs.stickyDays, yours.stickyDays],
  [tx.t('Most open tickets'), theirs.maxOpen, yours.maxOpen],
  [tx.t('Hours away'), theirs.awayHours, yours.awayHours],
];
