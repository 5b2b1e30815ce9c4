import { isAdmin, isPerson } from '../access/actor.ts';
import type { Context } from '../context.ts';
import { NotFound, Unauthenticated } from '../errors.ts';
import { authorize, can } from '../policies.ts';
import type { WaitingOn } from '../tickets/status.ts';
import type { Priority } from '../tickets/ticket.ts';
import type { ReplyRelation } from './policy.ts';

/** What a macro does beside its text; what is not named stays as it is. */
export type MacroActions = Partial<{
  status: string;
  waitingOn: WaitingOn | null;
  priority: Priority;
  assignee: 'me' | 'nobody' | number;
  teamId: number;
  categoryId: number;
  addTags: string[];
  removeTags: string[];
}>;

export type SavedReply = ReplyRelation & {
  id: number;
  name: string;
  folder: string;
  body: string;
  says: 'reply' | 'note';
  actions: MacroActions | null;
  position: number;
  uses: number;
  version: number;
  archivedAt: Date | null;
  ownerName: string | null;
  teamName: string | null;
};

export const replies = (ctx: Context) =>
  ctx
    .db('saved_replies as r')
    .leftJoin('users as o', 'o.id', 'r.owner_id')
    .leftJoin('teams as t', 't.id', 'r.team_id')
    .select({
      id: 'r.id',
      name: 'r.name',
      folder: 'r.folder',
      body: 'r.body',
      says: 'r.says',
      actions: 'r.actions',
      scope: 'r.scope',
      ownerId: 'r.owner_id',
      teamId: 'r.team_id',
      position: 'r.position',
      uses: 'r.uses',
      version: 'r.version',
      archivedAt: 'r.archived_at',
      teamName: 't.name',
    })
    .select(
      ctx.db.raw(
        `case when o.id is not null then trim(o.first_name || ' ' || o.last_name) end as "ownerName"`,
      ),
    );

const MOST = 500;

/** Those a person can put into a message: their own, their teams', everyone's. The most used come first. */
export async function usableReplies(ctx: Context, { q = '', limit = MOST } = {}): Promise<SavedReply[]> {
  authorize(ctx, 'reply.list');
  const me = requirePerson(ctx);
  const rows = await matching(replies(ctx), q)
    .whereNull('r.archived_at')
    .where(mine => {
      mine
        .where('r.scope', 'everyone')
        .orWhere('r.owner_id', me.id)
        .orWhereIn('r.team_id', [...me.teamIds]);
    })
    .orderBy([{ column: 'r.uses', order: 'desc' }, 'r.position', 'r.id'])
    .limit(limit);
  return rows as unknown as SavedReply[];
}

/** Those a person looks after, with what everyone uses to read along; admins see all. In the order they were put. */
export async function managedReplies(ctx: Context, { q = '', archived = false } = {}): Promise<SavedReply[]> {
  authorize(ctx, 'reply.list');
  const me = requirePerson(ctx);
  const rows = await matching(replies(ctx), q)
    .modify(found => {
      if (archived) found.whereNotNull('r.archived_at');
      else found.whereNull('r.archived_at');
      if (isAdmin(me)) return;
      found.where(mine => {
        mine
          .where('r.scope', 'everyone')
          .orWhere('r.owner_id', me.id)
          .orWhereIn('r.team_id', [...me.teamIds]);
      });
    })
    .orderByRaw('lower(r.folder), r.position, r.id')
    .limit(MOST);
  return rows as unknown as SavedReply[];
}

/** One that the person may use or look after; any other is not there. */
export async function findReply(ctx: Context, id: number): Promise<SavedReply> {
  authorize(ctx, 'reply.list');
  const row = id > 0 ? await replies(ctx).where('r.id', id).first() : undefined;
  const reply = row as unknown as SavedReply | undefined;
  if (!reply || !(can(ctx.actor, 'reply.use', reply) || can(ctx.actor, 'reply.manage', reply)))
    throw new NotFound('No such saved reply');
  return reply;
}

/** One for use on a ticket: not archived, and the person's, their team's or everyone's. */
export async function findUsable(ctx: Context, id: number): Promise<SavedReply> {
  const reply = await findReply(ctx, id);
  if (reply.archivedAt || !can(ctx.actor, 'reply.use', reply)) throw new NotFound('No such saved reply');
  return reply;
}

/** Every word of the search stands in name, folder or text. */
function matching<Q extends ReturnType<typeof replies>>(found: Q, q: string): Q {
  for (const word of q.split(/\s+/).filter(Boolean).slice(0, 8)) {
    const like = `%${word.replace(/[\\%_]/g, '\\$&')}%`;
    found.whereRaw(`(r.name || ' ' || r.folder || ' ' || r.body) ilike ?`, [like]);
  }
  return found;
}

export function requirePerson(ctx: Context) {
  if (!isPerson(ctx.actor)) throw new Unauthenticated('Sign in first');
  return ctx.actor;
}
