import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { findDraft, saveDraft } from '../../domain/drafting.ts';
import { authorize } from '../../domain/policies.ts';
import { previewMacro } from '../../domain/replies/describing.ts';
import { fillFor } from '../../domain/replies/filling.ts';
import { runMacro } from '../../domain/replies/macros.ts';
import { countUse } from '../../domain/replies/managing.ts';
import { findUsable, usableReplies } from '../../domain/replies/saved-reply.ts';
import { findTicket, type Ticket } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { submit } from '../rendering/forms.ts';
import { done, page } from '../rendering/page.ts';
import { isPartial, numberParam, person, queryText } from '../request.ts';
import { ticketIn, viewOf } from './place.ts';

const nothing = z.strictObject({});

/** The most used; the others are found by searching. Each text may have 20,000 characters, all of them not many more. */
const MOST_SHOWN = 60;
const MOST_CHARACTERS = 200_000;

function atMost<Reply extends { text: string }>(replies: Reply[]): Reply[] {
  let length = 0;
  return replies.slice(0, MOST_SHOWN).filter(({ text }) => {
    length += text.length;
    return length <= MOST_CHARACTERS;
  });
}

/** Saved replies and macros on a ticket: a menu that is loaded when it is opened, or pages of their own. */
export function replyRoutes(): Router {
  const router = Router();

  router.get('/tickets/:number/replies', allow('reply.list'), async (req, res) => {
    const ticket = await workedTicket(req);
    const q = queryText(req, 'q');
    const found = await usableReplies(req.ctx, { q, limit: MOST_SHOWN + 1 });
    const replies = atMost(found.map(reply => ({ ...reply, text: fillFor(req.ctx, ticket, reply.body) })));
    const more = replies.length < found.length;
    const options = { layout: 'desk', fragments: { 'canned-list': 'tickets/_replies' } } as const;
    const title = req.t('Saved replies');
    return page(res, 'tickets/replies', { title, ticket, replies, more, q, view: viewOf(req) }, options);
  });

  router.post('/tickets/:number/replies/:id/insertion', allow('reply.list'), async (req, res) => {
    const ticket = await workedTicket(req);
    const reply = await findUsable(req.ctx, numberParam(req, 'id'));
    // With scripts the text is in the message already, at the cursor: here it is only counted.
    if (isPartial(req)) {
      await countUse(req.ctx, reply);
      return void res.status(204).end();
    }
    await submit(req, nothing, async ctx => {
      const scope = `ticket:${ticket.id}`;
      const draft = await findDraft(ctx.db, person(req).id, scope);
      const body = [draft?.body.body?.trimEnd(), fillFor(ctx, ticket, reply.body)]
        .filter(Boolean)
        .join('\n\n');
      await saveDraft(ctx, scope, { ...draft?.body, kind: reply.says, body });
      await countUse(ctx, reply);
      return {};
    });
    return done(res, { to: `${ticketIn(req, ticket)}#composer`, notice: req.t('Put into your message') });
  });

  router.get('/tickets/:number/macros/:id', allow('reply.list'), async (req, res) => {
    const ticket = await workedTicket(req);
    return showMacro(req, res, ticket);
  });

  router.post('/tickets/:number/macros/:id', allow('reply.list'), async (req, res) => {
    const ticket = await workedTicket(req);
    const form = await submit(req, nothing, async ctx => {
      const { number } = await runMacro(ctx, ticket, numberParam(req, 'id'));
      return { number };
    });
    if (!form.ok) return showMacro(req, res, ticket, Object.values(form.errors)[0]);
    const seen = await findTicket(req.ctx, ticket.number).catch(() => undefined);
    const notice = req.t('Macro done');
    return done(res, { to: seen ? ticketIn(req, ticket) : paths.queue, notice });
  });

  return router;
}

async function workedTicket(req: Request): Promise<Ticket> {
  const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
  authorize(req.ctx, 'ticket.work', ticket);
  return ticket;
}

async function showMacro(req: Request, res: Response, ticket: Ticket, problem?: string) {
  const macro = await findUsable(req.ctx, numberParam(req, 'id'));
  const preview = await previewMacro(req.ctx, ticket, macro);
  const locals = { title: macro.name, ticket, macro, preview, problem, view: viewOf(req) };
  return page(res, 'tickets/macro', locals, { layout: 'desk', status: problem ? 422 : 200 });
}
