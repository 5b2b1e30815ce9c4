import type { Knex } from 'knex';
import { isAdmin, isPerson, isStaff } from '../access/actor.ts';
import type { Context } from '../context.ts';
import type { Priority } from './ticket.ts';

export type Audience = 'everyone' | 'desk' | 'team';

/** How a kind of ticket begins. What it leaves open, the category and the person decide. */
export type TicketTemplate = {
  id: number;
  name: string;
  audience: Audience;
  audienceTeamId: number | null;
  audienceTeamName: string | null;
  subject: string;
  body: string;
  categoryId: number | null;
  priority: Priority | null;
  teamId: number | null;
  assigneeId: number | null;
  tags: string[];
  checklist: string[];
  version: number;
  archivedAt: Date | null;
};

export const templatesIn = (db: Knex) =>
  db('ticket_templates as p').leftJoin('teams as a', 'a.id', 'p.audience_team_id').select({
    id: 'p.id',
    name: 'p.name',
    audience: 'p.audience',
    audienceTeamId: 'p.audience_team_id',
    audienceTeamName: 'a.name',
    subject: 'p.subject',
    body: 'p.body',
    categoryId: 'p.category_id',
    priority: 'p.priority',
    teamId: 'p.team_id',
    assigneeId: 'p.assignee_id',
    tags: 'p.tags',
    checklist: 'p.checklist',
    version: 'p.version',
    archivedAt: 'p.archived_at',
  });

/** Those the person may begin a ticket with. */
function usableTemplates(ctx: Context) {
  const { actor } = ctx;
  const query = templatesIn(ctx.db).whereNull('p.archived_at');
  if (actor.kind === 'system') return query;
  return query.where(mine => {
    mine.where('p.audience', 'everyone');
    if (!isPerson(actor) || !isStaff(actor)) return;
    mine.orWhere('p.audience', 'desk');
    if (isAdmin(actor) || actor.worksAllTeams) mine.orWhere('p.audience', 'team');
    else mine.orWhereIn('p.audience_team_id', [...actor.teamIds]);
  });
}

export async function templateChoices(ctx: Context): Promise<{ id: number; name: string }[]> {
  const rows = await usableTemplates(ctx).orderByRaw('lower(p.name), p.id').limit(100);
  return rows.map(({ id, name }) => ({ id, name }));
}

/** Undefined for one that is gone, or not for this person. */
export async function templateToUse(ctx: Context, id: number): Promise<TicketTemplate | undefined> {
  const found = id > 0 ? await usableTemplates(ctx).where('p.id', id).first() : undefined;
  return found as TicketTemplate | undefined;
}
