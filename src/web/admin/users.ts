import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { AccountStatus, Role } from '../../domain/access/actor.ts';
import { recordExport } from '../../domain/audit/exporting.ts';
import { approveUser, rejectUser, waitingUsers } from '../../domain/identity/approving.ts';
import { departmentChoices } from '../../domain/identity/departments.ts';
import { inviteAgain, mayInvite } from '../../domain/identity/inviting.ts';
import {
  everyPerson,
  findUser,
  listPeople,
  type PeopleFilter,
  type PersonRow,
} from '../../domain/identity/people.ts';
import { roles } from '../../domain/identity/roles.ts';
import { reinstateUser } from '../../domain/identity/suspending.ts';
import { teamChoices } from '../../domain/identity/teams.ts';
import { closedAddressOf } from '../../domain/mail/reopening.ts';
import { changeUser, suspendUser } from '../../domain/tickets/leaving.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import { requireRecentPassword } from '../access/re-authentication.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, type FormState, fields, submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { numberParam, queryText } from '../request.ts';
import { adminForm, adminPage, press, withQuery } from './admin-page.ts';
import { sendCsv } from './download.ts';
import { userMailRoutes } from './user-mail.ts';
import { userWorkRoutes, type WorkForms, workOf } from './user-work.ts';
import { accountStatuses, accountStatusWord, roleOptions, roleWord, signInWord } from './words.ts';

export function userRoutes(): Router {
  const router = Router();
  router.use(userWorkRoutes());
  router.use(userMailRoutes());

  router.get('/admin/users', allow('user.manage'), async (req, res) => {
    const filter = filterOf(req);
    const [waiting, list] = await Promise.all([waitingUsers(req.ctx), listPeople(req.ctx, filter)]);
    const locals = {
      sub: 'users' as const,
      title: req.t('Users'),
      waiting,
      list,
      ...listLocals(req, filter, list),
    };
    await adminPage(res, 'users/index', locals, { fragments: { people: 'admin/users/_people' } });
  });

  router.post('/admin/users.csv', allow('user.manage'), requireRecentPassword, async (req, res) => {
    const { after, before, ...filter } = filterOf(req);
    await recordExport(req.ctx, 'users', filter);
    await sendCsv(res, 'users.csv', csvHeader(req.t), csvRows(everyPerson(req.ctx, filter), req.t));
  });

  router.get('/admin/users/:id', allow('user.manage'), async (req, res) => {
    await showUser(req, res, emptyForm());
  });

  router.put('/admin/users/:id', allow('user.manage'), requireRecentPassword, async (req, res) => {
    const userId = numberParam(req, 'id');
    await findUser(req.ctx, userId);
    const form = await submit(req, userSchema(req.t), (ctx, input) => changeUser(ctx, { userId, ...input }));
    if (!form.ok) return showUser(req, res, form);
    const { name, released } = form.result;
    return done(res, { to: paths.adminUser(userId), notice: savedNotice(req.t, name, released) });
  });

  router.post('/admin/users/:id/approval', allow('user.manage'), async (req, res) => {
    const userId = numberParam(req, 'id');
    await press(req, res, ctx => approveUser(ctx, { userId }), {
      to: backTo(req, userId),
      notice: ({ name }) => req.t('{{name}} can now sign in', { name }),
    });
  });

  router.post('/admin/users/:id/rejection', allow('user.manage'), async (req, res) => {
    const userId = numberParam(req, 'id');
    await press(req, res, ctx => rejectUser(ctx, { userId }), {
      to: backTo(req, userId),
      notice: ({ name }) => req.t('The account of {{name}} was declined', { name }),
    });
  });

  router.post(
    '/admin/users/:id/suspension',
    allow('user.manage'),
    requireRecentPassword,
    async (req, res) => {
      const userId = numberParam(req, 'id');
      await press(req, res, ctx => suspendUser(ctx, { userId }), {
        to: paths.adminUser(userId),
        notice: ({ name, released }) =>
          released > 0
            ? req.t('{{name}} is suspended. {{count}} tickets went back to the queue', {
                name,
                count: released,
              })
            : req.t('{{name}} is suspended', { name }),
      });
    },
  );

  router.delete(
    '/admin/users/:id/suspension',
    allow('user.manage'),
    requireRecentPassword,
    async (req, res) => {
      const userId = numberParam(req, 'id');
      await press(req, res, ctx => reinstateUser(ctx, { userId }), {
        to: paths.adminUser(userId),
        notice: ({ name }) => req.t('{{name}} can sign in again', { name }),
      });
    },
  );

  router.post('/admin/users/:id/invitation', allow('user.invite'), async (req, res) => {
    const userId = numberParam(req, 'id');
    await press(req, res, ctx => inviteAgain(ctx, { userId }), {
      to: paths.adminUser(userId),
      notice: ({ name }) => req.t('{{name}} was invited again', { name }),
    });
  });

  return router;
}

function filterOf(req: Request): PeopleFilter {
  const role = queryText(req, 'role');
  const status = queryText(req, 'status');
  const id = (name: string) =>
    /^\d{1,15}$/.test(queryText(req, name)) ? Number(queryText(req, name)) : undefined;
  return {
    q: queryText(req, 'q', 100),
    role: roles.find(each => each === role),
    status: accountStatuses.find(each => each === status),
    descending: queryText(req, 'sort') === '-name',
    after: id('after'),
    before: id('before'),
  };
}

function listLocals(
  req: Request,
  filter: PeopleFilter,
  list: { people: PersonRow[]; hasPrevious: boolean; hasNext: boolean },
) {
  const { q, role, status, descending } = filter;
  const kept = { q, role, status };
  const sort = descending ? '-name' : undefined;
  const link = (edge: Record<string, number | undefined>) =>
    withQuery(paths.adminUsers, { ...kept, sort, ...edge });
  return {
    filter,
    previous: list.hasPrevious ? link({ before: list.people[0]?.id }) : undefined,
    next: list.hasNext ? link({ after: list.people.at(-1)?.id }) : undefined,
    sortHref: withQuery(paths.adminUsers, { ...kept, sort: descending ? undefined : '-name' }),
    csvHref: withQuery(paths.adminUsersCsv, { ...kept, sort }),
    roles: roles.map(value => [value, roleWord(value, req.t)]),
    statuses: accountStatuses.map(value => [value, accountStatusWord(value, req.t)]),
    roleWord: (value: Role) => roleWord(value, req.t),
    signIn: (user: PersonRow) => signInWord(user, req.t),
  };
}

export async function showUser(req: Request, res: Response, form: FormState, forms: WorkForms = {}) {
  const user = await findUser(req.ctx, numberParam(req, 'id'));
  const [teams, departments, closedAddress, work] = await Promise.all([
    teamChoices(req.ctx),
    departmentChoices(req.ctx),
    closedAddressOf(req.ctx, user.email),
    workOf(req, user, forms),
  ]);
  const locals = {
    sub: 'users' as const,
    title: `${user.firstName} ${user.lastName}`.trim() || (user.email ?? req.t('User')),
    user,
    form,
    closedAddress,
    teams,
    departments: [
      { value: '', label: req.t('None') },
      ...departments.map(({ id, name }) => ({ value: id, label: name })),
    ],
    roles: roleOptions(req.t),
    signIn: () => signInWord(user, req.t),
    statusWord: (status: AccountStatus) => accountStatusWord(status, req.t),
    canInvite: mayInvite(user) && user.source !== 'sign-up',
    ...work,
  };
  const isWrong = forms.timesForm !== undefined || forms.handForm !== undefined;
  if (isWrong) return adminPage(res, 'users/show', locals, { status: 422 });
  await adminForm(res, 'users/show', locals);
}

function userSchema(t: Translate) {
  const f = fields(t);
  return z.strictObject({
    version: f.id(t('Load the page again')),
    firstName: f.optionalLine(80),
    lastName: f.optionalLine(80),
    email: z.union([z.literal(''), f.email()], t('Enter an email address like name@company.com')),
    companyId: f.optionalLine(40),
    departmentId: f.optionalId(t('Choose a department from the list')),
    role: z.enum(roles as [Role, ...Role[]], t('Choose a role from the list')),
    teamIds: f.ids(),
  });
}

const savedNotice = (t: Translate, name: string, released: number) =>
  released > 0
    ? t('{{name}} was saved. {{count}} tickets went back to the queue', { name, count: released })
    : t('{{name}} was saved', { name });

/** Buttons of the list lead back to the list, those of a person's page to that page. */
const backTo = (req: Request, userId: number) =>
  (req.body as Record<string, unknown>).from === 'user' ? paths.adminUser(userId) : paths.adminUsers;

const csvHeader = (t: Translate) => [
  t('Last name'),
  t('First name'),
  t('Email address'),
  t('Company ID'),
  t('Department'),
  t('Role'),
  t('Teams'),
  t('Status'),
  t('Last seen'),
  t('Account since'),
];

async function* csvRows(people: AsyncIterable<PersonRow>, t: Translate) {
  for await (const one of people) {
    yield [
      one.lastName,
      one.firstName,
      one.email,
      one.companyId,
      one.departmentName,
      roleWord(one.role, t),
      one.teamNames.join('; '),
      accountStatusWord(one.status, t),
      one.lastSeenAt,
      one.createdAt,
    ];
  }
}
