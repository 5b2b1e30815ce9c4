import { personId } from './access/actor.ts';
import type { Context, Tx } from './context.ts';

/** Whether a form with this key was sent before by the person, and did something. */
export const wasSubmitted = async ({ db, actor }: Context, key: string): Promise<boolean> =>
  (await db('submissions')
    .where({ actor: `person:${personId(actor)}`, key })
    .first('key')) !== undefined;

/**
 * Runs `work` once for a form's hidden key: a second post of the same form gets the first answer.
 * The key and the effect are written in one transaction, so neither can stand without the other.
 * `actor` names who sent it when nobody is signed in (for example a session).
 */
export async function once<Result extends object>(
  ctx: Context,
  key: string | undefined,
  work: (tx: Tx) => Promise<Result>,
  actor = `person:${personId(ctx.actor)}`,
): Promise<{ result: Result; repeated: boolean }> {
  if (!key) return { result: await ctx.transaction(work), repeated: false };
  return ctx.transaction(async tx => {
    const claimed = await tx.db.raw<{ rowCount: number }>(
      `insert into submissions (actor, key, result) values (?, ?, '{}') on conflict do nothing`,
      [actor, key],
    );
    if (claimed.rowCount === 0) {
      const first = await tx.db('submissions').where({ actor, key }).first('result');
      return { result: first.result as Result, repeated: true };
    }
    const result = await work(tx);
    await tx
      .db('submissions')
      .where({ actor, key })
      .update({ result: JSON.stringify(result) });
    return { result, repeated: false };
  });
}
