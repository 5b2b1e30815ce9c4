import type { Context } from '../context.ts';
import type { Ticket } from '../tickets/ticket.ts';
import { fillFor } from './filling.ts';
import { changesOf } from './macros.ts';
import type { MacroActions, SavedReply } from './saved-reply.ts';

export type MacroPreview = {
  /** What is now and what will be; what stays the same is left out. Keys are those of a ticket's changes. */
  changes: { field: string; from: string | null; to: string | null }[];
  says: 'reply' | 'note';
  text: string;
};

/** What a macro would do to this ticket at this moment, in names instead of keys. */
export async function previewMacro(ctx: Context, ticket: Ticket, macro: SavedReply): Promise<MacroPreview> {
  const wanted = changesOf(ctx, ticket, macro.actions ?? {});
  const names = await namesOf(ctx, macro.actions ?? {}, wanted.assigneeId);
  const rows: [string, string | null | undefined, string | null | undefined][] = [
    [
      'status',
      statusOf(ticket.statusName, ticket.waitingOn),
      wanted.status && statusOf(names.status, wanted.waitingOn),
    ],
    ['priority', ticket.priority, wanted.priority],
    ['team', ticket.teamName, wanted.teamId ? names.team : undefined],
    [
      'assignee',
      ticket.assignee && `${ticket.assignee.firstName} ${ticket.assignee.lastName}`.trim(),
      wanted.assigneeId === undefined ? undefined : names.assignee,
    ],
    ['category', ticket.categoryName, wanted.categoryId ? names.category : undefined],
    [
      'tags',
      ticket.tags.join(', '),
      wanted.tags && [...wanted.tags].sort((a, b) => (a < b ? -1 : 1)).join(', '),
    ],
  ];
  const changes = rows
    .filter(([, from, to]) => to !== undefined && (from || null) !== (to || null))
    .map(([field, from, to]) => ({ field, from: from || null, to: to || null }));
  return { changes, says: macro.says, text: fillFor(ctx, ticket, macro.body) };
}

const statusOf = (name: string | null, waitingOn: string | null | undefined) =>
  name && waitingOn ? `${name} (${waitingOn})` : name;

type Names = Record<'status' | 'team' | 'category' | 'assignee', string | null>;

async function namesOf(
  ctx: Context,
  { status, teamId, categoryId }: MacroActions,
  assigneeId: number | null | undefined,
): Promise<Names> {
  const { rows } = await ctx.db.raw<{ rows: Names[] }>(
    `select (select name from statuses where key = ?) as status, (select name from teams where id = ?) as team,
            (select name from categories where id = ?) as category,
            (select trim(first_name || ' ' || last_name) from users where id = ?) as assignee`,
    [status ?? null, teamId ?? null, categoryId ?? null, assigneeId ?? null],
  );
  return rows[0]!;
}
