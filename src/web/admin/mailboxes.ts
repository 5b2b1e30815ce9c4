import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { TooMany } from '../../domain/errors.ts';
import { teamChoices } from '../../domain/identity/teams.ts';
import { keepToken } from '../../domain/mail/fetching.ts';
import { needsSecret, typedAccount } from '../../domain/mail/mailbox-accounts.ts';
import {
  archiveMailbox,
  changeMailbox,
  createMailbox,
  findMailbox,
  listMailboxes,
  type Mailbox,
} from '../../domain/mail/mailboxes.ts';
import { renewKey } from '../../domain/mail/pushed.ts';
import { categoryChoices } from '../../domain/tickets/choices.ts';
import { paths } from '../../paths.ts';
import { probeImap } from '../../platform/imap.ts';
import { faultOf } from '../../platform/imap-faults.ts';
import { requireRecentPassword } from '../access/re-authentication.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, type FormState, fields, fieldsOf, submit } from '../rendering/forms.ts';
import { done, page } from '../rendering/page.ts';
import { isPartial, numberParam } from '../request.ts';
import { adminForm, adminPage, press } from './admin-page.ts';
import {
  accountOf,
  accountSchema,
  checkMailbox,
  inputOf,
  mailboxFields,
  shownValues,
} from './mailbox-form.ts';
import { faultField, faultWord, mailboxOptions, stateWord } from './mailbox-words.ts';

/** Each try is a connection to a place that somebody typed in. */
const TRIES = { points: 30, seconds: 600 };

export function mailboxSettingRoutes(): Router {
  const router = Router();

  router.get('/admin/mailboxes', allow('mailbox.manage'), async (req, res) => {
    const [mailboxes, archived] = await Promise.all([
      listMailboxes(req.ctx),
      listMailboxes(req.ctx, { archived: true }),
    ]);
    await adminPage(res, 'mailboxes/index', {
      sub: 'mailboxes',
      title: req.t('Mailboxes'),
      mailboxes,
      archived,
      ...wordsFor(req),
    });
  });

  router.get('/admin/mailboxes/new', allow('mailbox.manage'), requireRecentPassword, async (req, res) => {
    await editMailbox(req, res, emptyForm());
  });

  router.post('/admin/mailboxes', allow('mailbox.manage'), requireRecentPassword, async (req, res) => {
    const form = await submit(req, newSchema(req), (ctx, values) => createMailbox(ctx, inputOf(values)));
    if (!form.ok) return editMailbox(req, res, withoutSecrets(form));
    const to = `${paths.adminMailbox(form.result.id)}#key`;
    const isPushed = form.values.kind === 'push';
    return done(res, { to: isPushed ? to : paths.adminMailboxes, notice: req.t('Mailbox added') });
  });

  router.post(
    '/admin/mailboxes/connection-test',
    allow('mailbox.manage'),
    requireRecentPassword,
    async (req, res) => {
      await testConnection(req, res);
    },
  );

  router.get('/admin/mailboxes/:id', allow('mailbox.manage'), async (req, res) => {
    await editMailbox(req, res, emptyForm(), await findMailbox(req.ctx, numberParam(req, 'id')));
  });

  router.put('/admin/mailboxes/:id', allow('mailbox.manage'), requireRecentPassword, async (req, res) => {
    const mailbox = await findMailbox(req.ctx, numberParam(req, 'id'));
    const form = await submit(req, changeSchema(req), (ctx, { version, ...values }) =>
      changeMailbox(ctx, { id: mailbox.id, version, ...inputOf(values) }),
    );
    if (!form.ok) return editMailbox(req, res, withoutSecrets(form), mailbox);
    return done(res, { to: paths.adminMailboxes, notice: req.t('Mailbox saved') });
  });

  router.put(
    '/admin/mailboxes/:id/connection-test',
    allow('mailbox.manage'),
    requireRecentPassword,
    async (req, res) => {
      await testConnection(req, res, await findMailbox(req.ctx, numberParam(req, 'id')));
    },
  );

  router.post(
    '/admin/mailboxes/:id/key',
    allow('mailbox.manage'),
    requireRecentPassword,
    async (req, res) => {
      const id = numberParam(req, 'id');
      let key: string | undefined;
      // The key is in no answer that is kept: who sends the form again is told to make another.
      const form = await submit(req, z.strictObject({}), async ctx => {
        ({ key } = await renewKey(ctx, id));
        return { id };
      });
      const mailbox = await findMailbox(req.ctx, id);
      if (form.ok && key) return editMailbox(req, res, emptyForm(), mailbox, { newKey: key });
      const notice = form.ok
        ? req.t('The key was shown once. Make another if you did not copy it')
        : Object.values(form.errors)[0];
      return done(res, { to: `${paths.adminMailbox(id)}#key`, notice });
    },
  );

  router.post('/admin/mailboxes/:id/archival', allow('mailbox.manage'), async (req, res) => {
    await press(req, res, ctx => archiveMailbox(ctx, numberParam(req, 'id'), true), {
      to: paths.adminMailboxes,
      notice: () => req.t('Mailbox archived'),
    });
  });

  router.delete('/admin/mailboxes/:id/archival', allow('mailbox.manage'), async (req, res) => {
    await press(req, res, ctx => archiveMailbox(ctx, numberParam(req, 'id'), false), {
      to: paths.adminMailboxes,
      notice: () => req.t('Mailbox brought back'),
    });
  });

  return router;
}

const newSchema = (req: Request) =>
  z
    .strictObject(mailboxFields(req.t))
    .superRefine(checkMailbox(req.t))
    .superRefine(({ kind, secret, auth }, context) => {
      if (kind === 'imap' && !secret)
        context.addIssue({ code: 'custom', path: ['secret'], message: needsSecret(req.ctx, auth) });
    });
const changeSchema = (req: Request) =>
  z
    .strictObject({ ...mailboxFields(req.t), version: fields(req.t).id(req.t('Load the page again')) })
    .superRefine(checkMailbox(req.t));

const wordsFor = (req: Request) => ({
  state: (mailbox: Mailbox) => stateWord(mailbox, req.ctx.now(), req.t),
  fault: (mailbox: Mailbox) => (mailbox.error ? faultWord(mailbox.error, mailbox, req.t) : ''),
});

type Shown = { newKey?: string; tested?: Tested };

async function editMailbox(
  req: Request,
  res: Response,
  form: FormState,
  mailbox?: Mailbox,
  shown: Shown = {},
) {
  const { ctx, t } = req;
  const [teams, categories] = await Promise.all([teamChoices(ctx), categoryChoices(ctx)]);
  const named = (rows: { id: number; name: string; parent?: string | null }[]) =>
    rows.map(({ id, name, parent }) => ({ value: id, label: name, ...(parent && { group: parent }) }));
  await adminForm(res, 'mailboxes/edit', {
    sub: 'mailboxes',
    title: mailbox?.name ?? t('Add a mailbox'),
    mailbox,
    form,
    shown: shownValues(mailbox),
    action: mailbox ? paths.adminMailbox(mailbox.id) : paths.adminMailboxes,
    testAction: mailbox ? paths.mailboxTest(mailbox.id) : paths.newMailboxTest,
    inboundAddress: `POST ${req.services.config.http.appUrl}${paths.inboundMail}`,
    teams: [{ value: '', label: t('As the category says') }, ...named(teams)],
    categories: [{ value: '', label: t('None') }, ...named(categories)],
    ...mailboxOptions(t),
    ...wordsFor(req),
    ...shown,
  });
}

const SECRETS = ['secret', 'clientSecret'];
/** What was typed comes back, but for passwords. */
const withoutSecrets = <T extends FormState>(form: T): T => ({
  ...form,
  values: Object.fromEntries(Object.entries(form.values).filter(([name]) => !SECRETS.includes(name))),
});

type Tested = { ok: boolean; text: string; detail?: string; field?: string; typeAgain?: boolean };

/** Tries what is typed and keeps nothing of it. */
async function testConnection(req: Request, res: Response, mailbox?: Mailbox) {
  const values = fieldsOf(req.body);
  const { t } = req;
  const parsed = accountSchema(t).safeParse(values);
  if (!parsed.success) {
    const [first] = parsed.error.issues;
    const errors = Object.fromEntries(
      parsed.error.issues.map(issue => [String(issue.path[0] ?? ''), issue.message] as const),
    );
    const field = String(first?.path[0] ?? '');
    return tested(req, res, { ok: false, text: first?.message ?? '', field }, { values, errors }, mailbox);
  }
  const input = accountOf(parsed.data);
  const fails = (text: string, field: string | undefined, detail = '') =>
    tested(
      req,
      res,
      { ok: false, text, ...(field && { field }), detail },
      { values, errors: field ? { [field]: text } : {} },
      mailbox,
    );
  const account = await typedAccount(req.ctx, input, mailbox);
  if (!account) {
    const text =
      input.auth === 'password'
        ? t('Enter the password to try it: the one we have is kept for where it was entered.')
        : t('Enter the refresh token to try it: the one we have is kept for where it was entered.');
    return fails(mailbox ? text : needsSecret(req.ctx, input.auth), 'secret');
  }
  const wait = await req.services.limiter.take(
    'mailbox-test',
    String(req.ctx.actor.kind === 'person' && req.ctx.actor.id),
    TRIES,
  );
  if (wait) throw new TooMany(wait);
  try {
    const { mails, idles } = await probeImap(
      account,
      req.services.imap,
      mailbox && (next => keepToken(req.ctx, mailbox, { used: account.secret, next })),
    );
    const text = idles
      ? t('It works: {{count}} mails in the folder. New mail will be here within seconds.', { count: mails })
      : t('It works: {{count}} mails in the folder. New mail will be here within a minute.', {
          count: mails,
        });
    return tested(req, res, { ok: true, text }, { values, errors: {} }, mailbox);
  } catch (error) {
    const fault = faultOf(error);
    return fails(faultWord(fault.key, input, t), faultField(fault.key), fault.detail);
  }
}

/**
 * Beside the button for a page with scripts, which keeps what is typed; else the form again with what may come back,
 * and the fault beside its field, too.
 */
async function tested(req: Request, res: Response, result: Tested, form: FormState, mailbox?: Mailbox) {
  if (!isPartial(req)) {
    const typeAgain = SECRETS.some(name => form.values[name]);
    return editMailbox(req, res, withoutSecrets(form), mailbox, { tested: { ...result, typeAgain } });
  }
  const fragments = { 'mailbox-test': 'admin/mailboxes/_tested' };
  return page(res, 'admin/mailboxes/_tested', { tested: result }, { fragments });
}
