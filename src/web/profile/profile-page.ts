import type { Request, Response } from 'express';
import { isStaff } from '../../domain/access/actor.ts';
import { findWorkingTimes } from '../../domain/assignment/working-times.ts';
import { listDevices } from '../../domain/identity/devices.ts';
import { findProfile } from '../../domain/identity/profile.ts';
import { findWriting } from '../../domain/identity/writing.ts';
import { emptyForm, type FormState } from '../rendering/forms.ts';
import { invalid, page } from '../rendering/page.ts';
import { person } from '../request.ts';
import { browserName } from './browser-name.ts';

type Forms = { form?: FormState; passwordForm?: FormState; writingForm?: FormState; timesForm?: FormState };

/** One page for all own things; a form that was refused is shown in it with what was typed. */
export async function showProfile(req: Request, res: Response, forms: Forms = {}): Promise<void> {
  const profile = await findProfile(req.ctx);
  const devices = await listDevices(req.services.db, profile.user.id);
  const isWorker = isStaff(person(req));
  const times = isWorker ? await findWorkingTimes(req.ctx, profile.user.id) : undefined;
  const { firstName, lastName, phone, locale, timeZone, shortcuts } = profile;
  const values = { firstName, lastName, phone, locale: locale ?? '', timeZone: timeZone ?? '', shortcuts };
  const locals = {
    title: req.t('Your settings'),
    nav: 'profile',
    profile,
    form: forms.form ?? emptyForm(values),
    passwordForm: forms.passwordForm ?? emptyForm(),
    writingForm: forms.writingForm ?? emptyForm(await findWriting(req.ctx)),
    times,
    timesForm: forms.timesForm ?? emptyForm(),
    languages: languageChoices(req),
    zones: zoneChoices(req),
    devices: devices.map(device => ({
      ...device,
      browser: browserName(device.userAgent, req.t),
      isThis: device.id === req.session.deviceId,
    })),
  };
  const layout = isWorker ? 'desk' : 'portal';
  if (forms.form || forms.passwordForm || forms.writingForm || forms.timesForm)
    return invalid(res, 'profile/show', locals, { layout });
  return page(res, 'profile/show', locals, { layout });
}

const languageChoices = (req: Request) => [
  { value: '', label: req.t('As the browser asks') },
  ...req.services.translator.locales.map(locale => ({ value: locale, label: languageName(locale) })),
];

/** In its own language, so that whoever cannot read this page finds theirs. */
function languageName(locale: string): string {
  const name = new Intl.DisplayNames([locale], { type: 'language' }).of(locale) ?? locale;
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
}

const zoneChoices = (req: Request) => [
  { value: '', label: req.t('As the browser says') },
  ...['UTC', ...Intl.supportedValuesOf('timeZone')].map(zone => ({
    value: zone,
    label: zone.replaceAll('_', ' '),
  })),
];
