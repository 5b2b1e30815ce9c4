import { query } from '../../db/knex.ts';
import { personId } from '../access/actor.ts';
import type { PendingUpload } from '../attachments/receiving.ts';
import type { Context } from '../context.ts';
import type { Draft } from '../drafting.ts';
import { can } from '../policies.ts';
import { type DeskPanel, PANEL_COLUMNS, type PanelRow, panelValues, toPanel } from './desk-panel.ts';
import { HELD_COLUMN, type HeldReply } from './held-reply.ts';
import { PRESENCE_COLUMN, type Present, presenceValues } from './presence.ts';
import { type Relations, type RelationsRow, relationsColumns, toRelations } from './relations.ts';
import { SUMMARY_COLUMN, type Summary, type SummaryRow, toSummary } from './summary.ts';
import type { PersonName, Ticket } from './ticket.ts';
import { UNREACHED_COLUMN, unreachedValues } from './unreached.ts';

export type Surroundings = {
  watchers: PersonName[];
  draft: { body: Draft; updatedAt: Date; files: PendingUpload[] } | undefined;
  /** Only for who works the ticket, where an AI is configured. */
  summary: Summary | undefined;
  /** Only for who works the ticket. */
  panel: DeskPanel | undefined;
  /** Followers, links and the requester's other tickets; only for who works it. */
  relations: Relations | undefined;
  /** Others who work the ticket and are here now; only for who works it too. */
  presence: Present[];
  /** Replies on their way; only for who works the ticket. */
  held: HeldReply[];
  /** Of its requester and watchers those whose address takes no mail; only for who works it. */
  unreached: number[];
  /** Notices about it that the person has not read. */
  hasNews: boolean;
};

type Row = PanelRow &
  RelationsRow & {
    watchers: PersonName[];
    hasNews: boolean;
    presence?: Present[];
    draft: { body: Draft; updatedAt: string; files: PendingUpload[] } | null;
    held?: HeldReply[];
    unreached?: number[];
    summary?: SummaryRow | null;
  };

const SURROUNDINGS = `
  select (select coalesce(json_agg(w), '[]') from (
            select u.id, u.first_name as "firstName", u.last_name as "lastName" from ticket_watchers tw
            join users u on u.id = tw.user_id where tw.ticket_id = ? order by u.last_name, u.id limit 50) as w) as watchers,
         (select json_build_object('body', body, 'updatedAt', updated_at, 'files', (
            select coalesce(json_agg(json_build_object('id', f.id, 'filename', f.filename, 'size', f.size) order by f.id), '[]')
            from attachments f where f.uploader_id = d.user_id and f.comment_id is null and f.redacted_at is null
              and f.id::text = any(string_to_array(d.body ->> 'uploads', ','))))
          from drafts d where user_id = ? and scope = ?) as draft,
         exists (select 1 from notifications where user_id = ? and ticket_id = ? and read_at is null) as "hasNews"`;

/** What a ticket's page shows beside the conversation: who else sees it, and what the person had begun to write. */
export async function surroundingsOf(ctx: Context, ticket: Ticket): Promise<Surroundings> {
  const works = can(ctx.actor, 'ticket.work', ticket);
  const withSummary = ctx.world.hasAi && works;
  const me = personId(ctx.actor) ?? 0;
  const relations = works ? relationsColumns(ctx, ticket) : undefined;
  const columns = [
    SURROUNDINGS,
    ...(relations ? [relations.text] : []),
    ...(works ? [PANEL_COLUMNS, PRESENCE_COLUMN, HELD_COLUMN, UNREACHED_COLUMN] : []),
    ...(withSummary ? [SUMMARY_COLUMN] : []),
  ];
  const [row] = await query<Row>(ctx.db, columns.join(','), [
    ...[ticket.id, me, `ticket:${ticket.id}`, me, ticket.id],
    ...(relations?.bindings ?? []),
    ...(works
      ? [...panelValues(ticket.id, me), ...presenceValues(ctx, ticket), ticket.id, ...unreachedValues(ticket)]
      : []),
    ...(withSummary ? [ticket.id, ticket.id] : []),
  ]);
  const draft = row?.draft;
  return {
    watchers: row?.watchers ?? [],
    draft: draft ? { ...draft, updatedAt: new Date(draft.updatedAt) } : undefined,
    held: row?.held ?? [],
    unreached: row?.unreached ?? [],
    hasNews: row?.hasNews ?? false,
    summary: toSummary(row?.summary),
    panel: works && row ? toPanel(row) : undefined,
    relations: relations && row ? toRelations(row) : undefined,
    presence: row?.presence ?? [],
  };
}
