import { type Request, Router } from 'express';
import { fullName } from '../../domain/access/actor.ts';
import { NotFound } from '../../domain/errors.ts';
import { matchingIds } from '../../domain/search/matching.ts';
import { deskChoices, filterNames } from '../../domain/tickets/choices.ts';
import { deskNavigation, type QueueCounts } from '../../domain/tickets/counting.ts';
import {
  defaultSort,
  type QueueFilter,
  type QueueRow,
  type QueueSort,
  type QueueView,
  queuePage,
  queueSorts,
  queueViews,
} from '../../domain/tickets/queue.ts';
import { type Priority, priorities } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { page } from '../rendering/page.ts';
import { queryText } from '../request.ts';
import { limitSearch } from '../search/limiting.ts';
import { bulkRoutes } from './bulk.ts';

export function queueRoutes(): Router {
  const router = Router();
  router.use(bulkRoutes());
  router.get('/queue', allow('queue.read'), (_req, res) => res.redirect(302, paths.queueView('needs-reply')));
  router.get('/queue/:view', allow('queue.read'), async (req, res) => {
    const view = String(req.params.view);
    if (!isView(view)) throw new NotFound('No such view');
    const sort = sortOf(req, view);
    const filter = filterOf(req);
    const q = queryText(req, 'q');
    if (q) await limitSearch(req);
    const found = q ? { ids: await matchingIds(req.ctx, q) } : {};
    const [list, names, navigation] = await Promise.all([
      queuePage(req.ctx, {
        view,
        sort,
        filter: { ...filter, ...found },
        after: queryText(req, 'after', 400) || undefined,
        before: queryText(req, 'before', 400) || undefined,
      }),
      filterNames(req.ctx, filter),
      deskNavigation(req.ctx),
    ]);
    const link = (change: Record<string, string | null>, tail = '') => queueLink(req, view, change, tail);
    await page(
      res,
      'queue/list',
      {
        title: titleOf(req, view, navigation.counts),
        nav: view,
        view,
        heading: viewName(req, view),
        count: countOf(view, navigation.counts),
        sort,
        q,
        filter,
        filtered: q !== '' || Object.keys(filter).length > 0,
        names: { ...names, requester: requesterName(filter, list.rows) },
        ...list,
        link,
        alpine: true,
        navigation,
      },
      { layout: 'desk', fragments: { list: 'queue/_list' } },
    );
  });

  // The values of one filter: a menu that htmx fills when it is opened, and a page of its own without scripts.
  router.get('/queue/:view/filters', allow('queue.read'), async (req, res) => {
    const view = String(req.params.view);
    if (!isView(view)) throw new NotFound('No such view');
    const only = filterKeys.find(key => key === queryText(req, 'only')) ?? 'status';
    const choices = await deskChoices(req.ctx);
    const link = (change: Record<string, string | null>, tail = '') => queueLink(req, view, change, tail);
    await page(
      res,
      'queue/filters',
      {
        title: req.t('Filter tickets'),
        nav: view,
        view,
        heading: viewName(req, view),
        only,
        keys: filterKeys,
        choices,
        link,
      },
      {
        layout: 'desk',
        fragments: Object.fromEntries(filterKeys.map(key => [`f-${key}`, 'queue/_filter-menu'])),
      },
    );
  });
  return router;
}

const filterKeys = ['status', 'priority', 'team', 'assignee', 'category'] as const;

const isView = (text: string): text is QueueView => (queueViews as readonly string[]).includes(text);

function sortOf(req: Request, view: QueueView): QueueSort {
  const asked = queryText(req, 'sort');
  return (queueSorts as readonly string[]).includes(asked) ? (asked as QueueSort) : defaultSort(view);
}

function filterOf(req: Request): QueueFilter {
  const id = (name: string) =>
    /^\d{1,15}$/.test(queryText(req, name)) ? Number(queryText(req, name)) : undefined;
  const priority = queryText(req, 'priority');
  const status = queryText(req, 'status');
  const filter: QueueFilter = {
    status: /^[\w-]{1,40}$/.test(status) ? status : undefined,
    priority: priorities.includes(priority as Priority) ? (priority as Priority) : undefined,
    categoryId: id('category'),
    teamId: id('team'),
    assigneeId: id('assignee'),
    requesterId: id('requester'),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

const KEPT = ['q', 'status', 'priority', 'category', 'team', 'assignee', 'requester', 'sort'];

/** The same list with one thing changed; a new filter or order starts at the first page. */
function queueLink(req: Request, view: QueueView, change: Record<string, string | null>, tail = ''): string {
  const query = new URLSearchParams();
  for (const name of KEPT) if (queryText(req, name)) query.set(name, queryText(req, name));
  for (const [name, value] of Object.entries(change))
    value === null ? query.delete(name) : query.set(name, value);
  const text = query.toString();
  return paths.queueView(view) + tail + (text ? `?${text}` : '');
}

export function viewName({ t }: Pick<Request, 't'>, view: QueueView): string {
  const names: Record<QueueView, string> = {
    'needs-reply': t('Needs a reply'),
    mine: t('Assigned to me'),
    unassigned: t('Unassigned'),
    'due-soon': t('Due in 2 hours'),
    overdue: t('Overdue'),
    waiting: t('Waiting'),
    all: t('All tickets'),
  };
  return names[view];
}

/** Known only from a ticket of theirs that is in the list. */
function requesterName({ requesterId }: QueueFilter, rows: readonly QueueRow[]): string | undefined {
  const row = requesterId === undefined ? undefined : rows.find(each => each.requester.id === requesterId);
  return row && fullName(row.requester);
}

const countOf = (view: QueueView, counts: QueueCounts): number | null =>
  ({
    'needs-reply': counts.needsReply,
    mine: counts.mine,
    unassigned: counts.unassigned,
    'due-soon': counts.dueSoon,
    overdue: counts.overdue,
    waiting: counts.waiting,
    all: null,
  })[view];

function titleOf(req: Request, view: QueueView, counts: QueueCounts): string {
  const count = countOf(view, counts);
  return count ? `${viewName(req, view)} (${count > 500 ? '500+' : count})` : viewName(req, view);
}
