import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { checklistLines } from '../../domain/tickets/checklist.ts';
import { deskChoices } from '../../domain/tickets/choices.ts';
import { tagsIn } from '../../domain/tickets/tag.ts';
import type { TicketTemplate } from '../../domain/tickets/template.ts';
import {
  archiveTemplate,
  changeTemplate,
  createTemplate,
  findTemplate,
  listTemplates,
  type TemplateInput,
} from '../../domain/tickets/templates.ts';
import { type Priority, priorities } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import { allow } from '../middleware/allow.ts';
import { priorityWord } from '../rendering/drawing.ts';
import { emptyForm, type FormState, fields, submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { numberParam } from '../request.ts';
import { adminForm, adminPage, press } from './admin-page.ts';

export function templateRoutes(): Router {
  const router = Router();

  router.get('/admin/ticket-templates', allow('template.manage'), async (req, res) => {
    const [templates, archived] = await Promise.all([
      listTemplates(req.ctx),
      listTemplates(req.ctx, { archived: true }),
    ]);
    await adminPage(res, 'ticket-templates/index', {
      sub: 'ticket-templates',
      title: req.t('Ticket templates'),
      templates,
      archived,
    });
  });

  router.get('/admin/ticket-templates/new', allow('template.manage'), async (req, res) => {
    await editTemplate(req, res, emptyForm());
  });

  router.post('/admin/ticket-templates', allow('template.manage'), async (req, res) => {
    const form = await submit(req, z.strictObject(templateFields(req.t)), (ctx, input) =>
      createTemplate(ctx, inputOf(input)),
    );
    if (!form.ok) return editTemplate(req, res, form);
    return done(res, { to: paths.adminTemplates, notice: req.t('Template added') });
  });

  router.get('/admin/ticket-templates/:id', allow('template.manage'), async (req, res) => {
    await editTemplate(req, res, emptyForm(), await findTemplate(req.ctx, numberParam(req, 'id')));
  });

  router.put('/admin/ticket-templates/:id', allow('template.manage'), async (req, res) => {
    const template = await findTemplate(req.ctx, numberParam(req, 'id'));
    const schema = z.strictObject({
      ...templateFields(req.t),
      version: fields(req.t).id(req.t('Load the page again')),
    });
    const form = await submit(req, schema, (ctx, { version, ...input }) =>
      changeTemplate(ctx, { id: template.id, version, ...inputOf(input) }),
    );
    if (!form.ok) return editTemplate(req, res, form, template);
    return done(res, { to: paths.adminTemplates, notice: req.t('Template saved') });
  });

  router.post('/admin/ticket-templates/:id/archival', allow('template.manage'), async (req, res) => {
    await press(req, res, ctx => archiveTemplate(ctx, numberParam(req, 'id'), true), {
      to: paths.adminTemplates,
      notice: () => req.t('Template archived'),
    });
  });

  router.delete('/admin/ticket-templates/:id/archival', allow('template.manage'), async (req, res) => {
    await press(req, res, ctx => archiveTemplate(ctx, numberParam(req, 'id'), false), {
      to: paths.adminTemplates,
      notice: () => req.t('Template brought back'),
    });
  });

  return router;
}

function templateFields(t: Translate) {
  const f = fields(t);
  const lines = z
    .string()
    .max(30_000)
    .optional()
    .transform(text => (text ?? '').replace(/\r\n?/g, '\n').replaceAll('\0', '').trim());
  return {
    name: f.line(t('Enter a name, like New starter'), 120),
    audience: z.string().regex(/^(everyone|desk|team:\d{1,15})$/, t('Choose who begins tickets with it')),
    subject: f.optionalLine(200),
    body: lines,
    categoryId: f.optionalId(t('Choose a category from the list')),
    priority: z.union(
      [z.literal('').transform(() => null), z.enum(priorities as [Priority, ...Priority[]])],
      t('Choose a priority from the list'),
    ),
    teamId: f.optionalId(t('Choose a team from the list')),
    assigneeId: f.optionalId(t('Choose somebody from the list')),
    tags: f.optionalLine(900),
    checklist: lines,
  };
}

type Fields = z.infer<z.ZodObject<ReturnType<typeof templateFields>>>;

/** "team:3" is an audience and whose. */
function inputOf({ audience, tags, checklist, ...rest }: Fields): TemplateInput {
  const [kind, team] = audience.split(':');
  return {
    ...rest,
    audience: kind as TemplateInput['audience'],
    audienceTeamId: team ? Number(team) : null,
    tags: tagsIn(tags),
    checklist: checklistLines(checklist),
  };
}

async function editTemplate(req: Request, res: Response, form: FormState, template?: TicketTemplate) {
  const { ctx, t } = req;
  const { categories, teams, assignees } = await deskChoices(ctx);
  const named = (rows: { id: number; name: string }[]) =>
    rows.map(({ id, name }) => ({ value: id, label: name }));
  const byCategory = { value: '', label: t('As the category says') };
  await adminForm(res, 'ticket-templates/edit', {
    sub: 'ticket-templates',
    title: template?.name ?? t('Add a template'),
    template,
    form,
    action: template ? paths.adminTemplate(template.id) : paths.adminTemplates,
    audience: template?.audienceTeamId ? `team:${template.audienceTeamId}` : (template?.audience ?? 'desk'),
    audiences: [
      { value: 'desk', label: t('All coordinators') },
      { value: 'everyone', label: t('Everyone, also employees') },
      ...teams.map(({ id, name }) => ({
        value: `team:${id}`,
        label: t('Coordinators of {{team}}', { team: name }),
      })),
    ],
    categories: [
      { value: '', label: t('Whoever raises it chooses') },
      ...categories.map(one => ({ value: one.id, label: one.name, group: one.parent ?? undefined })),
    ],
    priorities: [byCategory, ...priorities.map(value => ({ value, label: priorityWord(value, t) }))],
    teams: [byCategory, ...named(teams)],
    assignees: [{ value: '', label: t('Nobody: it waits in the queue') }, ...named(assignees)],
  });
}
