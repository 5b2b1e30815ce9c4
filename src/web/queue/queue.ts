import { type Request, Router } from 'express';
import { fullName } from '../../domain/access/actor.ts';
import { filterNames } from '../../domain/tickets/choices.ts';
import type { DeskNavigation } from '../../domain/tickets/counting.ts';
import type { QueueFilter } from '../../domain/tickets/filtering.ts';
import { type QueuePage, type QueueRow, queuePage } from '../../domain/tickets/queue.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { navigationOf, page } from '../rendering/page.ts';
import { queryText } from '../request.ts';
import { fromsOf } from '../tickets/place.ts';
import { isFiltered, type ListAddress, linkingOf, listAt } from './address.ts';
import { arrivalRoutes } from './arrivals.ts';
import { bulkRoutes } from './bulk.ts';
import { chipsOf } from './chips.ts';
import { columnNames } from './columns.ts';
import { displayRoutes } from './display.ts';
import { exportRoutes } from './export.ts';
import { filterRoutes } from './filters.ts';
import { countOf, listName } from './names.ts';
import { pickedOn } from './picked.ts';
import { savedCounts, savedViewRoutes } from './saved-views.ts';
import { searched } from './searched.ts';

export function queueRoutes(): Router {
  const router = Router();
  router.use(bulkRoutes());
  router.use(displayRoutes());
  router.use(savedViewRoutes());
  router.use(exportRoutes());
  router.use(filterRoutes());
  router.use(arrivalRoutes());

  router.get('/queue', allow('queue.read'), (_req, res) => res.redirect(302, paths.queueView('needs-reply')));

  router.get('/queue/:view', allow('queue.read'), async (req, res) => {
    const key = String(req.params.view);
    const navigation = await navigationOf(req);
    const list = await listAt(req, key, undefined, navigation.savedViews);
    const filter = await searched(req, list);
    const asked = {
      after: queryText(req, 'after', 400) || undefined,
      before: queryText(req, 'before', 400) || undefined,
    };
    const [rows, names, counts] = await Promise.all([
      queuePage(req.ctx, { ...list, filter, ...asked }),
      filterNames(req.ctx, filter),
      savedCounts(req, navigation.savedViews),
    ]);
    await page(
      res,
      'queue/list',
      {
        ...listLocals(req, list, rows, { ...names, requester: requesterName(filter, rows.rows) }, navigation),
        from: fromsOf(list, { rows: rows.rows.length, ...asked }),
        count: list.saved ? (counts.get(list.saved.id) ?? null) : countOf(list.view, navigation.counts),
        savedCounts: counts,
      },
      { layout: 'desk', fragments: { list: 'queue/_list' } },
    );
  });
  return router;
}

function listLocals(
  req: Request,
  list: ListAddress,
  rows: QueuePage,
  names: Parameters<typeof chipsOf>[2],
  navigation: DeskNavigation,
) {
  const { counts, display } = navigation;
  const count = list.saved ? null : countOf(list.view, counts);
  const heading = listName(req, list);
  return {
    title: count ? `${heading} (${count > 500 ? '500+' : count})` : heading,
    nav: list.key,
    view: list.key,
    saved: list.saved,
    heading,
    sort: list.sort,
    q: list.q,
    said: list.said,
    filtered: isFiltered(list),
    chips: chipsOf(req, list, names),
    columns: list.saved?.columns ?? display.columns,
    columnNames: columnNames(req.t),
    display,
    ...rows,
    picked: pickedOn(req, rows.rows),
    link: linkingOf(list),
    navigation,
  };
}

/** Known only from a ticket of theirs that is in the list. */
function requesterName({ requesterId }: QueueFilter, rows: readonly QueueRow[]): string | undefined {
  const row = requesterId === undefined ? undefined : rows.find(each => each.requester.id === requesterId);
  return row && fullName(row.requester);
}
