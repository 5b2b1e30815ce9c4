import { query } from '../../db/knex.ts';
import { personId } from '../access/actor.ts';
import type { Context } from '../context.ts';
import type { Draft } from '../drafting.ts';
import { can } from '../policies.ts';
import { SUMMARY_COLUMN, type Summary, type SummaryRow, toSummary } from './summary.ts';
import type { PersonName, Ticket } from './ticket.ts';

export type Surroundings = {
  watchers: PersonName[];
  draft: { body: Draft; updatedAt: Date } | undefined;
  /** Only for who works the ticket, where an AI is configured. */
  summary: Summary | undefined;
};

type Row = {
  watchers: PersonName[];
  draft: { body: Draft; updatedAt: string } | null;
  summary?: SummaryRow | null;
};

const SURROUNDINGS = `
  select (select coalesce(json_agg(w), '[]') from (
            select u.id, u.first_name as "firstName", u.last_name as "lastName" from ticket_watchers tw
            join users u on u.id = tw.user_id where tw.ticket_id = ? order by u.last_name, u.id limit 50) as w) as watchers,
         (select json_build_object('body', body, 'updatedAt', updated_at) from drafts where user_id = ? and scope = ?) as draft`;

/** What a ticket's page shows beside the conversation: who else sees it, and what the person had begun to write. */
export async function surroundingsOf(ctx: Context, ticket: Ticket): Promise<Surroundings> {
  const withSummary = ctx.world.hasAi && can(ctx.actor, 'ticket.work', ticket);
  const [row] = await query<Row>(ctx.db, withSummary ? `${SURROUNDINGS}, ${SUMMARY_COLUMN}` : SURROUNDINGS, [
    ...[ticket.id, personId(ctx.actor) ?? 0, `ticket:${ticket.id}`],
    ...(withSummary ? [ticket.id, ticket.id] : []),
  ]);
  const draft = row?.draft;
  return {
    watchers: row?.watchers ?? [],
    draft: draft ? { body: draft.body, updatedAt: new Date(draft.updatedAt) } : undefined,
    summary: toSummary(row?.summary),
  };
}
