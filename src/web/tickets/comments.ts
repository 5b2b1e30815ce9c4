import { type Request, Router } from 'express';
import { z } from 'zod';
import { pendingUploads } from '../../domain/attachments/receiving.ts';
import { saveDraft } from '../../domain/drafting.ts';
import { type Sent, sendComment } from '../../domain/tickets/sending.ts';
import { findTicket } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, fieldsOf, submit } from '../rendering/forms.ts';
import { done, partials } from '../rendering/page.ts';
import { isPartial, numberParam } from '../request.ts';
import { receiveFiles, takeReceived } from '../uploads/receiving.ts';
import { keptText, keptUploads } from './kept-fields.ts';
import { limitComments, limitLooks } from './limiting.ts';
import { ticketIn, viewOf } from './place.ts';
import { progressOf } from './progress.ts';
import { commentSchema } from './schemas.ts';
import { showTicket, ticketFragments, ticketLocals } from './show.ts';

export function commentRoutes(): Router {
  const router = Router();

  router.post('/tickets/:number/comments', allow('ticket.reply'), ...receiveFiles(), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    if (req.body?.save === 'draft') return keepDraft();
    if (req.body?.save === 'preview') return showPreview();
    if (req.body?.save === 'replies') return keepDraft(paths.replies(ticket));
    await limitComments(req);
    const errors = takeReceived(req);
    const form = await submit(
      req,
      commentSchema(req.t),
      async (ctx, input) => {
        const { kind, body, then, uploads } = input;
        const written = { kind, body, then, uploadIds: uploads };
        // "Send anyway" has seen what the question showed, whatever the page behind it shows.
        const sent = await sendComment(ctx, ticket, written, input.anyway ?? input.seen);
        return { ...sent, kind };
      },
      { errors },
    );
    if (!form.ok) {
      const uploads = await pendingUploads(req.ctx, idsOf(form.values));
      return showTicket(
        req,
        res,
        ticket,
        { values: { ...form.values, pending: uploads }, errors: form.errors },
        { status: 422 },
      );
    }
    const notice = noticeOf(req, form.result);
    if (!isPartial(req))
      return done(res, {
        to: `${ticketIn(req, ticket)}#${form.result.heldId ? `h${form.result.heldId}` : `c${form.result.commentId}`}`,
        notice,
        confirms: `ticket:${ticket.id}`,
      });
    const current = await findTicket(req.ctx, ticket.number);
    const locals = await ticketLocals(req, current, emptyForm({ kind: form.result.kind }));
    const { thread, composer, properties } = ticketFragments;
    return partials(
      res,
      locals.works
        ? { thread, composer, properties, 'ticket-head': 'tickets/_desk-head' }
        : { thread, composer, 'ticket-head': 'tickets/_employee-head', progress: 'tickets/_progress' },
      {
        ...locals,
        progress: progressOf(req, current, locals.timeline),
        arrived: form.result.commentId,
        arrivedHeld: form.result.heldId,
      },
      { toast: notice },
    );

    /** Without scripts: the page again, with what was typed and how it will look. */
    async function showPreview() {
      await limitLooks(req, 'previews');
      takeReceived(req);
      const uploads = await pendingUploads(req.ctx, idsOf(req.body));
      const values = { ...fieldsOf(req.body), pending: uploads, preview: String(req.body.body ?? '') };
      return showTicket(req, res, ticket, { values, errors: {} });
    }

    async function keepDraft(instead?: string) {
      const errors = takeReceived(req);
      await saveDraft(req.ctx, `ticket:${ticket.id}`, draftOf(req.body));
      if (errors.files) {
        const values = { ...fieldsOf(req.body), pending: await pendingUploads(req.ctx, idsOf(req.body)) };
        return showTicket(req, res, ticket, { values, errors }, { status: 422 });
      }
      const view = viewOf(req);
      if (instead) return done(res, { to: view ? `${instead}?from=${view}` : instead });
      return done(res, { to: `${ticketIn(req, ticket)}#composer`, notice: req.t('Draft saved') });
    }
  });

  // Kept as the person types; the same form's "Save draft" does it without JavaScript.
  router.post('/tickets/:number/draft', allow('ticket.read'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    await saveDraft(req.ctx, `ticket:${ticket.id}`, draftOf(req.body));
    res.status(204).end();
  });

  return router;
}

/** A held reply stands in the conversation and says itself how long it can be taken back. */
function noticeOf(req: Request, { kind, heldId }: Sent & { kind: 'reply' | 'note' }): string {
  if (kind === 'note') return req.t('Note added');
  return heldId ? req.t('Your reply is on its way') : req.t('Reply sent');
}

const idsOf = ({ uploads }: Record<string, unknown>): number[] =>
  [uploads ?? []].flat().map(Number).filter(Number.isSafeInteger);

const draftSchema = z.object({
  body: keptText(100_000).default(''),
  kind: z.enum(['reply', 'note']).default('reply'),
  uploads: keptUploads,
});

const draftOf = (body: unknown) => draftSchema.catch({ body: '', kind: 'reply', uploads: '' }).parse(body);
