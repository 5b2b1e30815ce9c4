import { fullName, isPerson, personId } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { Unauthenticated } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';

/** How somebody of the desk writes: what stands under their replies, and how long one can be taken back. */
export type Writing = { signature: string; holdSeconds: 0 | 8 | 20 };

export const MAX_SIGNATURE = 1_000;

export async function findWriting(ctx: Context): Promise<Writing> {
  authorize(ctx, 'profile.manage');
  const row = await ctx
    .db('users')
    .where({ id: personId(ctx.actor) ?? -1 })
    .first('signature', { holdSeconds: 'hold_seconds' });
  if (!row) throw new Unauthenticated('Sign in first');
  return row;
}

export async function saveWriting(ctx: Context, { signature, holdSeconds }: Writing): Promise<Writing> {
  authorize(ctx, 'queue.read');
  return ctx.transaction(async tx => {
    if (!isPerson(tx.actor)) throw new Unauthenticated('Sign in first');
    const { id } = tx.actor;
    await tx.db('users').where({ id }).update({ signature, hold_seconds: holdSeconds });
    const subject = { objectType: 'user' as const, objectId: id, label: fullName(tx.actor) };
    await recordEvent(tx, 'user.writing-changed', subject, { silent: true });
    return { signature, holdSeconds };
  });
}
