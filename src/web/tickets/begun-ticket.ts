import type { Request } from 'express';
import { z } from 'zod';
import { discardDraft, findDraft, saveDraft } from '../../domain/drafting.ts';
import { wasSubmitted } from '../../domain/submitting.ts';
import { MAX_BODY } from '../../domain/tickets/comment.ts';
import { formKey } from '../rendering/forms.ts';
import { person } from '../request.ts';
import { keptText, keptUploads } from './kept-fields.ts';

/** Where the ticket that somebody has begun is kept. A follow-up is not kept: it belongs to the ticket it follows. */
export const NEW_TICKET = 'new-ticket';

const text = (most: number) => keptText(most).catch('');

const begunSchema = z.object({
  subject: text(500),
  body: text(MAX_BODY),
  category: text(20),
  impact: text(20),
  requester: text(254),
  uploads: keptUploads,
});

/** Keeps what was typed so far; a form emptied by hand is begun no more. */
export async function keepBegunTicket(req: Request): Promise<void> {
  const begun = begunSchema.parse(req.body ?? {});
  const { subject, body, requester, uploads } = begun;
  // A copy that was under way while the ticket was sent is not begun again.
  const key = formKey(req);
  if (key && (await wasSubmitted(req.ctx, key))) return;
  if (subject || body || requester || uploads) await saveDraft(req.ctx, NEW_TICKET, begun);
  else await discardDraft(req.ctx, NEW_TICKET);
}

/** What this person has begun, as values of the form, and the files that wait with it. */
export async function begunTicket(req: Request) {
  const draft = await findDraft(req.ctx.db, person(req).id, NEW_TICKET);
  if (!draft) return undefined;
  const { uploads = '', ...typed } = draft.body;
  const values = Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== ''));
  return { values, uploadIds: uploads.split(',').filter(Boolean).map(Number), savedAt: draft.updatedAt };
}
