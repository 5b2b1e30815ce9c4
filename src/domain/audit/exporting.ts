import type { Context } from '../context.ts';
import { recordEvent } from '../events/recording.ts';

/** Who took which list out of the house, with the filters that were set. Written before the first row leaves. */
export async function recordExport(
  ctx: Context,
  list: string,
  filter: Record<string, unknown>,
): Promise<void> {
  const used = Object.fromEntries(
    Object.entries(filter).filter(([, value]) => value !== undefined && value !== ''),
  );
  await ctx.transaction(tx =>
    recordEvent(
      tx,
      'export.made',
      { objectType: 'export', label: list },
      { data: { list, filter: used }, silent: true },
    ),
  );
}
