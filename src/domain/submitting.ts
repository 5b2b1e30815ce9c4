import { query } from '../db/knex.ts';
import { personId } from './access/actor.ts';
import type { Context, Tx } from './context.ts';

/** Whether a form with this key was sent before by the person, and did something. */
export const wasSubmitted = async ({ db, actor }: Context, key: string): Promise<boolean> =>
  (await db('submissions')
    .where({ actor: `person:${personId(actor)}`, key })
    .first('key')) !== undefined;

const CLAIM = `insert into submissions (actor, key, result) values (?, ?, '{}') on conflict do nothing returning true`;
const ANSWER = 'update submissions set result = ?::jsonb where actor = ? and key = ?';

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
    const [claimed] = await query(tx.db, CLAIM, [actor, key]);
    if (!claimed) {
      const first = await tx.db('submissions').where({ actor, key }).first('result');
      return { result: first.result as Result, repeated: true };
    }
    const result = await work(tx);
    await query(tx.db, ANSWER, [JSON.stringify(result), actor, key]);
    return { result, repeated: false };
  });
}
