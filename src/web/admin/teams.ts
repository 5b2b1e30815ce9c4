import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { changeTeamRule, findTeamRule } from '../../domain/assignment/team-rules.ts';
import type { Conflict } from '../../domain/errors.ts';
import {
  archiveTeam,
  createTeam,
  findTeam,
  listTeams,
  possibleMembers,
  type Team,
} from '../../domain/identity/teams.ts';
import { changeTeam } from '../../domain/tickets/leaving.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, type FormState, fields, submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { numberParam } from '../request.ts';
import { adminForm, adminPage, press } from './admin-page.ts';
import { assignmentSchema } from './team-assignment.ts';

export function teamRoutes(): Router {
  const router = Router();

  router.get('/admin/teams', allow('team.manage'), async (req, res) => {
    const [teams, archived] = await Promise.all([listTeams(req.ctx), listTeams(req.ctx, { archived: true })]);
    await adminPage(res, 'teams/index', { sub: 'teams', title: req.t('Teams'), teams, archived });
  });

  router.get('/admin/teams/new', allow('team.manage'), async (req, res) => {
    await editTeam(req, res, emptyForm());
  });

  router.post('/admin/teams', allow('team.manage'), async (req, res) => {
    const form = await submit(req, z.strictObject(teamFields(req.t)), createTeam);
    if (!form.ok) return editTeam(req, res, form);
    return done(res, { to: paths.adminTeams, notice: req.t('Team added') });
  });

  router.get('/admin/teams/:id', allow('team.manage'), async (req, res) => {
    await editTeam(req, res, emptyForm(), await findTeam(req.ctx, numberParam(req, 'id')));
  });

  router.put('/admin/teams/:id', allow('team.manage'), async (req, res) => {
    const team = await findTeam(req.ctx, numberParam(req, 'id'));
    const schema = z.strictObject({
      ...teamFields(req.t),
      version: fields(req.t).id(req.t('Load the page again')),
    });
    const form = await submit(req, schema, (ctx, input) => changeTeam(ctx, { id: team.id, ...input }));
    if (!form.ok) return editTeam(req, res, form, team);
    const { released } = form.result;
    const notice =
      released > 0
        ? req.t('Team saved. {{count}} tickets went back to its queue', { count: released })
        : req.t('Team saved');
    return done(res, { to: paths.adminTeams, notice });
  });

  router.put('/admin/teams/:id/assignment', allow('team.manage'), async (req, res) => {
    const team = await findTeam(req.ctx, numberParam(req, 'id'));
    const form = await submit(req, assignmentSchema(req), (ctx, rule) => changeTeamRule(ctx, team.id, rule));
    if (!form.ok) return editTeam(req, res, emptyForm(), team, form);
    return done(res, {
      to: `${paths.adminTeam(team.id)}#assignment`,
      notice: req.t('Assignment saved'),
    });
  });

  router.post('/admin/teams/:id/archival', allow('team.manage'), async (req, res) => {
    const id = numberParam(req, 'id');
    await press(req, res, ctx => archiveTeam(ctx, id, true), {
      to: paths.adminTeams,
      notice: () => req.t('Team archived'),
    });
  });

  router.delete('/admin/teams/:id/archival', allow('team.manage'), async (req, res) => {
    const id = numberParam(req, 'id');
    await press(req, res, ctx => archiveTeam(ctx, id, false), {
      to: paths.adminTeams,
      notice: () => req.t('Team brought back'),
    });
  });

  return router;
}

const teamFields = (t: Translate) => ({
  name: fields(t).line(t('Enter a name, like IT support'), 120),
  description: fields(t).optionalLine(500),
  memberIds: fields(t).ids(),
});

async function editTeam(req: Request, res: Response, form: FormState, team?: Team, rule?: Refused) {
  const locals = {
    sub: 'teams' as const,
    title: team?.name ?? req.t('Add a team'),
    team,
    form,
    people: await possibleMembers(req.ctx),
    action: team ? paths.adminTeam(team.id) : paths.adminTeams,
    assignment: team && (await assignmentOf(req, team.id, rule)),
  };
  if (!rule) return adminForm(res, 'teams/edit', locals);
  const title = req.t('Error: {{title}}', { title: locals.title });
  return adminPage(res, 'teams/edit', { ...locals, title }, { status: rule.conflict ? 409 : 422 });
}

type Refused = FormState & { conflict?: Conflict };

/** With a conflict the form carries the new version, so that sending it again replaces theirs knowingly. */
async function assignmentOf(req: Request, teamId: number, refused?: Refused) {
  const { version: _, ...typed } = refused?.values ?? {};
  const form = refused?.conflict ? { errors: refused.errors, values: typed } : (refused ?? emptyForm());
  return { ...(await findTeamRule(req.ctx, teamId)), form, conflicts: refused?.conflict?.conflicts };
}
