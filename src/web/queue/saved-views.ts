import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { isAdmin } from '../../domain/access/actor.ts';
import { can } from '../../domain/policies.ts';
import { matchingIds } from '../../domain/search/matching.ts';
import { deskChoices } from '../../domain/tickets/choices.ts';
import { deskNavigation } from '../../domain/tickets/counting.ts';
import { filterFrom, readWords } from '../../domain/tickets/filtering.ts';
import { defaultSort } from '../../domain/tickets/queue.ts';
import {
  type Counted,
  countLists,
  findSavedView,
  type SavedList,
  type SavedView,
} from '../../domain/tickets/saved-views.ts';
import {
  changeView,
  deleteView,
  moveView,
  replaceList,
  saveView,
} from '../../domain/tickets/saving-views.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, type FormState, fields, submit } from '../rendering/forms.ts';
import { done, navigationOf, page } from '../rendering/page.ts';
import { isPartial, numberParam, person, queryText } from '../request.ts';
import { type ListAddress, linkingOf, listAt, whenOf } from './address.ts';
import { listName } from './names.ts';

export function savedViewRoutes(): Router {
  const router = Router();

  router.get('/queue/views', allow('view.create'), async (req, res) => {
    const navigation = await navigationOf(req);
    await page(
      res,
      'queue/views',
      { title: req.t('Saved views'), nav: 'views', navigation, ...groupsOf(navigation.savedViews) },
      { layout: 'desk' },
    );
  });

  // For scripts: the sidebar's own part, with counts, after the page is there.
  router.get('/queue/views/counts', allow('queue.read'), async (req, res) => {
    if (!isPartial(req)) return res.redirect(302, paths.savedViews);
    const navigation = await navigationOf(req);
    const locals = {
      nav: queryText(req, 'nav', 40),
      navigation,
      savedCounts: await savedCounts(req, navigation.savedViews),
    };
    return page(res, 'queue/_saved-views', locals, { fragments: { 'saved-views': 'queue/_saved-views' } });
  });

  router.get('/queue/:view/saving', allow('view.create'), async (req, res) => {
    await askName(req, res, await listAt(req, String(req.params.view)), emptyForm());
  });

  router.post('/queue/:view/saving', allow('view.create'), async (req, res) => {
    const list = await listAt(req, String(req.params.view));
    const form = await submit(
      req,
      viewSchema(req).extend({ columns: fields(req.t).checkbox() }),
      async (ctx, input) =>
        saveView(ctx, input, {
          ...savedList(list),
          columns: input.columns ? (await deskNavigation(ctx)).display.columns : null,
        }),
    );
    if (!form.ok) return askName(req, res, list, form);
    return done(res, { to: paths.savedView(form.result.id), notice: req.t('View saved') });
  });

  router.get('/queue/views/:id', allow('view.create'), async (req, res) => {
    await showView(req, res, await changeable(req), emptyForm());
  });

  router.put('/queue/views/:id', allow('view.create'), async (req, res) => {
    const view = await changeable(req);
    const schema = viewSchema(req).extend({ version: fields(req.t).id(req.t('Load the page again')) });
    const form = await submit(req, schema, (ctx, input) => changeView(ctx, view.id, input));
    if (!form.ok) return showView(req, res, view, form);
    return done(res, { to: paths.savedViews, notice: req.t('View saved') });
  });

  // The list of the address, as it stands now, becomes the view's.
  router.put('/queue/:view/saving', allow('view.create'), async (req, res) => {
    const list = await listAt(req, String(req.params.view));
    const id = list.saved?.id ?? -1;
    const form = await submit(req, z.strictObject({}), ctx =>
      replaceList(ctx, id, { ...savedList(list), columns: list.saved?.columns ?? null }),
    );
    return done(res, { to: paths.savedView(id), ...(form.ok && { notice: req.t('View saved') }) });
  });

  router.post('/queue/views/:id/position', allow('view.create'), async (req, res) => {
    const view = await changeable(req);
    const schema = z.strictObject({ direction: z.enum(['up', 'down']) });
    await submit(req, schema, (ctx, { direction }) => moveView(ctx, view.id, direction));
    return done(res, { to: paths.savedViews });
  });

  router.delete('/queue/views/:id', allow('view.create'), async (req, res) => {
    const view = await changeable(req);
    if ((req.body as Record<string, unknown>).confirmed !== '1') return askDelete(req, res, view);
    await submit(req, z.strictObject({ confirmed: z.literal('1') }), ctx => deleteView(ctx, view.id));
    return done(res, { to: paths.savedViews, notice: req.t('View deleted') });
  });

  return router;
}

/** A view that the person is shown and may change; any other is not there to be changed. */
async function changeable(req: Request): Promise<SavedView> {
  return findSavedView(req.ctx, numberParam(req, 'id'));
}

function viewSchema({ t }: Request) {
  const f = fields(t);
  return z.strictObject({
    name: f.line(t('Enter a name, like Scanners, all depots'), 60),
    scope: z.enum(['own', 'team', 'everyone'], t('Choose who sees it')).default('own'),
    teamId: f.optionalId(t('Choose one of your teams')),
  });
}

const savedList = (list: ListAddress): SavedList => ({
  base: list.view,
  sort: list.sort === defaultSort(list.view) ? null : list.sort,
  q: list.q,
  filters: list.words as Record<string, string>,
  columns: null,
});

/** Those of the person, and those of others they are shown; who may change one is told by `can`. */
function groupsOf(views: readonly SavedView[]) {
  const groups = new Map<string, SavedView[]>();
  for (const view of views) {
    const key = view.scope === 'team' ? `team-${view.teamId}` : view.scope;
    groups.set(key, [...(groups.get(key) ?? []), view]);
  }
  return { groups: [...groups.values()] };
}

async function sharingLocals(req: Request) {
  const { teams } = await deskChoices(req.ctx);
  const own = person(req);
  return {
    mayShareWithAll: isAdmin(own),
    teams: teams.filter(({ id }) => isAdmin(own) || own.teamIds.includes(id)),
  };
}

async function askName(req: Request, res: Response, list: ListAddress, form: FormState) {
  const link = linkingOf(list);
  const path = link({}, '/saving');
  const title = req.t('Save this view');
  const locals = {
    title: withErrors(req, title, form),
    heading: title,
    nav: list.key,
    crumb: { name: listName(req, list), path: link({}) },
    action: path,
    form,
    isNew: true,
    view: { name: '', scope: 'own', teamId: null },
    ...(await sharingLocals(req)),
  };
  await page(res, 'queue/view', locals, { layout: 'desk', status: statusOf(form) });
}

async function showView(req: Request, res: Response, view: SavedView, form: FormState) {
  if (!can(req.ctx.actor, 'view.change', view)) return res.redirect(302, paths.savedView(view.id));
  // What was typed stays; the version is the one it would replace now.
  const { version: _, ...values } = form.values;
  const locals = {
    title: withErrors(req, view.name, form),
    heading: view.name,
    nav: `v-${view.id}`,
    crumb: { name: req.t('Saved views'), path: paths.savedViews },
    action: paths.savedViewSettings(view.id),
    form: { ...form, values },
    isNew: false,
    view,
    ...(await sharingLocals(req)),
  };
  return page(res, 'queue/view', locals, { layout: 'desk', status: statusOf(form) });
}

const hasErrors = (form: FormState) => Object.keys(form.errors).length > 0;
const statusOf = (form: FormState) => (hasErrors(form) ? 422 : 200);
const withErrors = (req: Request, title: string, form: FormState) =>
  hasErrors(form) ? req.t('Error: {{title}}', { title }) : title;

const askDelete = (req: Request, res: Response, view: SavedView) =>
  page(res, 'shared/confirm', {
    title: req.t('Delete this view?'),
    question: req.t('Delete the view {{name}}?', { name: view.name }),
    detail:
      view.scope === 'own'
        ? req.t('Only the view goes. Its tickets stay.')
        : req.t('It goes for everybody who sees it. Its tickets stay.'),
    yes: req.t('Delete view'),
    no: req.t('Keep view'),
    action: paths.savedViewSettings(view.id),
    method: 'DELETE',
    back: paths.savedViews,
  });

/** A view with words in it is a search. So many are made for one sidebar; the views beyond have no count. */
const MOST_SEARCHES = 10;

/** How many tickets each saved view has for this person; one bounded statement, and recalled for some seconds. */
export async function savedCounts(req: Request, views: readonly SavedView[]): Promise<Map<number, number>> {
  if (views.length === 0) return new Map();
  const { id, teamIds, role, worksAllTeams } = person(req);
  const versions = views.map(view => `${view.id}.${view.version}`);
  const when = whenOf(req);
  const key = `saved counts ${id} ${teamIds} ${role} ${worksAllTeams} ${when.today.getTime()} ${versions}`;
  return req.ctx.world.recall(key, async () => {
    const lists: Counted[] = [];
    let searches = 0;
    for (const view of views) {
      if (view.q && ++searches > MOST_SEARCHES) continue;
      const filter = filterFrom(readWords(view.filters, when), when);
      // One after the other: a sidebar of searches must not take all connections at once.
      if (view.q) filter.ids = await matchingIds(req.ctx, view.q);
      lists.push({ id: view.id, view: view.base, filter });
    }
    return countLists(req.ctx, lists);
  });
}
