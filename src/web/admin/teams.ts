import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import {
  archiveTeam,
  changeTeam,
  createTeam,
  findTeam,
  listTeams,
  possibleMembers,
  type Team,
} from '../../domain/identity/teams.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, type FormState, fields, submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { numberParam } from '../request.ts';
import { adminForm, adminPage, press } from './admin-page.ts';

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
    return done(res, { to: paths.adminTeams, notice: req.t('Team saved') });
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

async function editTeam(req: Request, res: Response, form: FormState, team?: Team) {
  await adminForm(res, 'teams/edit', {
    sub: 'teams',
    title: team?.name ?? req.t('Add a team'),
    team,
    form,
    people: await possibleMembers(req.ctx),
    action: team ? paths.adminTeam(team.id) : paths.adminTeams,
  });
}
