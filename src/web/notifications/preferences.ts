import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { isStaff } from '../../domain/access/actor.ts';
import {
  findPreferences,
  type Preferences,
  savePreferences,
} from '../../domain/notifications/preferences.ts';
import { comesBack } from '../../domain/notifications/reached.ts';
import {
  type Choices,
  isComing,
  type MailChoice,
  mailChoicesFor,
  type Topic,
  topicsFor,
  usualChoices,
} from '../../domain/notifications/topics.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import { workHours } from '../admin/setting-forms.ts';
import { allow } from '../middleware/allow.ts';
import { emptyForm, type FormState, fields, submit } from '../rendering/forms.ts';
import { done, invalid, page } from '../rendering/page.ts';
import { person } from '../request.ts';
import { pushSection } from './push.ts';

export function preferenceRoutes(): Router {
  const router = Router();

  router.get('/notifications/preferences', allow('profile.manage'), (req, res) => showPreferences(req, res));

  router.post('/notifications/preferences', allow('profile.manage'), async (req, res) => {
    const form = await submit(req, preferencesSchema(req), savePreferences);
    if (!form.ok) return showPreferences(req, res, form);
    return done(res, { to: paths.notificationPreferences, notice: req.t('Your choices are saved') });
  });

  return router;
}

async function showPreferences(req: Request, res: Response, form?: FormState): Promise<void> {
  const { t } = req;
  const [known, isUnreached] = await Promise.all([findPreferences(req.ctx), comesBack(req.ctx)]);
  const { quiet, urgentThrough, digestHour } = known;
  const own = topicsFor(person(req).role);
  const values = form?.values ?? {
    ...choiceValues(own, known.choices),
    quiet: Boolean(quiet),
    urgentThrough,
    digestHour: String(digestHour),
  };
  const shown = {
    title: t('What you are told'),
    nav: 'notifications',
    isUnreached,
    form: form ?? emptyForm(values),
    values,
    kinds: own.map(topic => ({
      topic,
      ...wordsOf(topic, isStaff(person(req)), t),
      isComing: isComing(topic),
      mails: mailChoicesFor(person(req).role, topic).map(value => ({ value, label: mailWord(value, t) })),
    })),
    usual: usualWords(req),
    hours: Array.from({ length: 24 }, (_, hour) => ({
      value: String(hour),
      label: `${String(hour).padStart(2, '0')}:00`,
    })),
    quiet: quiet ?? { from: '20:00', to: '07:00', days: [1, 2, 3, 4, 5, 6, 7] },
    zone: req.timeZone.replaceAll('_', ' '),
    hasUrgent: own.includes('mention'),
    push: await pushSection(req),
  };
  const layout = isStaff(person(req)) ? 'desk' : 'portal';
  if (form) return invalid(res, 'notifications/preferences', shown, { layout });
  return page(res, 'notifications/preferences', shown, { layout });
}

/** The fields of a topic: `mention-page`, `mention-mail`, `mention-push`. */
const choiceValues = (own: readonly Topic[], choices: Choices) =>
  Object.fromEntries(
    own.flatMap(topic =>
      Object.entries(choices[topic]).map(([channel, value]) => [`${topic}-${channel}`, value] as const),
    ),
  );

function preferencesSchema(req: Request): z.ZodType<Preferences> {
  const { t } = req;
  const { role } = person(req);
  const own = topicsFor(role);
  const field = fields(t);
  const { days, from, to } = workHours(t);
  const cells = Object.fromEntries(
    own.flatMap(topic => [
      [`${topic}-page`, field.checkbox()],
      [`${topic}-mail`, z.enum(['now', 'digest', 'off'], t('Choose when mail comes'))],
      [`${topic}-push`, field.checkbox()],
    ]),
  );
  return z
    .strictObject({
      ...(cells as Record<never, z.ZodType>),
      digestHour: z
        .string(t('Choose an hour'))
        .regex(/^(1?\d|2[0-3])$/, t('Choose an hour'))
        .transform(Number),
      quiet: field.checkbox(),
      urgentThrough: field.checkbox(),
      days,
      from,
      to,
    })
    .superRefine((input, check) => {
      const wrong = (path: string, message: string) =>
        check.addIssue({ code: 'custom', path: [path], message });
      if (input.quiet && input.days.length === 0) wrong('days', t('Choose at least one day'));
      if (input.quiet && input.from === input.to) wrong('to', t('Enter an end that is not the start'));
    })
    .transform(input => {
      const cell = input as unknown as Record<string, never>;
      const chosen = own.map(topic => [
        topic,
        { page: cell[`${topic}-page`], mail: cell[`${topic}-mail`], push: cell[`${topic}-push`] },
      ]);
      const hours = { from: input.from, to: input.to, days: input.days };
      return {
        choices: { ...usualChoices(role), ...Object.fromEntries(chosen) } as Choices,
        digestHour: input.digestHour,
        quiet: input.quiet ? hours : null,
        urgentThrough: input.urgentThrough,
      };
    });
}

const mailWord = (choice: MailChoice, t: Translate): string =>
  ({ now: t('At once'), digest: t('In the daily digest'), off: t('Never') })[choice];

/** What holds for who chose nothing. */
function usualWords(req: Request): string {
  const { t } = req;
  const { role } = person(req);
  const usual = usualChoices(role);
  const label = (topic: Topic) => `“${wordsOf(topic, isStaff(person(req)), t).label}”`;
  const named = (which: (topic: Topic) => boolean) => topicsFor(role).filter(which).map(label).join(', ');
  const digest = named(topic => usual[topic].mail === 'digest');
  return [
    t('As long as you choose nothing, all of it shows on the page and comes by mail at once.'),
    digest && t('In the daily digest: {{list}}.', { list: digest }),
    t('By push, where you turned it on: {{list}}.', { list: named(topic => usual[topic].push) }),
  ]
    .filter(Boolean)
    .join(' ');
}

type Words = { label: string; hint: string };

function wordsOf(topic: Topic, isDesk: boolean, t: Translate): Words {
  const words: Record<Topic, Words> = {
    mention: { label: t('Somebody mentions you'), hint: t('With @ and your name in a note or reply') },
    assigned: { label: t('You are given a ticket'), hint: t('By a colleague, or by the rule of your team') },
    reply: {
      label: t('A reply on your tickets'),
      hint: isDesk
        ? t('Those you own, and those you raised yourself')
        : t('Those you raised. Always by mail, so that none is lost'),
    },
    note: { label: t('A note on your tickets'), hint: t('Internal notes of colleagues on those you own') },
    status: { label: t('A new status of your tickets'), hint: t('On hold, solved, reopened') },
    team: {
      label: t('News for your team'),
      hint: t('New tickets, and answers on those that nobody owns yet'),
    },
    following: {
      label: t('Tickets you follow'),
      hint: t('Replies and status of tickets that are not yours'),
    },
    received: { label: t('Receipt of a new ticket'), hint: t('Says that we have it, and its number') },
    'approval-asked': { label: t('Your approval is asked for'), hint: t('Somebody needs your yes or no') },
    'approval-decided': { label: t('An approval is decided'), hint: t('Of a ticket that you raised') },
    'sla-warning': { label: t('A deadline is near'), hint: t('Of tickets you own, and of your team') },
    'sla-breach': { label: t('A deadline is missed'), hint: t('Of tickets you own, and of your team') },
    satisfaction: { label: t('How was the help?'), hint: t('Asked once, after a ticket of yours is solved') },
    incident: { label: t('News of an incident'), hint: t('Of one that you follow') },
    report: { label: t('Reports by mail'), hint: t('Those you subscribed to') },
  };
  return words[topic];
}
