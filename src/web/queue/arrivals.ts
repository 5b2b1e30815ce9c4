import { Router } from 'express';
import { countArrivals } from '../../domain/tickets/arriving.ts';
import { allow } from '../middleware/allow.ts';
import { page } from '../rendering/page.ts';
import { isPartial, queryText } from '../request.ts';
import { linkingOf, listAt } from './address.ts';

export function arrivalRoutes(): Router {
  const router = Router();

  // Asked every 20 seconds by a list that is open. A list with words in it is not asked: a search is not for polling.
  router.get('/queue/:view/arrivals', allow('queue.read'), async (req, res) => {
    const list = await listAt(req, String(req.params.view));
    const path = linkingOf(list)({});
    if (!isPartial(req)) return res.redirect(302, path);
    const since = new Date(queryText(req, 'since', 40));
    const isMoment = !Number.isNaN(since.getTime()) && !list.q;
    const arrived = isMoment ? await countArrivals(req.ctx, list, since) : 0;
    return page(res, 'queue/_arrivals', { arrived, path }, { fragments: { arrivals: 'queue/_arrivals' } });
  });
  return router;
}
