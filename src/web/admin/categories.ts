import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { teamChoices } from '../../domain/identity/teams.ts';
import {
  archiveCategory,
  archivedCategories,
  type Category,
  type CategoryBranch,
  categoryTree,
  changeCategory,
  createCategory,
  findCategory,
  moveCategory,
} from '../../domain/tickets/categories.ts';
import { type Priority, priorities } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import { allow } from '../middleware/allow.ts';
import { priorityWord } from '../rendering/drawing.ts';
import { emptyForm, type FormState, fields, submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { numberParam, queryText } from '../request.ts';
import { adminForm, press } from './admin-page.ts';

export function categoryRoutes(): Router {
  const router = Router();

  router.get('/admin/categories', allow('category.manage'), async (req, res) => {
    const [first] = await categoryTree(req.ctx);
    await showCategory(req, res, emptyForm(), { category: first });
  });

  router.get('/admin/categories/new', allow('category.manage'), async (req, res) => {
    await showCategory(req, res, emptyForm({ parentId: queryText(req, 'inside') }), { isNew: true });
  });

  router.post('/admin/categories', allow('category.manage'), async (req, res) => {
    const form = await submit(req, z.strictObject(categoryFields(req.t)), createCategory);
    if (!form.ok) return showCategory(req, res, form, { isNew: true });
    return done(res, { to: paths.adminCategory(form.result.id), notice: req.t('Category added') });
  });

  router.get('/admin/categories/:id', allow('category.manage'), async (req, res) => {
    const category = await findCategory(req.ctx, numberParam(req, 'id'));
    await showCategory(req, res, emptyForm(), { category });
  });

  router.put('/admin/categories/:id', allow('category.manage'), async (req, res) => {
    const category = await findCategory(req.ctx, numberParam(req, 'id'));
    const schema = z.strictObject({
      ...categoryFields(req.t),
      version: fields(req.t).id(req.t('Load the page again')),
    });
    const form = await submit(req, schema, (ctx, input) =>
      changeCategory(ctx, { id: category.id, ...input }),
    );
    if (!form.ok) return showCategory(req, res, form, { category });
    return done(res, { to: paths.adminCategory(category.id), notice: req.t('Category saved') });
  });

  router.post('/admin/categories/:id/position', allow('category.manage'), async (req, res) => {
    const { id } = await findCategory(req.ctx, numberParam(req, 'id'));
    const schema = z.strictObject({ direction: z.enum(['up', 'down']) });
    await submit(req, schema, (ctx, { direction }) => moveCategory(ctx, id, direction));
    return done(res, { to: paths.adminCategory(id) });
  });

  router.post('/admin/categories/:id/archival', allow('category.manage'), async (req, res) => {
    const id = numberParam(req, 'id');
    await press(req, res, ctx => archiveCategory(ctx, id, true), {
      to: paths.adminCategories,
      notice: () => req.t('Category archived'),
    });
  });

  router.delete('/admin/categories/:id/archival', allow('category.manage'), async (req, res) => {
    const id = numberParam(req, 'id');
    await press(req, res, ctx => archiveCategory(ctx, id, false), {
      to: paths.adminCategories,
      notice: () => req.t('Category brought back'),
    });
  });

  return router;
}

function categoryFields(t: Translate) {
  const f = fields(t);
  return {
    name: f.line(t('Enter a name, like Handheld scanners'), 120),
    parentId: f.optionalId(t('Choose a main category from the list')),
    description: f.optionalLine(500),
    teamId: f.optionalId(t('Choose a team from the list')),
    defaultPriority: z.enum(priorities as [Priority, ...Priority[]], t('Choose a priority from the list')),
  };
}

type Shown = { category?: Category; isNew?: boolean };

async function showCategory(
  req: Request,
  res: Response,
  form: FormState,
  { category, isNew = false }: Shown,
) {
  const { ctx, t } = req;
  const [tree, archived, teams] = await Promise.all([
    categoryTree(ctx),
    archivedCategories(ctx),
    teamChoices(ctx),
  ]);
  const parents = tree.filter(branch => branch.id !== category?.id);
  await adminForm(res, 'categories/index', {
    sub: 'categories',
    title: category?.name ?? (isNew ? t('New category') : t('Categories')),
    tree,
    archived,
    category,
    isNew,
    form,
    action: category ? paths.adminCategory(category.id) : paths.adminCategories,
    place: category && placeOf(category, tree),
    parents: [
      { value: '', label: t('Nothing: it is a main category') },
      ...parents.map(({ id, name }) => ({ value: id, label: name })),
    ],
    teams: [
      { value: '', label: t('No team: everyone’s to triage') },
      ...teams.map(({ id, name }) => ({ value: id, label: name })),
    ],
    priorities: priorities.map(value => ({ value, label: priorityWord(value, t) })),
  });
}

function placeOf(category: Category, tree: CategoryBranch[]) {
  const siblings =
    category.parentId === null
      ? tree
      : (tree.find(branch => branch.id === category.parentId)?.children ?? []);
  const index = siblings.findIndex(sibling => sibling.id === category.id);
  return index < 0 ? undefined : { isFirst: index === 0, isLast: index === siblings.length - 1 };
}
