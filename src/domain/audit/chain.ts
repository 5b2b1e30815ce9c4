import type { Context } from '../context.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { verifyChain } from './sealing.ts';

/**
 * What the badge of the page says: when the chain was last counted again and whether it held, or, before the first
 * time, when its newest seal was set.
 */
export type ChainBadge =
  | { state: 'verified' | 'broken'; at: Date; brokenSealId: number | null }
  | { state: 'sealed'; at: Date }
  | { state: 'none' };

export async function chainBadge(ctx: Context): Promise<ChainBadge> {
  authorize(ctx, 'audit.read');
  const checked = await ctx
    .db('events')
    .where({ type: 'audit.verified' })
    .orderBy('id', 'desc')
    .first('occurred_at', 'data');
  if (checked) {
    const { brokenSealId = null } = checked.data as { brokenSealId?: number | null };
    return { state: brokenSealId === null ? 'verified' : 'broken', at: checked.occurred_at, brokenSealId };
  }
  const seal = await ctx.db('audit_seals').orderBy('id', 'desc').first('sealed_at');
  return seal ? { state: 'sealed', at: seal.sealed_at } : { state: 'none' };
}

/** Counts the whole chain again and writes down what came out. Reads every event: for a click or a nightly job. */
export async function verifyAudit(ctx: Context): Promise<{ events: number; brokenSealId: number | null }> {
  const { seals, events, brokenSealId } = await verifyChain(ctx);
  await ctx.transaction(tx =>
    recordEvent(
      tx,
      'audit.verified',
      { objectType: 'job', label: brokenSealId === null ? `${events}` : `#${brokenSealId}` },
      { data: { seals, events, brokenSealId }, silent: true },
    ),
  );
  return { events, brokenSealId };
}
