import { type Request, Router } from 'express';
import { digestSubscription, endDigest } from '../../domain/notifications/unsubscribing.ts';
import { allow } from '../middleware/allow.ts';
import { page } from '../rendering/page.ts';

const LAYOUT = { layout: 'auth' } as const;

/**
 * The link of a digest. A mail program presses it by itself (RFC 8058): the POST has no session and no form of ours, and
 * what it says does not matter, since the token in the address says all. To look at it changes nothing.
 */
export function unsubscribeRoutes(): Router {
  const router = Router();

  router.get('/unsubscribe/:token', allow.token, async (req, res) => {
    const found = await digestSubscription(req.ctx, tokenOf(req));
    const state = found ? (found.topics.length > 0 ? 'open' : 'done') : 'unknown';
    await page(res, 'notifications/unsubscribe', locals(req, state), { ...LAYOUT, ...statusOf(state) });
  });

  router.post('/unsubscribe/:token', allow.token, async (req, res) => {
    const { known } = await endDigest(req.ctx, tokenOf(req));
    const state = known ? 'done' : 'unknown';
    await page(res, 'notifications/unsubscribe', locals(req, state), { ...LAYOUT, ...statusOf(state) });
  });

  return router;
}

type State = 'open' | 'done' | 'unknown';

const tokenOf = (req: Request) => String(req.params.token).slice(0, 100);
const statusOf = (state: State) => (state === 'unknown' ? { status: 404 } : {});

function locals(req: Request, state: State) {
  const title = {
    open: req.t('Stop the daily digest?'),
    done: req.t('You get no daily digest any more'),
    unknown: req.t('This link is not one of ours'),
  }[state];
  return { title, state };
}
