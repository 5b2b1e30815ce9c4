import { Router } from 'express';
import { can } from '../../domain/policies.ts';
import { searchPeople } from '../../domain/search/people.ts';
import { MAX_PAGES, searchTickets } from '../../domain/search/searching.ts';
import { suggestions } from '../../domain/search/suggesting.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { page } from '../rendering/page.ts';
import { queryId, queryText } from '../request.ts';
import { limitSearch } from './limiting.ts';
import { paletteRoutes } from './palette.ts';
import { suggestionRoutes } from './suggestions.ts';
import { hintWords } from './words.ts';

export function searchRoutes(): Router {
  const router = Router();
  router.use(paletteRoutes());
  router.use(suggestionRoutes());
  router.get('/search', allow('ticket.list'), async (req, res) => {
    const q = queryText(req, 'q');
    if (q) await limitSearch(req);
    const order = queryText(req, 'order') === 'newest' ? 'newest' : 'best';
    const at = Math.min(Math.max(queryId(req, 'page') ?? 1, 1), MAX_PAGES);
    const desk = can(req.ctx.actor, 'queue.read');
    const [found, people] = await Promise.all([
      searchTickets(req.ctx, q, { order, page: at }),
      desk && q && at === 1 ? searchPeople(req.ctx, q, 3) : [],
    ]);
    if (found.exact) return res.redirect(302, paths.ticket(found.exact));
    const title = q ? req.t('Search: {{q}}', { q }) : req.t('Search');
    const link = (change: Record<string, string>) =>
      `${paths.search}?${new URLSearchParams({ q, ...(order === 'newest' && { order }), ...change })}`;
    return page(
      res,
      'search/results',
      {
        title,
        nav: 'search',
        q,
        ...found,
        order,
        at,
        link,
        people,
        suggested: found.hints.some(({ about }) => about === 'empty' || about === 'value')
          ? await suggestions(req.ctx, q)
          : [],
        hintLines: hintWords(found.hints, req.t),
        audience: desk ? 'desk' : 'employee',
      },
      { layout: desk ? 'desk' : 'portal', fragments: { results: 'search/_results' } },
    );
  });
  return router;
}
