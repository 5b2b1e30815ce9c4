import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';

/** The newest seal, which covers every entry up to its last; what came after is sealed by the next one. */
export type Seal = { sealedAt: Date; lastEventId: number };

export async function newestSeal(ctx: Context): Promise<Seal | undefined> {
  authorize(ctx, 'audit.read');
  return ctx
    .db('audit_seals')
    .orderBy('id', 'desc')
    .first({ sealedAt: 'sealed_at', lastEventId: 'last_event_id' });
}
