import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Context } from '../../domain/context.ts';
import { type Action, can } from '../../domain/policies.ts';
import { pickUpTicket } from '../../domain/tickets/assigning.ts';
import { changeTicket, type TicketChanges } from '../../domain/tickets/changing.ts';
import {
  closeTicket,
  confirmTicket,
  reopenTicket,
  resolveTicket,
  withdrawTicket,
} from '../../domain/tickets/closing.ts';
import { openChildren } from '../../domain/tickets/linking.ts';
import { seesTicket } from '../../domain/tickets/policy.ts';
import { redactAttachment, redactComment } from '../../domain/tickets/redacting.ts';
import { markSpam } from '../../domain/tickets/spamming.ts';
import { findTicket, type Ticket } from '../../domain/tickets/ticket.ts';
import { addWatcher, followTicket, removeWatcher, unfollowTicket } from '../../domain/tickets/watching.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, fields, submit } from '../rendering/forms.ts';
import { done, page } from '../rendering/page.ts';
import { isPartial, numberParam, person } from '../request.ts';
import { changedInPanel, type Undo } from './changed.ts';
import { limitWatchers } from './limiting.ts';
import { ticketIn } from './place.ts';
import { propertiesSchema, statusParts } from './schemas.ts';
import { showAgain, showTicket, ticketLocals } from './show.ts';

type Act = {
  path: string;
  method?: 'post' | 'delete';
  action: Action;
  run: (ctx: Context, ticket: Ticket) => Promise<unknown>;
  notice: (req: Request) => string;
  to?: (ticket: Ticket, req: Request) => string;
  /** What to ask first; undefined where there is nothing to ask. */
  confirm?: (req: Request, ticket: Ticket) => Question | undefined | Promise<Question | undefined>;
};
type Question = { question: string; detail: string; yes: string; no: string };

/** The acts that need nothing but a press: each a noun of its own under the ticket. */
const acts: Act[] = [
  { path: 'assignment', action: 'ticket.assign', run: pickUpTicket, notice: req => req.t('Assigned to you') },
  {
    path: 'resolution',
    action: 'ticket.resolve',
    run: resolveTicket,
    notice: req => req.t('Marked as solved'),
    confirm: aboutChildren,
  },
  {
    path: 'confirmation',
    action: 'ticket.confirm',
    run: confirmTicket,
    notice: req => req.t('Ticket closed. Thank you for checking'),
  },
  { path: 'reopening', action: 'ticket.reopen', run: reopenTicket, notice: req => req.t('Ticket reopened') },
  {
    path: 'closure',
    action: 'ticket.close',
    run: closeTicket,
    notice: req => req.t('Ticket closed'),
    confirm: aboutChildren,
  },
  {
    path: 'withdrawal',
    action: 'ticket.withdraw',
    run: withdrawTicket,
    notice: req => req.t('Ticket withdrawn'),
    confirm: (req, ticket) => ({
      question: req.t('Withdraw #{{number}}?', { number: ticket.number }),
      detail: req.t('We stop working on it. If you need it again, send a follow-up.'),
      yes: req.t('Withdraw ticket'),
      no: req.t('Keep ticket'),
    }),
  },
  {
    path: 'spam',
    action: 'ticket.spam',
    run: (ctx, ticket) => markSpam(ctx, ticket, true),
    notice: req => req.t('Marked as spam'),
    to: () => paths.queue,
  },
  {
    path: 'spam',
    method: 'delete',
    action: 'ticket.spam',
    run: (ctx, ticket) => markSpam(ctx, ticket, false),
    notice: req => req.t('Taken back from spam'),
  },
  {
    path: 'watch',
    action: 'ticket.watch',
    run: followTicket,
    notice: req => req.t('You follow this ticket'),
  },
  {
    path: 'watch',
    method: 'delete',
    action: 'ticket.read',
    run: unfollowTicket,
    notice: req => req.t('You no longer follow this ticket'),
    // Whoever saw it only because they followed it does not see it any more.
    to: (ticket, req) =>
      seesTicket(person(req), { ...ticket, watching: false }) ? ticketIn(req, ticket) : paths.tickets,
  },
];

/** A parent is not done while its children are not. */
async function aboutChildren(req: Request, ticket: Ticket): Promise<Question | undefined> {
  const open = can(req.ctx.actor, 'ticket.work', ticket) ? await openChildren(req.ctx, ticket) : [];
  if (open.length === 0) return undefined;
  return {
    question: req.t('{{count}} children are still open', { count: open.length }),
    detail: req.t('{{list}}. They stay open; the panel of the ticket marks them as solved together.', {
      list: open.map(one => `#${one.number}`).join(', '),
    }),
    yes: req.t('Go on without them'),
    no: req.t('Keep ticket'),
  };
}

const nothing = z.strictObject({
  confirmed: z.literal('1').optional(),
  from: z.string().max(1_500).optional(),
});

export function actionRoutes(): Router {
  const router = Router();

  for (const act of acts) {
    router[act.method ?? 'post'](`/tickets/:number/${act.path}`, allow(act.action), async (req, res) => {
      const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
      const sure = (req.body as Record<string, unknown>).confirmed === '1';
      const question = sure ? undefined : await act.confirm?.(req, ticket);
      if (question) return askFirst(res, ticket, question);
      const form = await submit(req, nothing, async ctx => {
        await act.run(ctx, ticket);
        return { number: ticket.number };
      });
      if (!form.ok) return showTicket(req, res, ticket, form, { status: 422 });
      return done(res, { to: act.to?.(ticket, req) ?? ticketIn(req, ticket), notice: act.notice(req) });
    });
  }

  router.post('/tickets/:number/watchers', allow('ticket.read'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    await limitWatchers(req);
    const form = await submit(req, z.strictObject({ email: fields(req.t).email() }), (ctx, { email }) =>
      addWatcher(ctx, ticket, email),
    );
    if (!form.ok) return showAgain(req, res, ticket, form);
    return done(res, { to: ticketIn(req, ticket), notice: req.t('Your colleague can see this ticket now') });
  });

  router.delete('/tickets/:number/watchers/:id', allow('ticket.read'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    const form = await submit(req, nothing, async ctx => {
      await removeWatcher(ctx, ticket, numberParam(req, 'id'));
      return { number: ticket.number };
    });
    if (!form.ok) return showTicket(req, res, ticket, form, { status: 422 });
    return done(res, {
      to: ticketIn(req, ticket),
      notice: req.t('Your colleague does not see this ticket any more'),
    });
  });

  router.post('/tickets/:number/properties', allow('ticket.change'), changeProperties);

  router.post('/tickets/:number/comments/:id/redaction', allow('ticket.redact'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    return redact(req, res, ticket, ctx => redactComment(ctx, ticket, numberParam(req, 'id')));
  });

  router.post('/tickets/:number/files/:id/redaction', allow('ticket.redact'), async (req, res) => {
    const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
    return redact(req, res, ticket, ctx => redactAttachment(ctx, ticket, numberParam(req, 'id')));
  });

  return router;
}

async function redact(req: Request, res: Response, ticket: Ticket, run: (ctx: Context) => Promise<void>) {
  const { t } = req;
  if ((req.body as Record<string, unknown>).confirmed !== '1') {
    return askFirst(res, ticket, {
      question: t('Remove this for good?'),
      detail: t(
        'The content is deleted and cannot be brought back. That something was here stays in the history.',
      ),
      yes: t('Remove content'),
      no: t('Keep content'),
    });
  }
  await submit(req, nothing, async ctx => {
    await run(ctx);
    return {};
  });
  return done(res, { to: paths.ticket(ticket), notice: t('Content removed') });
}

/** Without scripts, the question is a page of its own; with them a dialog asked already. */
const askFirst = (res: Response, ticket: Ticket, question: Question) =>
  page(res, 'shared/confirm', {
    title: question.question,
    ...question,
    action: res.req.originalUrl,
    method: res.req.method,
    back: paths.ticket(ticket),
  });

async function changeProperties(req: Request, res: Response): Promise<void> {
  const ticket = await findTicket(req.ctx, numberParam(req, 'number'));
  const form = await submit(req, propertiesSchema(req.t), async (ctx, input) => {
    const changed = await changeTicket(ctx, ticket, wantedOf(input), replacedOf(input));
    return { number: changed.number, version: changed.version };
  });
  if (!form.ok && form.conflict) {
    // The panel sent it, but both versions need the room of the page.
    if (isPartial(req)) res.set({ 'HX-Retarget': '#main', 'HX-Reswap': 'outerHTML', 'HX-Reselect': '#main' });
    return page(
      res,
      'tickets/conflict',
      {
        title: req.t('Changed meanwhile'),
        ticket,
        conflict: form.conflict,
        values: form.values,
        labels: await labels(req, ticket),
      },
      { status: 409, layout: 'desk' },
    );
  }
  if (!form.ok)
    return showTicket(req, res, ticket, { values: { kind: 'reply' }, errors: form.errors }, { status: 422 });
  return changedInPanel(req, res, ticket, req.t('Saved'), { undo: undoOf(ticket, form.values) });
}

/** The same form with what was and what is exchanged: it takes back what was changed, and no more. */
function undoOf(ticket: Ticket, values: Record<string, unknown>): Undo | undefined {
  const fields: Undo['fields'] = {};
  for (const name of ['subject', 'status', 'priority', 'team', 'assignee', 'category']) {
    const [was, is] = [values[`was_${name}`], values[name]];
    if (typeof was === 'string' && typeof is === 'string' && was !== is)
      Object.assign(fields, { [name]: was, [`was_${name}`]: is });
  }
  return Object.keys(fields).length > 0 ? { action: paths.properties(ticket), fields } : undefined;
}

type Properties = z.infer<ReturnType<typeof propertiesSchema>>;

/** Only what the person changed: a field that still shows what it showed was not touched. */
function wantedOf(input: Properties): TicketChanges {
  const changes: TicketChanges = {};
  if (input.subject !== undefined && input.subject !== input.was_subject) changes.subject = input.subject;
  if (input.status !== undefined && input.status !== input.was_status)
    Object.assign(changes, statusParts(input.status));
  if (input.priority !== undefined && input.priority !== input.was_priority)
    changes.priority = input.priority;
  if (input.team !== undefined && input.team !== input.was_team) changes.teamId = input.team;
  if (input.assignee !== undefined && input.assignee !== input.was_assignee)
    changes.assigneeId = input.assignee;
  if (input.category !== undefined && input.category !== input.was_category)
    changes.categoryId = input.category;
  return changes;
}

function replacedOf(input: Properties): TicketChanges {
  const all: TicketChanges = {
    subject: input.was_subject,
    ...statusParts(input.was_status),
    priority: input.was_priority,
    teamId: input.was_team,
    assigneeId: input.was_assignee,
    categoryId: input.was_category,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as TicketChanges;
}

/** Names for the values of a conflict, so that nobody reads keys. */
async function labels(req: Request, ticket: Ticket): Promise<Record<string, Record<string, string>>> {
  const { choices } = await ticketLocals(req, ticket, emptyForm());
  const named = (rows: { id: number; name: string }[] = []) =>
    Object.fromEntries(rows.map(row => [String(row.id), row.name]));
  return {
    status: Object.fromEntries((choices?.statuses ?? []).map(status => [status.key, status.name])),
    teamId: named(choices?.teams),
    assigneeId: named(choices?.assignees),
    categoryId: named(choices?.categories),
    priority: { low: req.t('Low'), medium: req.t('Medium'), high: req.t('High'), urgent: req.t('Urgent') },
    waitingOn: { requester: req.t('The requester'), other: req.t('Others') },
  };
}
