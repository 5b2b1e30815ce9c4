import { type Request, type Response, Router } from 'express';
import { markTicketRead } from '../../domain/notifications/reading.ts';
import { can } from '../../domain/policies.ts';
import { deskChoices } from '../../domain/tickets/choices.ts';
import { quoteOf } from '../../domain/tickets/comment.ts';
import { whereItGoesOn } from '../../domain/tickets/following-merges.ts';
import { recordNotesRead } from '../../domain/tickets/reading-notes.ts';
import { type Surroundings, surroundingsOf } from '../../domain/tickets/surroundings.ts';
import { findTicket, type Ticket } from '../../domain/tickets/ticket.ts';
import { type Timeline, timelineOf } from '../../domain/tickets/timeline.ts';
import { mayUndoMerge } from '../../domain/tickets/unmerging.ts';
import { dayIn } from '../day.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, type FormState } from '../rendering/forms.ts';
import { done, type PageOptions, page } from '../rendering/page.ts';
import { numberParam, queryId, queryText } from '../request.ts';
import { categoryOptions } from './category-options.ts';
import { placeInList, ticketIn, viewOf } from './place.ts';
import { progressOf } from './progress.ts';

export function showRoutes(): Router {
  const router = Router();

  router.get('/tickets/:number', allow('ticket.read'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    const goesOn = queryText(req, 'alone') === '1' ? undefined : await whereItGoesOn(req.ctx, ticket);
    if (goesOn) return done(res, { to: `${ticketIn(req, goesOn)}` });
    await recordNotesRead(req.ctx, ticket);
    const { hasNews } = await drawTicket(req, res, ticket);
    if (!hasNews) return;
    // After the answer: what was shown counts as read. The page is out, so a failure is nobody's error page.
    await markTicketRead(req.ctx, ticket.id).catch((error: Error) =>
      req.services.log.warn({ requestId: req.requestId, err: error.message }, 'notices not marked as read'),
    );
  });

  return router;
}

/** The partials of the ticket page, by the element they replace. */
export const ticketFragments = {
  thread: 'tickets/_thread',
  composer: 'tickets/_composer',
  properties: 'tickets/_properties',
};

/** One address, drawn for who asks: the workspace for those who work it, the employee's page for everybody else. */
async function drawTicket(
  req: Request,
  res: Response,
  ticket: Ticket,
  form?: FormState,
  options: PageOptions = {},
): Promise<{ hasNews: boolean }> {
  const works = can(req.ctx.actor, 'ticket.work', ticket);
  const [locals, place] = await Promise.all([
    ticketLocals(req, ticket, form),
    works ? placeInList(req, ticket) : undefined,
  ]);
  const fragments = ticketFragments;
  if (works) {
    const all = { ...locals, ...place };
    await page(res, 'tickets/desk', all, { layout: 'desk', fragments, ...options });
  } else {
    const all = { ...locals, nav: 'tickets', progress: progressOf(req, ticket, locals.timeline) };
    await page(res, 'tickets/employee', all, { fragments, ...options });
  }
  return locals;
}

export async function showTicket(...drawn: Parameters<typeof drawTicket>): Promise<void> {
  await drawTicket(...drawn);
}

/** The page again for one of the small forms around the message: what was typed there must not become a note. */
export const showAgain = (req: Request, res: Response, ticket: Ticket, { values, errors }: FormState) =>
  showTicket(req, res, ticket, { values: { kind: 'reply', ...values }, errors }, { status: 422 });

export async function ticketLocals(req: Request, ticket: Ticket, form?: FormState) {
  const { ctx } = req;
  const works = can(ctx.actor, 'ticket.work', ticket);
  const [timeline, around, choices, mergedTarget] = await Promise.all([
    timelineOf(ctx, ticket, { all: queryText(req, 'show') === 'all' }),
    surroundingsOf(ctx, ticket),
    works ? deskChoices(ctx, ticket.teamId) : undefined,
    whereItGoesOn(ctx, ticket),
  ]);
  const title = `#${ticket.number} ${ticket.subject}`;
  return {
    title: form && Object.keys(form.errors).length > 0 ? req.t('Error: {{title}}', { title }) : title,
    ticket,
    works,
    view: viewOf(req),
    timeline,
    /** The message whose pictures from elsewhere were asked for. */
    pictures: queryId(req, 'pictures'),
    choices,
    categoryOptions,
    mergedTarget,
    mayUnmerge: Boolean(
      works &&
        mergedTarget &&
        can(ctx.actor, 'ticket.change', mergedTarget) &&
        ticket.closedAt &&
        mayUndoMerge(ticket.closedAt, ctx.now()),
    ),
    watchers: around.watchers,
    summary: around.summary,
    relations: around.relations,
    ...around.panel,
    presence: around.presence,
    unreached: around.unreached,
    today: dayIn(req.timeZone, ctx.now()),
    held: around.held,
    hasNews: around.hasNews,
    form: form ?? emptyForm(withQuote(req, timeline, draftValues(works, around.draft))),
    draftAt: form ? undefined : around.draft?.updatedAt,
    autoCloseAt:
      ticket.resolvedAt && new Date(ticket.resolvedAt.getTime() + ctx.settings.autoCloseDays * 86_400_000),
  };
}

/** A note that was begun by somebody who may not write notes here any more would go out as a reply. */
const draftValues = (works: boolean, draft: Surroundings['draft']): Record<string, unknown> =>
  !draft || (!works && draft.body.kind === 'note')
    ? { kind: 'reply' }
    : { kind: 'reply', ...draft.body, pending: draft.files };

/** `?quote=42`: a message of this conversation, as far as the person may read it, behind what they have begun. */
function withQuote(req: Request, { entries }: Timeline, values: Record<string, unknown>) {
  const id = queryId(req, 'quote');
  const quoted = entries.find(entry => entry.is === 'comment' && entry.id === id);
  if (quoted?.is !== 'comment' || !quoted.body) return values;
  const kind = quoted.kind === 'note' ? 'note' : values.kind;
  return { ...values, kind, body: [values.body, quoteOf(quoted.body)].filter(Boolean).join('\n\n') };
}
