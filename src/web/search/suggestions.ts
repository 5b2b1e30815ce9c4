import { Router } from 'express';
import { can } from '../../domain/policies.ts';
import { suggestions } from '../../domain/search/suggesting.ts';
import { allow } from '../middleware/allow.ts';
import { page } from '../rendering/page.ts';
import { queryText } from '../request.ts';
import { limitSearch } from './limiting.ts';

/** How the search that is being typed may go on: below the field, and a page of its own without scripts. */
export function suggestionRoutes(): Router {
  const router = Router();
  router.get('/search/suggestions', allow('ticket.list'), async (req, res) => {
    const q = queryText(req, 'q');
    if (q) await limitSearch(req, 'suggestions');
    await page(
      res,
      'search/suggestions',
      {
        title: req.t('Search filters'),
        nav: 'search',
        q,
        suggested: q ? await suggestions(req.ctx, q) : [],
      },
      {
        layout: can(req.ctx.actor, 'queue.read') ? 'desk' : 'portal',
        fragments: { suggestions: 'search/_suggestions' },
      },
    );
  });
  return router;
}
