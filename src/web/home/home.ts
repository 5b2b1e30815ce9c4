import { Router } from 'express';
import { comesBack } from '../../domain/notifications/reached.ts';
import { can } from '../../domain/policies.ts';
import { myTickets, waitingForMe } from '../../domain/tickets/mine.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { page } from '../rendering/page.ts';
import { person } from '../request.ts';

export function homeRoutes(): Router {
  const router = Router();

  router.get('/', allow('ticket.list'), async (req, res) => {
    if (can(req.ctx.actor, 'queue.read')) return res.redirect(302, paths.queue);
    const [waiting, isUnreached, open] = await Promise.all([
      waitingForMe(req.ctx),
      comesBack(req.ctx),
      myTickets(req.ctx, { show: 'open', limit: 6 }),
    ]);
    return page(res, 'home/home', {
      title: req.t('Home'),
      nav: 'home',
      waiting,
      isUnreached,
      open,
      greeting: greeting(req),
      firstName: person(req).firstName,
    });
  });

  return router;
}

type Asked = Parameters<typeof person>[0];

/** By the hour where the person is. */
function greeting(req: Asked): string {
  const hour = Number(
    new Intl.DateTimeFormat('en', { hour: 'numeric', hourCycle: 'h23', timeZone: req.timeZone }).format(
      req.ctx.now(),
    ),
  );
  const name = person(req).firstName;
  if (hour < 12) return req.t('Good morning, {{name}}', { name });
  return hour < 18 ? req.t('Good afternoon, {{name}}', { name }) : req.t('Good evening, {{name}}', { name });
}
