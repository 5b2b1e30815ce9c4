import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../domain/context.ts';
import { tagsIn } from '../../domain/tickets/tag.ts';
import { addTags, removeTags, suggestTags } from '../../domain/tickets/tagging.ts';
import { findTicket, type Ticket } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { fields, submit } from '../rendering/forms.ts';
import { page } from '../rendering/page.ts';
import { numberParam, queryText } from '../request.ts';
import { changedInPanel } from './changed.ts';
import { limitLooks } from './limiting.ts';
import { showAgain } from './show.ts';

export function tagRoutes(): Router {
  const router = Router();

  router.get('/tags', allow('queue.read'), async (req, res) => {
    await limitLooks(req, 'tags');
    const names = await suggestTags(req.ctx, queryText(req, 'tag', 80));
    return page(
      res,
      'tickets/tags',
      { title: req.t('Tags'), names },
      { layout: 'desk', fragments: { 'tag-names': 'tickets/_tag-names' } },
    );
  });

  router.post('/tickets/:number/tags', allow('ticket.change'), (req, res) => tag(req, res, addTags));
  router.delete('/tickets/:number/tags', allow('ticket.change'), (req, res) => tag(req, res, removeTags));

  return router;
}

type Tagging = (ctx: Context, ticket: Ticket, names: readonly string[]) => Promise<Ticket>;

async function tag(req: Request, res: Response, change: Tagging) {
  const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
  const schema = z.strictObject({ tag: fields(req.t).line(req.t('Enter a tag, for example “vpn”'), 900) });
  const form = await submit(req, schema, async (ctx, input) => {
    const { number, version } = await change(ctx, ticket, tagsIn(input.tag));
    return { number, version };
  });
  if (!form.ok) return showAgain(req, res, ticket, form);
  const removed = change === removeTags;
  const undo = {
    action: paths.tags(ticket),
    fields: { tag: String(form.values.tag), ...(removed ? {} : { _method: 'DELETE' }) },
  };
  return changedInPanel(req, res, ticket, removed ? req.t('Tag removed') : req.t('Tag added'), {
    undo,
    focus: 'p-tag',
  });
}
