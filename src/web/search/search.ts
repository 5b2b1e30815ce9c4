import { Router } from 'express';
import { can } from '../../domain/policies.ts';
import { searchTickets } from '../../domain/search/searching.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { page } from '../rendering/page.ts';
import { queryText } from '../request.ts';
import { limitSearch } from './limiting.ts';

export function searchRoutes(): Router {
  const router = Router();
  router.get('/search', allow('ticket.list'), async (req, res) => {
    const q = queryText(req, 'q');
    if (q) await limitSearch(req);
    const found = await searchTickets(req.ctx, q);
    if (found.exact) return res.redirect(302, paths.ticket(found.exact));
    const layout = can(req.ctx.actor, 'queue.read') ? 'desk' : 'portal';
    const title = q ? req.t('Search: {{q}}', { q }) : req.t('Search');
    return page(
      res,
      'search/results',
      {
        title,
        nav: 'search',
        q,
        rows: found.rows,
        more: found.more,
        audience: layout === 'desk' ? 'desk' : 'employee',
      },
      { layout, fragments: { results: 'search/_results' } },
    );
  });
  return router;
}
