import type { Context, Tx } from '../context.ts';
import { Invalid, NotFound } from '../errors.ts';
import { recordEvent } from '../events/recording.ts';
import { authorize } from '../policies.ts';
import { changed, isTaken, refuseStale } from '../versioning.ts';
import { MAX_ITEM_TEXT, MAX_ITEMS } from './checklist.ts';
import { tagNames } from './tag.ts';
import { type Audience, type TicketTemplate, templatesIn } from './template.ts';
import type { Priority } from './ticket.ts';

export type TemplateInput = {
  name: string;
  audience: Audience;
  audienceTeamId: number | null;
  subject: string;
  body: string;
  categoryId: number | null;
  priority: Priority | null;
  teamId: number | null;
  assigneeId: number | null;
  tags: string[];
  checklist: string[];
};

export async function listTemplates(ctx: Context, { archived = false } = {}): Promise<TicketTemplate[]> {
  authorize(ctx, 'template.manage');
  const query = templatesIn(ctx.db).orderByRaw('lower(p.name), p.id').limit(500);
  return archived ? query.whereNotNull('p.archived_at') : query.whereNull('p.archived_at');
}

export async function findTemplate(ctx: Context, id: number): Promise<TicketTemplate> {
  authorize(ctx, 'template.manage');
  const template = id > 0 ? await templatesIn(ctx.db).where('p.id', id).first() : undefined;
  if (!template) throw new NotFound('No such template');
  return template as TicketTemplate;
}

export async function createTemplate(ctx: Context, given: TemplateInput): Promise<{ id: number }> {
  authorize(ctx, 'template.manage');
  return ctx.transaction(async tx => {
    const input = await checked(tx, given);
    const [row] = await unlessTaken(tx, () =>
      tx.db('ticket_templates').insert(columns(input)).returning('id'),
    );
    await recordEvent(tx, 'template.created', subject(row.id, input.name));
    return { id: row.id };
  });
}

export async function changeTemplate(
  ctx: Context,
  { id, version, ...given }: TemplateInput & { id: number; version: number },
): Promise<{ id: number }> {
  authorize(ctx, 'template.manage');
  return ctx.transaction(async tx => {
    const current = await lockTemplate(tx, id);
    const input = await checked(tx, given);
    refuseStale(current.version, version, [
      [tx.t('Name'), current.name, input.name],
      [tx.t('Subject'), current.subject, input.subject],
      [tx.t('Description'), current.body, input.body],
      [tx.t('Tags'), current.tags, input.tags],
      [tx.t('Checklist'), current.checklist, input.checklist],
      [tx.t('Something else'), rest(current), rest(input)],
    ]);
    const changes = changed(fieldsOf(current), input);
    if (Object.keys(changes).length === 0) return { id };
    await unlessTaken(tx, () =>
      tx
        .db('ticket_templates')
        .where({ id })
        .update({ ...columns(input), version: current.version + 1 }),
    );
    const { name } = changes;
    await recordEvent(tx, 'template.changed', subject(id, input.name), {
      ...(name && { changes: { name } }),
      data: { fields: Object.keys(changes) },
    });
    return { id };
  });
}

/** Idempotent. Tickets begun with it stay as they are. */
export async function archiveTemplate(ctx: Context, id: number, archived: boolean): Promise<{ id: number }> {
  authorize(ctx, 'template.manage');
  return ctx.transaction(async tx => {
    const current = await lockTemplate(tx, id);
    if ((current.archivedAt !== null) === archived) return { id };
    await unlessTaken(tx, () =>
      tx
        .db('ticket_templates')
        .where({ id })
        .update({ archived_at: archived ? tx.now() : null, version: current.version + 1 }),
    );
    await recordEvent(tx, archived ? 'template.archived' : 'template.restored', subject(id, current.name));
    return { id };
  });
}

const subject = (id: number, label: string) => ({ objectType: 'template' as const, objectId: id, label });

const rest = ({ audience, audienceTeamId, categoryId, priority, teamId, assigneeId }: TemplateInput) =>
  [audience, audienceTeamId, categoryId, priority, teamId, assigneeId].join(' · ');

const fieldsOf = ({ id, version, archivedAt, audienceTeamName, ...input }: TicketTemplate): TemplateInput =>
  input;

const columns = (input: TemplateInput) => ({
  name: input.name,
  audience: input.audience,
  audience_team_id: input.audienceTeamId,
  subject: input.subject,
  body: input.body,
  category_id: input.categoryId,
  priority: input.priority,
  team_id: input.teamId,
  assignee_id: input.assigneeId,
  tags: input.tags,
  checklist: input.checklist,
});

async function lockTemplate(tx: Tx, id: number): Promise<TicketTemplate> {
  await tx.db('ticket_templates').where({ id }).forUpdate().first('id');
  return findTemplate(tx, id);
}

/** What it points at is there, and its list and tags are such as a ticket takes. */
async function checked(tx: Tx, input: TemplateInput): Promise<TemplateInput> {
  const { checklist } = input;
  if (checklist.length > MAX_ITEMS)
    throw new Invalid({ checklist: tx.t('A list holds at most {{count}} items', { count: MAX_ITEMS }) });
  if (checklist.some(text => text.length > MAX_ITEM_TEXT))
    throw new Invalid({
      checklist: tx.t('Shorten each item to {{count}} characters', { count: MAX_ITEM_TEXT }),
    });
  const team = tx.t('Choose a team from the list');
  await requireRow(tx, 'teams', input.teamId, { teamId: team }, { archived_at: null });
  await requireRow(tx, 'teams', input.audienceTeamId, { audience: team }, { archived_at: null });
  const category = { categoryId: tx.t('Choose a category from the list') };
  await requireRow(tx, 'categories', input.categoryId, category, { archived_at: null });
  const assignee = { assigneeId: tx.t('Choose somebody from the list') };
  await requireRow(tx, 'users', input.assigneeId, assignee, { status: 'active' });
  return { ...input, tags: tagNames(input.tags, tx.t) };
}

async function requireRow(
  tx: Tx,
  table: 'teams' | 'categories' | 'users',
  id: number | null,
  errors: Record<string, string>,
  where: Record<string, unknown>,
) {
  if (
    id !== null &&
    !(await tx
      .db(table)
      .where({ id, ...where })
      .first('id'))
  )
    throw new Invalid(errors);
}

async function unlessTaken<T>(tx: Tx, write: () => Promise<T> | PromiseLike<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isTaken(error, 'ticket_templates_name'))
      throw new Invalid({ name: tx.t('There is a template of this name already') });
    throw error;
  }
}
