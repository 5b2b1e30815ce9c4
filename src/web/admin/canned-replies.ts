import { type Request, type Response, Router } from 'express';
import { NotFound } from '../../domain/errors.ts';
import { teamChoices } from '../../domain/identity/teams.ts';
import { can } from '../../domain/policies.ts';
import { fillFor } from '../../domain/replies/filling.ts';
import { archiveReply, changeReply, createReply, moveReply } from '../../domain/replies/managing.ts';
import { placeholders } from '../../domain/replies/placeholder.ts';
import { findReply, managedReplies, type SavedReply } from '../../domain/replies/saved-reply.ts';
import { deskChoices } from '../../domain/tickets/choices.ts';
import { findTicket } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, type FormState, fields, submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { numberParam, person, queryText } from '../request.ts';
import { adminForm, adminPage, press } from './admin-page.ts';
import { directionSchema, inputOf, replyChoices, replySchema, valuesOf } from './reply-form.ts';

/** Saved replies and macros: everyone at the desk keeps their own and their teams', admins all. */
export function cannedReplyRoutes(): Router {
  const router = Router();

  router.get('/admin/canned-replies', allow('reply.list'), async (req, res) => {
    const q = queryText(req, 'q');
    const [replies, archived] = await Promise.all([
      managedReplies(req.ctx, { q }),
      managedReplies(req.ctx, { archived: true }),
    ]);
    await adminPage(res, 'canned-replies/index', {
      sub: 'canned-replies',
      title: req.t('Saved replies'),
      q,
      folders: inFolders(replies),
      archived: archived.filter(reply => can(req.ctx.actor, 'reply.manage', reply)),
    });
  });

  router.get('/admin/canned-replies/new', allow('reply.list'), async (req, res) => {
    await editReply(req, res, emptyForm());
  });

  router.post('/admin/canned-replies', allow('reply.list'), async (req, res) => {
    const form = await submit(req, replySchema(req.t), (ctx, input) => createReply(ctx, inputOf(input)));
    if (!form.ok) return editReply(req, res, form);
    return done(res, { to: paths.cannedReply(form.result.id), notice: req.t('Saved reply added') });
  });

  router.get('/admin/canned-replies/:id', allow('reply.list'), async (req, res) => {
    const reply = await findReply(req.ctx, numberParam(req, 'id'));
    await editReply(req, res, emptyForm(valuesOf(reply)), reply);
  });

  router.put('/admin/canned-replies/:id', allow('reply.list'), async (req, res) => {
    const reply = await findReply(req.ctx, numberParam(req, 'id'));
    const schema = replySchema(req.t).extend({ version: fields(req.t).id(req.t('Load the page again')) });
    const form = await submit(req, schema, (ctx, { version, ...input }) =>
      changeReply(ctx, { id: reply.id, version, ...inputOf(input) }),
    );
    if (!form.ok) return editReply(req, res, form, reply);
    return done(res, { to: paths.cannedReply(reply.id), notice: req.t('Saved reply saved') });
  });

  router.post('/admin/canned-replies/:id/position', allow('reply.list'), async (req, res) => {
    const { id } = await findReply(req.ctx, numberParam(req, 'id'));
    await submit(req, directionSchema, (ctx, { direction }) => moveReply(ctx, id, direction));
    return done(res, { to: paths.cannedReplies });
  });

  for (const [method, archived] of [
    ['post', true],
    ['delete', false],
  ] as const) {
    router[method]('/admin/canned-replies/:id/archival', allow('reply.list'), async (req, res) => {
      const { id } = await findReply(req.ctx, numberParam(req, 'id'));
      await press(req, res, ctx => archiveReply(ctx, id, archived), {
        to: paths.cannedReplies,
        notice: () => (archived ? req.t('Saved reply archived') : req.t('Saved reply brought back')),
      });
    });
  }

  return router;
}

/** In the order they come, which is by folder. */
function inFolders(replies: SavedReply[]): [string, SavedReply[]][] {
  const folders = new Map<string, SavedReply[]>();
  for (const reply of replies) folders.set(reply.folder, [...(folders.get(reply.folder) ?? []), reply]);
  return [...folders];
}

async function editReply(req: Request, res: Response, form: FormState, reply?: SavedReply) {
  const { ctx, t } = req;
  const [choices, teams] = await Promise.all([deskChoices(ctx), teamChoices(ctx)]);
  const me = person(req);
  const everyone = can(ctx.actor, 'reply.manage', { scope: 'everyone', ownerId: null, teamId: null });
  const own = everyone ? teams : teams.filter(team => me.teamIds.includes(team.id));
  await adminForm(res, 'canned-replies/edit', {
    sub: 'canned-replies',
    title: reply?.name ?? t('Add a saved reply'),
    reply,
    form,
    readOnly: reply !== undefined && !can(ctx.actor, 'reply.manage', reply),
    action: reply ? paths.cannedReply(reply.id) : paths.cannedReplies,
    marks: placeholders.map(name => `{{${name}}}`).join(' '),
    isMacro: Boolean(reply?.actions) || queryText(req, 'kind') === 'macro',
    preview: reply && (await previewOn(req, reply)),
    ticketNumber: queryText(req, 'ticket', 20),
    ...replyChoices(req, choices, own, everyone),
  });
}

/** The text as it would read on a ticket the person names; one they cannot see is not there. */
async function previewOn(req: Request, reply: SavedReply): Promise<string | undefined> {
  const number = Number(queryText(req, 'ticket', 20).replace(/^#/, ''));
  if (!number || !Number.isSafeInteger(number)) return undefined;
  try {
    return fillFor(req.ctx, await findTicket(req.ctx, number), reply.body);
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}
