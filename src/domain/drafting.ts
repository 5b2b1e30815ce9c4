import type { Knex } from 'knex';
import { personId } from './access/actor.ts';
import type { Context, Tx } from './context.ts';

/** What somebody has typed and not sent, a row a person and place: `ticket:42`, `new-ticket`. */
export type Draft = Record<string, string>;

const MAX_DRAFT_CHARACTERS = 120_000;

export async function saveDraft(
  ctx: Context,
  scope: string,
  body: Draft,
  userId = personId(ctx.actor),
): Promise<void> {
  if (!userId) return;
  const text = JSON.stringify(body);
  if (text.length > MAX_DRAFT_CHARACTERS) return;
  const row = { user_id: userId, scope, body: text, updated_at: ctx.now() };
  await ctx.db('drafts').insert(row).onConflict(['user_id', 'scope']).merge(['body', 'updated_at']);
}

export async function findDraft(
  db: Knex,
  userId: number,
  scope: string,
): Promise<{ body: Draft; updatedAt: Date } | undefined> {
  return db('drafts').where({ user_id: userId, scope }).first('body', 'updated_at as updatedAt');
}

export async function discardDraft(tx: Tx | Context, scope: string): Promise<void> {
  const userId = personId(tx.actor);
  if (userId) await tx.db('drafts').where({ user_id: userId, scope }).delete();
}
