import { type Request, Router } from 'express';
import { z } from 'zod';
import { fullName } from '../../domain/access/actor.ts';
import { handOver, handOverOf } from '../../domain/assignment/handing-over.ts';
import { changeWorkingTimes, findWorkingTimes } from '../../domain/assignment/working-times.ts';
import { findUser } from '../../domain/identity/people.ts';
import { worksTickets } from '../../domain/identity/roles.ts';
import { possibleMembers } from '../../domain/identity/teams.ts';
import { paths } from '../../paths.ts';
import { allow } from '../middleware/allow.ts';
import { timesSchema } from '../profile/working-times.ts';
import { emptyForm, type FormState, fields, submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { numberParam } from '../request.ts';
import { showUser } from './users.ts';

/** What an admin sets about the work of a person: when they are there, and who takes their tickets. */
export function userWorkRoutes(): Router {
  const router = Router();

  router.put('/admin/users/:id/working-times', allow('user.manage'), async (req, res) => {
    const { id } = await findUser(req.ctx, numberParam(req, 'id'));
    const form = await submit(req, timesSchema(req), (ctx, input) => changeWorkingTimes(ctx, id, input));
    if (!form.ok && form.conflict) throw form.conflict;
    if (!form.ok) return showUser(req, res, emptyForm(), { timesForm: form });
    return done(res, { to: paths.adminUser(id), notice: req.t('Working hours saved') });
  });

  router.post('/admin/users/:id/hand-over', allow('user.manage'), async (req, res) => {
    const { id } = await findUser(req.ctx, numberParam(req, 'id'));
    const schema = z.strictObject({ toId: fields(req.t).optionalId(req.t('Choose who takes them')) });
    const form = await submit(req, schema, (ctx, { toId }) => handOver(ctx, { fromId: id, toId }));
    if (!form.ok) return showUser(req, res, emptyForm(), { handForm: form });
    const { moved, kept, isDone } = form.result;
    const told = isDone
      ? req.t('{{count}} tickets were handed over.', { count: moved })
      : req.t('The tickets are being handed over.');
    const rest = kept > 0 ? req.t('{{count}} stay, since they are of another team.', { count: kept }) : '';
    return done(res, { to: paths.adminUser(id), notice: [told, rest].filter(Boolean).join(' ') });
  });
  return router;
}

export type WorkForms = { timesForm?: FormState; handForm?: FormState };

/** What the page of somebody who works tickets shows beside their account. */
export async function workOf(
  req: Request,
  user: { id: number; role: 'employee' | 'coordinator' | 'admin' },
  forms: WorkForms,
) {
  if (!worksTickets(user.role)) return { work: undefined };
  const [times, under, people] = await Promise.all([
    findWorkingTimes(req.ctx, user.id),
    handOverOf(req.ctx, user.id),
    possibleMembers(req.ctx),
  ]);
  const others = people.filter(({ id }) => id !== user.id);
  return {
    work: { times, timesForm: forms.timesForm ?? emptyForm() },
    handOver: under,
    handForm: forms.handForm ?? emptyForm(),
    colleagues: [
      { value: '', label: req.t('The queue of their teams') },
      ...others.map(one => ({ value: one.id, label: fullName(one) })),
    ],
  };
}
