import { personId } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';

/** The columns of a list, in the order they stand in. The subject is always there. */
export const columnKeys = [
  'priority',
  'number',
  'requester',
  'status',
  'assignee',
  'team',
  'category',
  'tags',
  'time-left',
  'created',
  'updated',
] as const;
export type ColumnKey = (typeof columnKeys)[number];

export const densities = ['comfortable', 'compact'] as const;
export type Density = (typeof densities)[number];

export type Display = { columns: ColumnKey[]; density: Density };

export const usualDisplay: Display = {
  columns: ['priority', 'number', 'requester', 'status', 'assignee', 'time-left', 'updated'],
  density: 'comfortable',
};

/** How the person of the row `me` likes their lists, inside the navigation's query. */
export const DISPLAY = `(select jsonb_build_object('columns', columns, 'density', density) from queue_displays where user_id = me.id)`;

/** Known columns only, in our order: what is stored may be older than the program. */
export const columnsOf = (columns: readonly string[]): ColumnKey[] =>
  columnKeys.filter(key => columns.includes(key));

export const toDisplay = (row: { columns: string[]; density: Density } | null | undefined): Display =>
  row ? { columns: columnsOf(row.columns), density: row.density } : usualDisplay;

/** The same again changes nothing; it is theirs alone, so it leaves no event. */
export async function saveDisplay(ctx: Context, { columns, density }: Display): Promise<object> {
  authorize(ctx, 'queue.read');
  await ctx.db.raw(
    `insert into queue_displays (user_id, columns, density, updated_at) values (?, ?::text[], ?, ?)
     on conflict (user_id) do update set columns = excluded.columns, density = excluded.density, updated_at = excluded.updated_at`,
    [personId(ctx.actor) ?? 0, columnsOf(columns), density, ctx.now()],
  );
  return {};
}
