import type { Context, Tx } from '../context.ts';
import { Invalid, NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize, can } from '../policies.ts';
import { tagNames } from '../tickets/tag.ts';
import { changed, refuseStale } from '../versioning.ts';
import { placeholders, unknownPlaceholders } from './placeholder.ts';
import type { ReplyScope } from './policy.ts';
import {
  findReply,
  type MacroActions,
  managedReplies,
  requirePerson,
  type SavedReply,
} from './saved-reply.ts';

export type ReplyInput = {
  name: string;
  folder: string;
  body: string;
  says: 'reply' | 'note';
  actions: MacroActions | null;
  scope: ReplyScope;
  teamId: number | null;
};

export async function createReply(ctx: Context, input: ReplyInput): Promise<{ id: number }> {
  authorize(ctx, 'reply.list');
  const whose = whoseOf(ctx, input, requirePerson(ctx).id);
  return ctx.transaction(async tx => {
    const row = await checked(tx, input);
    const { rows } = await tx.db.raw<{ rows: { next: number }[] }>(
      'select coalesce(max(position), 0) + 1 as next from saved_replies',
    );
    const [made] = await tx
      .db('saved_replies')
      .insert({ ...row, ...whose, position: rows[0]!.next })
      .returning<{ id: number }[]>('id');
    await recordEvent(tx, 'saved-reply.created', subject(made!.id, input.name), { silent: true });
    return { id: made!.id };
  });
}

export async function changeReply(
  ctx: Context,
  { id, version, ...input }: ReplyInput & { id: number; version: number },
): Promise<{ id: number }> {
  const known = await findReply(ctx, id);
  authorize(ctx, 'reply.manage', known);
  const whose = whoseOf(ctx, input, known.ownerId ?? requirePerson(ctx).id);
  return ctx.transaction(async tx => {
    const current = await lockReply(tx, id);
    refuseStale(current.version, version, [
      [tx.t('Name'), current.name, input.name],
      [tx.t('Folder'), current.folder, input.folder],
      [tx.t('Text'), current.body, input.body],
    ]);
    const row = await checked(tx, input);
    await tx
      .db('saved_replies')
      .where({ id })
      .update({ ...row, ...whose, version: current.version + 1 });
    const { name, folder, body, scope } = current;
    const changes = changed({ name, folder, body, scope }, { ...input });
    await recordEvent(tx, 'saved-reply.changed', subject(id, input.name), { silent: true, changes });
    return { id };
  });
}

/** Idempotent: it leaves the menus and can be brought back. */
export async function archiveReply(ctx: Context, id: number, archived: boolean): Promise<{ id: number }> {
  authorize(ctx, 'reply.manage', await findReply(ctx, id));
  return ctx.transaction(async tx => {
    const current = await lockReply(tx, id);
    if ((current.archivedAt !== null) === archived) return { id };
    await tx
      .db('saved_replies')
      .where({ id })
      .update({ archived_at: archived ? tx.now() : null, version: current.version + 1 });
    const type = archived ? 'saved-reply.archived' : 'saved-reply.restored';
    await recordEvent(tx, type, subject(id, current.name), { silent: true });
    return { id };
  });
}

/** One step up or down among those the person sees; the order decides between equally used ones. */
export async function moveReply(ctx: Context, id: number, direction: 'up' | 'down'): Promise<{ id: number }> {
  const reply = await findReply(ctx, id);
  authorize(ctx, 'reply.manage', reply);
  return ctx.transaction(async tx => {
    await tx.db.raw('lock table saved_replies in share row exclusive mode');
    const near = (await managedReplies(tx)).filter(each => each.folder === reply.folder);
    const from = near.findIndex(each => each.id === id);
    const other = near[from + (direction === 'up' ? -1 : 1)];
    const current = near[from];
    if (!current || !other || !can(tx.actor, 'reply.manage', other)) return { id };
    const place =
      current.position === other.position ? other.position + (direction === 'up' ? 0 : 1) : other.position;
    await tx.db('saved_replies').where({ id: other.id }).update({ position: current.position });
    await tx.db('saved_replies').where({ id }).update({ position: place });
    return { id };
  });
}

/** Counted when it is put into a message or run. */
export const countUse = (ctx: Context, reply: { id: number }) =>
  ctx.db('saved_replies').where({ id: reply.id }).increment('uses', 1);

async function lockReply(tx: Tx, id: number): Promise<SavedReply> {
  const row = await tx.db('saved_replies').where({ id }).forUpdate().first('id');
  if (!row) throw new NotFound('No such saved reply');
  return findReply(tx, id);
}

function whoseOf(ctx: Context, { scope, teamId }: ReplyInput, ownerId: number) {
  const whose = {
    scope,
    ownerId: scope === 'own' ? ownerId : null,
    teamId: scope === 'team' ? teamId : null,
  };
  if (scope === 'team' && !teamId) throw new Invalid({ teamId: ctx.t('Choose whose team it is for') });
  if (!can(ctx.actor, 'reply.manage', whose)) {
    const field = scope === 'team' ? 'teamId' : 'scope';
    throw new Invalid({ [field]: ctx.t('You can keep texts for yourself and for your own teams') });
  }
  return { scope, owner_id: whose.ownerId, team_id: whose.teamId };
}

async function checked(tx: Tx, { name, folder, body, says, actions }: ReplyInput) {
  const unknown = unknownPlaceholders(body);
  if (unknown.length > 0)
    throw new Invalid({
      body: tx.t('We do not know {{marks}}. You can use: {{known}}', {
        marks: unknown.slice(0, 3).join(', '),
        known: placeholders.join(', '),
      }),
    });
  const kept = actions && Object.keys(actions).length > 0 ? await checkedActions(tx, actions) : null;
  if (!body && !kept) throw new Invalid({ body: tx.t('Write the text, or choose what the macro changes') });
  return { name, folder, body, says, actions: kept && JSON.stringify(kept) };
}

/** What is not there any more cannot be chosen; who may own a ticket depends on it, and is asked when it runs. */
async function checkedActions(tx: Tx, actions: MacroActions): Promise<MacroActions> {
  const { t } = tx;
  if (actions.status && !(await tx.db('statuses').where({ key: actions.status }).first('key')))
    throw new Invalid({ status: t('Choose a status from the list') });
  if (actions.teamId && !(await tx.db('teams').where({ id: actions.teamId, archived_at: null }).first('id')))
    throw new Invalid({ team: t('Choose a team from the list') });
  const { categoryId } = actions;
  if (categoryId && !(await tx.db('categories').where({ id: categoryId, archived_at: null }).first('id')))
    throw new Invalid({ category: t('Choose a category from the list') });
  const { addTags, removeTags, ...rest } = actions;
  return {
    ...rest,
    ...(addTags?.length && { addTags: tagNames(addTags, t) }),
    ...(removeTags?.length && { removeTags: tagNames(removeTags, t) }),
  };
}

const subject = (id: number, label: string) => ({ objectType: 'saved-reply' as const, objectId: id, label });
