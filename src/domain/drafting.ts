import type { Knex } from 'knex';
import { personId } from './access/actor.ts';
import type { Context, Tx } from './context.ts';

/** What somebody has typed and not sent, a row a person and place: `ticket:42`, `new-ticket`. */
export type Draft = Record<string, string>;

const MAX_DRAFT_CHARACTERS = 120_000;
/** More than anybody has begun at once. The ones not touched for longest make room. */
export const MAX_DRAFTS = 100;

const SAVE = `
  with kept as (
    insert into drafts (user_id, scope, body, updated_at) values (:userId, :scope, :text, :now)
    on conflict (user_id, scope) do update set body = excluded.body, updated_at = excluded.updated_at)
  delete from drafts where user_id = :userId and scope in (
    select scope from drafts where user_id = :userId and scope <> :scope
    order by updated_at desc, scope offset ${MAX_DRAFTS - 1})`;

export async function saveDraft(
  ctx: Context,
  scope: string,
  body: Draft,
  userId = personId(ctx.actor),
): Promise<void> {
  if (!userId) return;
  const text = JSON.stringify(body);
  if (text.length > MAX_DRAFT_CHARACTERS) return;
  await ctx.db.raw(SAVE, { userId, scope, text, now: ctx.now() });
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
