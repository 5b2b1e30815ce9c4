import type { AccountTemplate } from '../../domain/notifications/holding.ts';
import type { AccountLetter } from '../../domain/notifications/letter.ts';
import { paths } from '../../paths.ts';
import type { Content } from '../content.ts';
import type { Pen } from '../formatting.ts';

type Writer = (letter: AccountLetter, pen: Pen) => Omit<Content, 'why' | 'preheader'> & Partial<Content>;

export function accountContent(letter: AccountLetter, pen: Pen): Content {
  const written = WRITERS[letter.template](letter, pen);
  const company = letter.settings.companyName;
  return {
    preheader: written.paragraphs?.[0] ?? written.heading,
    why: pen.t('You get this because {{email}} is the address of an account at {{company}} support.', {
      email: letter.to.email,
      company,
    }),
    ...written,
  };
}

const whyWritten = ({ to, settings }: AccountLetter, t: Pen['t']) =>
  t('You get this because {{email}} wrote to {{company}} support.', {
    email: to.email,
    company: settings.companyName,
  });

const WRITERS: Record<AccountTemplate, Writer> = {
  'verify-email': (letter, { t, url }) => ({
    subject: t('Confirm your email address'),
    heading: t('Confirm your email address'),
    paragraphs: [
      t('Somebody, probably you, asked for an account at {{company}} support with this address.', {
        company: letter.settings.companyName,
      }),
    ],
    button: { label: t('Confirm this address'), url: url(paths.verifyEmail(tokenOf(letter))) },
    notes: [t('The link works for 48 hours.'), t('It was not you? Then do nothing: no account is made.')],
    why: t('You get this because somebody entered {{email}} when signing up.', { email: letter.to.email }),
  }),

  'mail-too-large': (letter, { t, url }) => ({
    subject: t('Your mail is too large'),
    heading: t('Your mail is too large'),
    paragraphs: [
      t(
        'We take mails of at most 25 MB, so yours was not read. Send it again with smaller files, or without them.',
      ),
    ],
    button: { label: t('Send it on the web instead'), url: url(paths.newTicket) },
    why: whyWritten(letter, t),
  }),

  'mail-refused': (letter, { t, url }) => ({
    subject: t('We could not take your mail'),
    heading: t('We could not take your mail'),
    paragraphs: [
      t('Here we only take mails of people who have an account. Nobody has read yours.'),
      t('You have an account? Write from its address, or send your question on the web.'),
    ],
    button: { label: t('Send it on the web instead'), url: url(paths.newTicket) },
    why: whyWritten(letter, t),
  }),

  'account-exists': (letter, { t, url }) => ({
    subject: t('You already have an account'),
    heading: t('You already have an account'),
    paragraphs: [
      t(
        'Somebody, probably you, tried to sign up at {{company}} support with this address. It has an account already.',
        {
          company: letter.settings.companyName,
        },
      ),
    ],
    button: { label: t('Sign in'), url: url(paths.signIn) },
    notes: [
      t('You do not know your password? Choose a new one: {{url}}', { url: url(paths.passwordReset) }),
      t('It was not you? Then do nothing: nothing has changed.'),
    ],
  }),

  'account-waiting': (letter, { t, url }) =>
    letter.about
      ? {
          subject: t('{{name}} asks for an account', { name: letter.about.name }),
          heading: t('{{name}} asks for an account', { name: letter.about.name }),
          paragraphs: [t('The email address is confirmed. An admin lets the person in, or not.')],
          button: { label: t('See the request'), url: url(paths.adminUser(letter.about.id)) },
          why: t('You get this because you are an admin of {{company}} support.', {
            company: letter.settings.companyName,
          }),
        }
      : {
          subject: t('Your account waits for approval'),
          heading: t('Your account waits for approval'),
          paragraphs: [t('Your address is confirmed. We write again as soon as an admin has let you in.')],
        },

  'account-approved': (letter, { t, url }) => ({
    subject: t('Your account is ready'),
    heading: t('Your account is ready'),
    paragraphs: [
      t('You can now sign in at {{company}} support, ask for help and follow your tickets.', {
        company: letter.settings.companyName,
      }),
    ],
    button: { label: t('Sign in'), url: url(paths.signIn) },
  }),

  'account-rejected': (letter, { t }) => ({
    subject: t('Your account was not approved'),
    heading: t('Your account was not approved'),
    paragraphs: [
      t('An admin of {{company}} support has decided not to open an account for this address.', {
        company: letter.settings.companyName,
      }),
      letter.settings.helpLine
        ? t('If you think that is a mistake, ask for help: {{helpLine}}', {
            helpLine: letter.settings.helpLine,
          })
        : t('You think that is a mistake? Ask your manager or the people who look after your computers.'),
    ],
  }),

  invitation: (letter, { t, url }) => ({
    subject: t('You are invited to {{company}} support', { company: letter.settings.companyName }),
    heading: t('You are invited to {{company}} support', { company: letter.settings.companyName }),
    paragraphs: [
      letter.actorName
        ? t('{{name}} has made an account for you. Choose a password and you are in.', {
            name: letter.actorName,
          })
        : t('An account is made for you. Choose a password and you are in.'),
    ],
    button: { label: t('Choose a password'), url: url(paths.invitation(tokenOf(letter))) },
    notes: [t('The link works once, for 72 hours.')],
  }),

  'password-reset': (letter, { t, url }) => ({
    subject: t('Choose a new password'),
    heading: t('Choose a new password'),
    paragraphs: [t('Somebody, probably you, asked for a new password for this account.')],
    button: { label: t('Choose a new password'), url: url(paths.passwordResetToken(tokenOf(letter))) },
    notes: [
      t('The link works once, for one hour.'),
      t('It was not you? Then do nothing: your password stays as it is.'),
    ],
  }),

  'password-changed': (letter, { t, url, dateTime }) => ({
    subject: t('Your password was changed'),
    heading: t('Your password was changed'),
    paragraphs: [
      t('The password of your account was changed on {{date}}. All other devices are signed out.', {
        date: dateTime(letter.occurredAt),
      }),
    ],
    button: { label: t('It was not me: choose a new password'), url: url(paths.passwordReset) },
    notes: [t('It was you? Then there is nothing to do.')],
  }),
};

/** A link without its token would lead nowhere: better no mail, and a failure that is seen. */
function tokenOf(letter: AccountLetter): string {
  if (!letter.secret) throw new Error(`The mail ${letter.template} has no token for its link`);
  return letter.secret;
}
