import { type Request, type Response, Router } from 'express';
import { changeTemplate, resetTemplate, restoreTemplate } from '../../domain/mail/changing-templates.ts';
import {
  eventWords,
  hasButton,
  isAboutTicket,
  type TemplateGroup,
  templateGroups,
  waitsFor,
} from '../../domain/mail/template-events.ts';
import { placeholdersOf, placeholderWord } from '../../domain/mail/template-placeholders.ts';
import {
  currentTemplate,
  type ListedTemplate,
  listTemplates,
  type TemplateKey,
  templateHistory,
} from '../../domain/mail/templates.ts';
import { testTemplate } from '../../domain/mail/testing-templates.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import { allow } from '../middleware/allow.ts';
import { flash } from '../rendering/flash.ts';
import { emptyForm, type FormState, submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { numberParam, person, queryId, queryText } from '../request.ts';
import { adminForm, adminPage, press } from './admin-page.ts';
import { languageName } from './settings.ts';
import { keyOf, languageWords, numberIn, ownText, wordingOf, wordingSchema } from './template-form.ts';
import { partOf, sendPreview, sendTypedPreview, startingTicket } from './template-preview.ts';

/** The words of the mails we send, by event and language. */
export function mailTemplateRoutes(): Router {
  const router = Router();
  const admin = allow('mail-template.manage');
  const one = '/admin/templates/:event/:language';

  router.get('/admin/templates', admin, (req, res) => showTemplates(req, res));
  router.get(one, admin, (req, res) => editTemplate(req, res, keyOf(req)));

  router.post(one, admin, async (req, res) => {
    const key = keyOf(req);
    const form = await submit(req, wordingSchema(req.t), (ctx, input) =>
      changeTemplate(ctx, key, { ...wordingOf(input), version: input.version }, languageWords(req, key)),
    );
    if (!form.ok) return editTemplate(req, res, key, form);
    return done(res, { to: paths.mailTemplate(key), notice: req.t('Template saved') });
  });

  router.delete(one, admin, async (req, res) => {
    const key = keyOf(req);
    await press(req, res, ctx => resetTemplate(ctx, key), {
      to: paths.mailTemplate(key),
      notice: () => req.t('The product’s own text is used again'),
    });
  });

  router.post(`${one}/versions/:version`, admin, async (req, res) => {
    const key = keyOf(req);
    const version = numberParam(req, 'version');
    await press(req, res, ctx => restoreTemplate(ctx, key, version), {
      to: paths.mailTemplate(key),
      notice: () => req.t('Version {{version}} is used again', { version }),
    });
  });

  router.get(`${one}/preview`, admin, async (req, res) => {
    const key = keyOf(req);
    const current = await currentTemplate(req.ctx, key);
    const number = await startingTicket(req, key, numberIn(queryText(req, 'ticket', 20)));
    await sendPreview(req, res, key, {
      number,
      wording: current?.wording ?? null,
      part: partOf(req.query.part),
    });
  });

  router.post(`${one}/preview`, admin, (req, res) => sendTypedPreview(req, res, keyOf(req)));

  router.post(`${one}/test`, admin, async (req, res) => {
    const key = keyOf(req);
    const form = await submit(req, wordingSchema(req.t), (ctx, input) =>
      testTemplate(ctx, key, { ...wordingOf(input), number: input.ticket }),
    );
    if (form.ok)
      flash(req, 'green', req.t('A test is on its way to {{email}}', { email: form.result.email }));
    return editTemplate(req, res, key, form);
  });

  return router;
}

async function showTemplates(req: Request, res: Response) {
  const { t } = req;
  const { locales } = req.services.translator;
  const listed = await listTemplates(req.ctx, locales);
  const rowOf = ({ event, language, current }: ListedTemplate) => ({
    key: { event, language },
    ...eventWords(event, t),
    waits: waitsFor(event, t),
    language: locales.length > 1 ? languageName(language) : undefined,
    subject: (current?.wording ?? ownText(req, { event, language })).subject,
    current: current?.wording ? current : undefined,
  });
  await adminPage(res, 'templates/index', {
    sub: 'templates',
    title: t('Mail templates'),
    groups: Object.entries(templateGroups).map(([group, events]) => ({
      group,
      name: groupWord(group as TemplateGroup, t),
      rows: listed.filter(({ event }) => events.includes(event)).map(rowOf),
    })),
  });
}

function groupWord(group: TemplateGroup, t: Translate): string {
  const words: Record<TemplateGroup, string> = {
    tickets: t('Tickets'),
    accounts: t('Accounts'),
    approvals: t('Approvals'),
    deadlines: t('Deadlines'),
    summaries: t('Digest, incidents and reports'),
  };
  return words[group];
}

async function editTemplate(req: Request, res: Response, key: TemplateKey, form?: FormState) {
  const { ctx, t } = req;
  const before = queryId(req, 'before');
  const [current, history] = await Promise.all([
    currentTemplate(ctx, key),
    templateHistory(ctx, key, before ? { before } : {}),
  ]);
  const words = eventWords(key.event, t);
  const asked = numberIn(String(form?.values.ticket ?? queryText(req, 'ticket', 20)));
  const number = await startingTicket(req, key, asked);
  const last = history.rows.at(-1);
  await adminForm(res, 'templates/edit', {
    sub: 'templates',
    title: words.name,
    template: key,
    event: words,
    languageName: languageName(key.language),
    waits: waitsFor(key.event, t),
    form: form ?? emptyForm(),
    text: current?.wording ?? ownText(req, key),
    current,
    version: current?.version ?? 0,
    history: history.rows,
    newest: before && paths.mailTemplate(key),
    older: history.more && last ? `${paths.mailTemplate(key)}?before=${last.version}` : undefined,
    hasButton: hasButton(key.event),
    needsTicket: isAboutTicket(key.event),
    number,
    marks: placeholdersOf(key.event).map(name => [`{{${name}}}`, placeholderWord(name, t)]),
    email: person(req).email,
  });
}
