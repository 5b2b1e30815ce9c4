import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Role } from '../../domain/access/actor.ts';
import { type Invited, inviteUsers } from '../../domain/identity/inviting.ts';
import { roles } from '../../domain/identity/roles.ts';
import { teamChoices } from '../../domain/identity/teams.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import { requireRecentPassword } from '../access/re-authentication.ts';
import { allow } from '../middleware/allow.ts';
import { flash } from '../rendering/flash.ts';
import { emptyForm, type FormState, fields, submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { adminForm } from './admin-page.ts';
import { roleOptions } from './words.ts';

const MOST_AT_ONCE = 100;

export function invitationRoutes(): Router {
  const router = Router();

  router.get('/admin/users/invitations/new', allow('user.invite'), async (req, res) => {
    await adminForm(res, 'users/invite', await inviteLocals(req, emptyForm()));
  });

  router.post('/admin/users/invitations', allow('user.invite'), requireRecentPassword, async (req, res) => {
    const form = await submit(req, invitationSchema(req.t), inviteUsers);
    if (!form.ok) return adminForm(res, 'users/invite', await inviteLocals(req, form));
    return invited(res, form.result);
  });

  return router;
}

function invited(res: Response, { invited: count, known }: Invited) {
  const { t } = res.req;
  if (known.length > 0) {
    flash(
      res.req,
      'amber',
      t('Already known, so not invited: {{addresses}}', { addresses: known.slice(0, 10).join(', ') }),
    );
  }
  return done(res, {
    to: paths.adminUsers,
    notice: count > 0 ? t('{{count}} people were invited', { count }) : undefined,
  });
}

async function inviteLocals(req: Request, form: FormState) {
  const teams = await teamChoices(req.ctx);
  return {
    sub: 'users' as const,
    title: req.t('Invite people'),
    form,
    roles: roleOptions(req.t),
    teams: [
      { value: '', label: req.t('None') },
      ...teams.map(({ id, name }) => ({ value: id, label: name })),
    ],
  };
}

function invitationSchema(t: Translate) {
  const f = fields(t);
  const needed = t('Enter at least one email address');
  return z.strictObject({
    emails: z
      .string({ error: needed })
      .transform(text => text.split(/[\s,;]+/).filter(Boolean))
      .pipe(
        z
          .array(z.string())
          .min(1, needed)
          .max(MOST_AT_ONCE, t('Invite at most {{count}} people at once', { count: MOST_AT_ONCE })),
      )
      .superRefine((addresses, check) => {
        const wrong = addresses.filter(address => !f.email().safeParse(address).success);
        if (wrong.length > 0) {
          check.addIssue({
            code: 'custom',
            message: t('This is not an email address: {{address}}', { address: wrong[0] }),
          });
        }
      }),
    role: z.enum(roles as [Role, ...Role[]], t('Choose a role from the list')),
    teamId: f.optionalId(t('Choose a team from the list')),
  });
}
