import { type Request, type Response, Router } from 'express';
import { pendingUploads } from '../../domain/attachments/receiving.ts';
import { Invalid } from '../../domain/errors.ts';
import { userByEmail } from '../../domain/identity/user.ts';
import { authorize, can } from '../../domain/policies.ts';
import { categoryChoices } from '../../domain/tickets/choices.ts';
import { createTicket } from '../../domain/tickets/creating.ts';
import { type MineShow, myTickets } from '../../domain/tickets/mine.ts';
import { findTicket } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, type FormState, fieldsOf, submit } from '../rendering/forms.ts';
import { done, page } from '../rendering/page.ts';
import { isPartial, queryText } from '../request.ts';
import { receiveFiles, takeReceived } from '../uploads/receiving.ts';
import { actionRoutes } from './actions.ts';
import { chosenTemplate, templatesFor, withTemplate } from './beginning.ts';
import { begunTicket, keepBegunTicket, NEW_TICKET } from './begun-ticket.ts';
import { checklistRoutes } from './checklist.ts';
import { commentRoutes } from './comments.ts';
import { composerRoutes } from './held.ts';
import { limitCreation } from './limiting.ts';
import { linkRoutes } from './links.ts';
import { mailPartRoutes } from './mails.ts';
import { memoRoutes } from './memo.ts';
import { mergeRoutes } from './merging.ts';
import { noteRoutes } from './notes.ts';
import { replyRoutes } from './replies.ts';
import { newTicketSchema } from './schemas.ts';
import { showRoutes } from './show.ts';
import { splitRoutes } from './splitting.ts';
import { summaryRoutes } from './summary.ts';
import { tagRoutes } from './tags.ts';
import { timeRoutes } from './time.ts';

export function ticketRoutes(): Router {
  const router = Router();

  router.get('/tickets', allow('ticket.list'), async (req, res) => {
    const asked = queryText(req, 'show');
    const show: MineShow = asked === 'solved' || asked === 'shared' ? asked : 'open';
    const list = await myTickets(req.ctx, {
      show,
      after: queryText(req, 'after'),
      limit: req.ctx.settings.pageSize,
    });
    const next = list.next && `${paths.tickets}?show=${show}&after=${encodeURIComponent(list.next)}`;
    await page(res, 'tickets/mine', {
      title: req.t('My tickets'),
      nav: 'tickets',
      show,
      rows: list.rows,
      next,
    });
  });

  router.get('/tickets/new', allow('ticket.create'), async (req, res) => {
    const followUpOf = queryText(req, 'follow_up_of');
    const named = /^\d{1,15}$/.test(followUpOf) ? await findTicket(req.ctx, Number(followUpOf)) : undefined;
    const before = named && can(req.ctx.actor, 'ticket.follow-up', named) ? named : undefined;
    const draft = before ? undefined : await begunTicket(req);
    const given = {
      subject: queryText(req, 'subject') || before?.subject || '',
      category: before?.categoryId ?? '',
      follow_up_of: before?.number ?? '',
    };
    const template = await chosenTemplate(req, queryText(req, 'template'));
    const begun = {
      impact: 'a-little',
      ...draft?.values,
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')),
    };
    const values = template ? withTemplate(begun, template) : begun;
    await page(res, 'tickets/new', {
      title: req.t('New ticket'),
      nav: 'new',
      form: emptyForm(values),
      ...(await formChoices(req, draft?.uploadIds ?? [], template?.id)),
      draftAt: draft?.savedAt,
    });
  });

  router.post('/tickets', allow('ticket.create'), ...receiveFiles(), async (req, res) => {
    if (req.body?.save === 'draft') return keepDraft(req, res);
    if (req.body?.use_template !== undefined) return beginAnew(req, res);
    const form = await submitNewTicket(req);
    if (!form.ok) return invalidNewTicket(req, res, form);
    return done(res, {
      to: paths.ticket(form.result.number),
      notice: req.t('Ticket #{{number}} sent', { number: form.result.number }),
      confirms: NEW_TICKET,
    });
  });

  router.use(
    showRoutes(),
    commentRoutes(),
    actionRoutes(),
    tagRoutes(),
    mergeRoutes(),
    splitRoutes(),
    linkRoutes(),
    mailPartRoutes(),
    summaryRoutes(),
  );
  router.use(checklistRoutes(), timeRoutes(), memoRoutes(), replyRoutes(), composerRoutes(), noteRoutes());
  return router;
}

async function submitNewTicket(req: Request) {
  await limitCreation(req);
  const errors = takeReceived(req);
  return submit(
    req,
    newTicketSchema(req.t),
    async (ctx, input) => {
      const requesterId = input.requester ? await requesterOf(req, input.requester) : null;
      const followUpOf = input.follow_up_of ? (await findTicket(ctx, input.follow_up_of)).id : null;
      const { id, number } = await createTicket(ctx, {
        subject: input.subject,
        body: input.body,
        categoryId: input.category,
        impact: input.impact,
        uploadIds: input.uploads,
        requesterId,
        followUpOf,
        templateId: input.template,
        draft: followUpOf ? undefined : NEW_TICKET,
      });
      return { id, number };
    },
    { errors },
  );
}

async function requesterOf(req: Request, text: string): Promise<number> {
  // Before the address is looked up: the answer must not tell an employee who has an account.
  authorize(req.ctx, 'ticket.create-for');
  const email = text.match(/<([^<>\s]+@[^<>\s]+)>\s*$/)?.[1] ?? text;
  const user = await userByEmail(req.ctx.db, email);
  if (user?.status !== 'active')
    throw new Invalid({ requester: req.t('Choose the person this ticket is for') });
  return user.id;
}

async function formChoices(req: Request, uploadIds: number[], templateId: unknown) {
  const [categories, uploads, begun] = await Promise.all([
    categoryChoices(req.ctx),
    pendingUploads(req.ctx, uploadIds),
    templatesFor(req, templateId),
  ]);
  return { categories, uploads, ...begun };
}

/** Another template, or none: the same form again with everything that was typed and attached. */
async function beginAnew(req: Request, res: Response) {
  const errors = takeReceived(req);
  const { use_template, ...typed } = fieldsOf(req.body);
  const [template, before] = await Promise.all([
    chosenTemplate(req, use_template),
    chosenTemplate(req, typed.template),
  ]);
  const values = withTemplate(typed, template, before);
  return drawNewTicket(req, res, { values, errors }, 200);
}

/** As somebody types, and by "Save draft" without JavaScript. */
async function keepDraft(req: Request, res: Response) {
  const errors = takeReceived(req);
  await keepBegunTicket(req);
  if (errors.files) return invalidNewTicket(req, res, { values: fieldsOf(req.body), errors });
  if (isPartial(req)) return res.status(204).end();
  return done(res, { to: paths.newTicket, notice: req.t('Draft saved') });
}

const invalidNewTicket = (req: Request, res: Response, form: FormState) => drawNewTicket(req, res, form, 422);

async function drawNewTicket(req: Request, res: Response, form: FormState, status: 200 | 422) {
  const ids = [form.values.uploads ?? []].flat().map(Number).filter(Number.isSafeInteger);
  return page(
    res,
    'tickets/new',
    {
      title: status === 422 ? req.t('Error: New ticket') : req.t('New ticket'),
      nav: 'new',
      form,
      ...(await formChoices(req, ids, form.values.template)),
      draftAt: undefined,
    },
    { status, fragments: { 'new-ticket': 'tickets/_form' } },
  );
}
