import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import {
  archiveDepartment,
  changeDepartment,
  createDepartment,
  type Department,
  findDepartment,
  listDepartments,
} from '../../domain/identity/departments.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, type FormState, fields, submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { numberParam } from '../request.ts';
import { adminForm, adminPage, press } from './admin-page.ts';

export function departmentRoutes(): Router {
  const router = Router();

  router.get('/admin/departments', allow('department.manage'), async (req, res) => {
    const [departments, archived] = await Promise.all([
      listDepartments(req.ctx),
      listDepartments(req.ctx, { archived: true }),
    ]);
    await adminPage(res, 'departments/index', {
      sub: 'departments',
      title: req.t('Departments'),
      departments,
      archived,
    });
  });

  router.get('/admin/departments/new', allow('department.manage'), async (req, res) => {
    await editDepartment(req, res, emptyForm());
  });

  router.post('/admin/departments', allow('department.manage'), async (req, res) => {
    const form = await submit(req, z.strictObject(departmentFields(req.t)), createDepartment);
    if (!form.ok) return editDepartment(req, res, form);
    return done(res, { to: paths.adminDepartments, notice: req.t('Department added') });
  });

  router.get('/admin/departments/:id', allow('department.manage'), async (req, res) => {
    await editDepartment(req, res, emptyForm(), await findDepartment(req.ctx, numberParam(req, 'id')));
  });

  router.put('/admin/departments/:id', allow('department.manage'), async (req, res) => {
    const department = await findDepartment(req.ctx, numberParam(req, 'id'));
    const schema = z.strictObject({
      ...departmentFields(req.t),
      version: fields(req.t).id(req.t('Load the page again')),
    });
    const form = await submit(req, schema, (ctx, input) =>
      changeDepartment(ctx, { id: department.id, ...input }),
    );
    if (!form.ok) return editDepartment(req, res, form, department);
    return done(res, { to: paths.adminDepartments, notice: req.t('Department saved') });
  });

  router.post('/admin/departments/:id/archival', allow('department.manage'), async (req, res) => {
    const id = numberParam(req, 'id');
    await press(req, res, ctx => archiveDepartment(ctx, id, true), {
      to: paths.adminDepartments,
      notice: () => req.t('Department archived'),
    });
  });

  router.delete('/admin/departments/:id/archival', allow('department.manage'), async (req, res) => {
    const id = numberParam(req, 'id');
    await press(req, res, ctx => archiveDepartment(ctx, id, false), {
      to: paths.adminDepartments,
      notice: () => req.t('Department brought back'),
    });
  });

  return router;
}

const departmentFields = (t: Translate) => ({
  name: fields(t).line(t('Enter a name, like Warehouse Rotterdam'), 120),
  managerEmail: z.union(
    [z.literal(''), fields(t).email()],
    t('Enter an email address like name@company.com'),
  ),
});

async function editDepartment(req: Request, res: Response, form: FormState, department?: Department) {
  await adminForm(res, 'departments/edit', {
    sub: 'departments',
    title: department?.name ?? req.t('Add a department'),
    department,
    form,
    action: department ? paths.adminDepartment(department.id) : paths.adminDepartments,
  });
}
