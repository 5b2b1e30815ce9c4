import { query } from '../../db/knex.ts';
import type { Context } from '../context.ts';
import { NotFound } from '../errors.ts';
import { findUsable, type SavedReply } from '../replies/saved-reply.ts';
import type { StatusKind } from '../tickets/status.ts';
import { findTicketById, type Ticket } from '../tickets/ticket.ts';
import type { BulkTask, UndoTask } from './task.ts';

type Status = { key: string; kind: StatusKind; name: string; employeeName: string };
type Assignee = { id: number; name: string; everyTeam: boolean; teamIds: number[] };

/** What an act names, read once for all its tickets. Null: it is not there (any more), or the act names none. */
export type Facts = {
  status: Status | null;
  assignee: Assignee | null;
  team: { id: number; name: string; members: number } | null;
  category: { id: number; name: string } | null;
  macro: SavedReply | null;
  target: Ticket | null;
};

const FACTS = `
  select (select jsonb_build_object('key', key, 'kind', kind, 'name', name, 'employeeName', employee_name) from statuses where key = ?) as status,
         (select jsonb_build_object('id', u.id, 'name', trim(u.first_name || ' ' || u.last_name), 'everyTeam', u.role = 'admin' or ?::boolean,
                 'teamIds', (select coalesce(jsonb_agg(m.team_id), '[]') from team_members m where m.user_id = u.id))
            from users u where u.id = ? and u.role in ('coordinator', 'admin') and u.status = 'active') as assignee,
         (select jsonb_build_object('id', id, 'name', name, 'members', (select count(*) from team_members m join users u on u.id = m.user_id and u.status = 'active' where m.team_id = teams.id))
            from teams where id = ? and archived_at is null) as team,
         (select jsonb_build_object('id', id, 'name', name) from categories where id = ? and archived_at is null) as category`;

export async function factsOf(ctx: Context, task: BulkTask | UndoTask): Promise<Facts> {
  const { act, parameters } = task;
  const [facts] = await query<Omit<Facts, 'macro' | 'target'>>(ctx.db, FACTS, [
    act === 'status' ? parameters.status : act === 'solve' ? 'resolved' : act === 'close' ? 'closed' : null,
    ctx.settings.coordinatorsWorkAllTeams,
    act === 'assign' ? parameters.assigneeId : null,
    act === 'team' ? parameters.teamId : null,
    act === 'category' ? parameters.categoryId : null,
  ]);
  return {
    ...facts!,
    macro: act === 'macro' ? await orNone(findUsable(ctx, parameters.macroId)) : null,
    target: act === 'merge' ? await orNone(findTicketById(ctx, parameters.targetId)) : null,
  };
}

async function orNone<Found>(finding: Promise<Found>): Promise<Found | null> {
  try {
    return await finding;
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
}
