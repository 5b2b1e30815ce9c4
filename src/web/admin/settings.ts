import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { NotFound } from '../../domain/errors.ts';
import { changeLogo, removeLogo } from '../../domain/settings/branding.ts';
import { changeSettings, groupVersions } from '../../domain/settings/changing.ts';
import { priorities } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import { logoPictures } from '../../platform/logo.ts';
import { allow } from '../middleware/allow.ts';
import { BRAND_HUES } from '../rendering/brand-hues.ts';
import { priorityWord } from '../rendering/drawing.ts';
import { emptyForm, type FormState, fields, submit } from '../rendering/forms.ts';
import { done } from '../rendering/page.ts';
import { adminForm } from './admin-page.ts';
import { readOneFile } from './one-file.ts';
import {
  type FormGroup,
  formGroups,
  hoursField,
  minutesField,
  settingsSchema,
  timeZones,
} from './setting-forms.ts';

const MAX_LOGO_BYTES = 2_000_000;

export function settingRoutes(): Router {
  const router = Router();

  router.get('/admin/settings', allow('settings.manage'), async (req, res) => {
    await showSettings(req, res);
  });

  router.post(
    '/admin/settings/logo',
    allow('settings.manage'),
    readOneFile('logo', MAX_LOGO_BYTES),
    async (req, res) => {
      const pictures = req.oneFile && (await logoPictures(req.oneFile.bytes));
      if (!pictures)
        return showSettings(req, res, {
          group: 'logo',
          form: { values: {}, errors: { logo: logoProblem(req) } },
        });
      const form = await submit(req, versionOnly(req), (ctx, { version }) =>
        changeLogo(ctx, pictures, version),
      );
      if (!form.ok) return showSettings(req, res, { group: 'logo', form });
      return done(res, { to: paths.adminSettings, notice: req.t('Logo saved') });
    },
  );

  router.delete('/admin/settings/logo', allow('settings.manage'), async (req, res) => {
    const form = await submit(req, versionOnly(req), (ctx, { version }) => removeLogo(ctx, version));
    if (!form.ok) return showSettings(req, res, { group: 'logo', form });
    return done(res, { to: paths.adminSettings, notice: req.t('Logo removed') });
  });

  router.put('/admin/settings/:group', allow('settings.manage'), async (req, res) => {
    const group = formGroups.find(each => each === req.params.group);
    if (!group) throw new NotFound('No such settings');
    const schema = settingsSchema(group, req.t, req.services.translator.locales);
    const form = await submit(req, schema, (ctx, { version, wanted }) =>
      changeSettings(ctx, group, wanted, version),
    );
    if (!form.ok) return showSettings(req, res, { group, form });
    return done(res, { to: `${paths.adminSettings}#${group}`, notice: req.t('Settings saved') });
  });

  return router;
}

const versionOnly = (req: Request) =>
  z.strictObject({ version: fields(req.t).id(req.t('Load the page again')) });

function logoProblem(req: Request): string {
  if (req.oneFile?.tooLarge) return req.t('Choose a picture of at most 2 MB');
  return req.t('Choose a JPEG, PNG or WebP picture');
}

async function showSettings(
  req: Request,
  res: Response,
  wrong?: { group: FormGroup | 'logo'; form: FormState },
) {
  const { ctx, t } = req;
  await adminForm(res, 'settings/index', {
    sub: 'settings',
    title: t('Company and rules'),
    versions: await groupVersions(ctx),
    form: wrong?.form ?? emptyForm(),
    group: wrong?.group,
    hues: BRAND_HUES,
    locales: req.services.translator.locales.map(value => ({ value, label: languageName(value) })),
    timeZones: timeZones.map(value => ({ value, label: value.replaceAll('_', ' ') })),
    replyTimes: priorities.toReversed().map(priority => ({
      priority,
      word: priorityWord(priority, t),
      hours: hoursField(priority),
      minutes: minutesField(priority),
      value: ctx.settings.replyMinutes[priority],
    })),
  });
}

/** A language is best found in its own words. */
export const languageName = (locale: string) =>
  new Intl.DisplayNames([locale], { type: 'language' }).of(locale) ?? locale;
