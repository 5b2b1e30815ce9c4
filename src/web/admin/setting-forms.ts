import { z } from 'zod';
import type { SettingGroup } from '../../domain/settings/changing.ts';
import type { Settings } from '../../domain/settings/settings.ts';
import { type Priority, priorities } from '../../domain/tickets/ticket.ts';
import type { Translate } from '../../platform/translating.ts';
import { BRAND_HUES } from '../rendering/brand-hues.ts';
import { fields } from '../rendering/forms.ts';

export type FormGroup = Exclude<SettingGroup, 'logo'>;
export const formGroups: readonly FormGroup[] = [
  'company',
  'language',
  'access',
  'tickets',
  'hours',
  'files',
];

type Wanted = { version: number; wanted: Partial<Settings> };

/** What a group's form may say, turned into settings. */
export function settingsSchema(
  group: FormGroup,
  t: Translate,
  locales: readonly string[],
): z.ZodType<Wanted> {
  const version = fields(t).id(t('Load the page again'));
  const make = (shape: z.ZodRawShape, toSettings: (input: never) => Partial<Settings>) =>
    z.strictObject({ version, ...shape }).transform(({ version: shown, ...input }) => ({
      version: shown as number,
      wanted: toSettings(input as never),
    }));
  switch (group) {
    case 'company':
      return make(company(t), (input: Partial<Settings>) => input);
    case 'language':
      return make(language(t, locales), (input: Partial<Settings>) => input);
    case 'access':
      return make(access(t), (input: Partial<Settings>) => input);
    case 'tickets':
      return ticketsSchema(t, version);
    case 'hours':
      return hoursSchema(t, version);
    case 'files':
      return make(files(t), (input: Partial<Settings>) => input);
  }
}

const number = (t: Translate, min: number, max: number) =>
  z
    .string({ error: t('Enter a number from {{min}} to {{max}}', { min, max }) })
    .trim()
    .regex(/^\d{1,6}$/, t('Enter a number from {{min}} to {{max}}', { min, max }))
    .transform(Number)
    .pipe(
      z
        .number()
        .min(min, t('Enter a number from {{min}} to {{max}}', { min, max }))
        .max(max, t('Enter a number from {{min}} to {{max}}', { min, max })),
    );

const company = (t: Translate) => ({
  companyName: fields(t).line(t('Enter the name of the company'), 80),
  companyHue: z
    .string()
    .transform(Number)
    .refine(hue => BRAND_HUES.includes(hue), t('Choose a colour from the list')),
  helpLine: fields(t).optionalLine(200),
});

const language = (t: Translate, locales: readonly string[]) => ({
  locale: z.string().refine(locale => locales.includes(locale), t('Choose a language from the list')),
  timeZone: z.string().refine(zone => timeZones.includes(zone), t('Choose a time zone from the list')),
});

export const timeZones: readonly string[] = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];

const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

const access = (t: Translate) => ({
  signUp: fields(t).checkbox(),
  trustedDomains: z
    .string()
    .default('')
    .transform(text => [
      ...new Set(
        text
          .toLowerCase()
          .split(/[\s,;]+/)
          .map(each => each.replace(/^@/, ''))
          .filter(Boolean),
      ),
    ])
    .superRefine((domains, check) => {
      const wrong = domains.find(domain => !DOMAIN.test(domain));
      if (wrong)
        check.addIssue({
          code: 'custom',
          message: t('This is not a domain like company.example: {{domain}}', { domain: wrong }),
        });
      if (domains.length > 50)
        check.addIssue({ code: 'custom', message: t('Enter at most {{count}} domains', { count: 50 }) });
    }),
});

export const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;

/** Days as check boxes and the two ends of a working day. */
export const workHours = (t: Translate) => ({
  days: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .transform(days => [...new Set([days ?? []].flat().map(Number))].sort((a, b) => a - b))
    .refine(days => days.every(day => day >= 1 && day <= 7), t('Choose days from the list')),
  from: z.string(t('Enter a time like 08:30')).regex(CLOCK, t('Enter a time like 08:30')),
  to: z.string(t('Enter a time like 08:30')).regex(CLOCK, t('Enter a time like 08:30')),
});

const hoursSchema = (t: Translate, version: z.ZodType<number>): z.ZodType<Wanted> =>
  z
    .strictObject({ version, ...workHours(t) })
    .transform(({ version: shown, ...hours }) => ({ version: shown, wanted: { workHours: hours } }));

const files = (t: Translate) => ({
  maxFileMegabytes: number(t, 1, 100),
  maxFiles: number(t, 1, 20),
  allowZip: fields(t).checkbox(),
});

export const hoursField = (priority: Priority) => `${priority}Hours`;
export const minutesField = (priority: Priority) => `${priority}Minutes`;
const SHORTEST = 5;
const LONGEST = 43_200;

const tickets = (t: Translate) => ({
  pageSize: number(t, 10, 100),
  autoCloseDays: number(t, 1, 90),
  coordinatorsWorkAllTeams: fields(t).checkbox(),
  ...Object.fromEntries(
    priorities.flatMap(priority => [
      [hoursField(priority), number(t, 0, 720)],
      [minutesField(priority), number(t, 0, 59)],
    ]),
  ),
});

type TicketForm = Pick<Settings, 'pageSize' | 'autoCloseDays' | 'coordinatorsWorkAllTeams'> &
  Record<string, number>;

const replyMinutes = (input: TicketForm, priority: Priority) =>
  (input[hoursField(priority)] ?? 0) * 60 + (input[minutesField(priority)] ?? 0);

/** Hours and minutes as people type them become the minutes that are stored. */
function ticketsSchema(t: Translate, version: z.ZodType<number>): z.ZodType<Wanted> {
  return z
    .strictObject({ version, ...tickets(t) })
    .superRefine((input, check) => {
      for (const priority of priorities) {
        const total = replyMinutes(input as unknown as TicketForm, priority);
        if (total >= SHORTEST && total <= LONGEST) continue;
        const message = t('Enter a time between 5 minutes and 720 hours');
        check.addIssue({ code: 'custom', path: [hoursField(priority)], message });
      }
    })
    .transform(({ version: shown, ...input }) => {
      const form = input as unknown as TicketForm;
      const minutes = priorities.map(priority => [priority, replyMinutes(form, priority)]);
      const { pageSize, autoCloseDays, coordinatorsWorkAllTeams } = form;
      const replies = Object.fromEntries(minutes) as Settings['replyMinutes'];
      return {
        version: shown,
        wanted: { pageSize, autoCloseDays, coordinatorsWorkAllTeams, replyMinutes: replies },
      };
    });
}
