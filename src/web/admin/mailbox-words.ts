import type { Mailbox } from '../../domain/mail/mailboxes.ts';
import type { FaultKey } from '../../platform/imap-faults.ts';
import type { Translate } from '../../platform/translating.ts';

export type Where = Pick<Mailbox, 'host' | 'port' | 'auth' | 'username' | 'folder' | 'takenFolder'>;

/** What is wrong between us and a mailbox, and what to do about it. */
export function faultWord(key: string, where: Where, t: Translate): string {
  const { host, port, auth, username, folder, takenFolder } = where;
  const words: Record<FaultKey, string> = {
    host: t('There is no server named {{host}}. Check how it is spelled.', { host }),
    'not-allowed': t(
      '{{host}} is inside your own network. Whoever runs this server can allow it with OUTBOUND_PRIVATE.',
      { host },
    ),
    port: t('{{host}} does not answer on port {{port}}. Check the port, and the firewall between.', {
      host,
      port: String(port ?? ''),
    }),
    silent: t('Something answers on port {{port}}, but not as a mail server. Check port and encryption.', {
      port: String(port ?? ''),
    }),
    tls: t(
      'The connection could not be encrypted. Port 993 goes with TLS from the start, port 143 with STARTTLS.',
    ),
    certificate: t('The certificate of {{host}} is not to be trusted, so nothing was sent there.', { host }),
    'sign-in':
      auth === 'password' || !auth
        ? t('The server refused user name and password. Many services want an app password here.')
        : t(
            'The mail server did not let {{user}} in with the token of the sign-in service. Check that the refresh token was made as this user, with the right to read mail, and that IMAP is on for the mailbox.',
            { user: username },
          ),
    'no-oauth': t(
      '{{host}} does not take tokens of Google or Microsoft. Check the server, or sign in with a password.',
      { host },
    ),
    token: t(
      'The sign-in service no longer takes the refresh token: it has run out or was revoked. Sign in there as the mailbox once more and enter the new refresh token here.',
    ),
    'token-app': t(
      'The sign-in service does not know the app. Check client ID and client secret there: secrets run out, too.',
    ),
    'token-away': t('The sign-in service did not answer. We try again by ourselves.'),
    folder: t('There is no folder named {{folder}}. Names count capital letters.', { folder }),
    'taken-folder': t('The folder {{folder}} is not there and could not be made.', { folder: takenFolder }),
    unavailable: t('The mail server has a fault of its own at the moment. We try again by ourselves.'),
    busy: t('The mailbox is locked or has too many connections. We try again by ourselves.'),
    cut: t('The connection broke off. We try again by ourselves.'),
    secret: t('The stored password cannot be read: its key is gone from ENCRYPTION_KEYS. Enter it again.'),
    storing: t('Mail could not be kept here, so it was left on the server. We try again by ourselves.'),
    stuck: t('Some mails could not be fetched. They are still on the server; all others were taken.'),
    other: t('The server answered with something we do not know.'),
  };
  return words[key as FaultKey] ?? words.other;
}

/** The field to look at first, where one of the form is to blame. */
export const faultField = (key: FaultKey): string | undefined => FIELDS[key];

const FIELDS: Partial<Record<FaultKey, string>> = {
  ...{ host: 'host', 'not-allowed': 'host', certificate: 'host', 'no-oauth': 'auth', tls: 'security' },
  ...{ port: 'port', silent: 'port', 'sign-in': 'secret', token: 'secret', 'token-app': 'clientSecret' },
  ...{ folder: 'folder', 'taken-folder': 'takenFolder' },
};

export type StateWord = { text: string; tone: 'green' | 'amber' | 'red' | 'gray'; icon: string };

/** A look is this old, at most, while a mailbox is looked after. */
const LATE_MS = 5 * 60_000;

/** How it goes with a mailbox, in two or three words. */
export function stateWord(mailbox: Mailbox, now: Date, t: Translate): StateWord {
  if (mailbox.archivedAt) return { text: t('Archived'), tone: 'gray', icon: 'archive' };
  if (!mailbox.isActive) return { text: t('Paused'), tone: 'gray', icon: 'circle-pause' };
  if (mailbox.kind === 'push') return pushedWord(mailbox, t);
  if (mailbox.error === 'stuck')
    return { text: t('Some mail is stuck'), tone: 'amber', icon: 'triangle-alert' };
  if (mailbox.error) return { text: t('Cannot fetch'), tone: 'red', icon: 'circle-alert' };
  if (!mailbox.lastSeenAt) return { text: t('Not looked yet'), tone: 'gray', icon: 'circle-dashed' };
  if (now.getTime() - mailbox.lastSeenAt.getTime() > LATE_MS)
    return { text: t('Nobody looks'), tone: 'amber', icon: 'triangle-alert' };
  return { text: t('Fetching'), tone: 'green', icon: 'circle-check' };
}

const pushedWord = (mailbox: Mailbox, t: Translate): StateWord =>
  mailbox.lastMailAt
    ? { text: t('Takes mail'), tone: 'green', icon: 'circle-check' }
    : { text: t('No mail yet'), tone: 'gray', icon: 'circle-dashed' };

export const mailboxOptions = (t: Translate) => ({
  securities: [
    { value: 'tls', label: t('TLS from the start') },
    { value: 'starttls', label: t('STARTTLS') },
    { value: 'none', label: t('None: readable on the way') },
  ],
  signIns: [
    { value: 'password', label: t('Password') },
    { value: 'google', label: t('Google (OAuth2)') },
    { value: 'microsoft', label: t('Microsoft 365 (OAuth2)') },
  ],
  afterTakings: [
    { value: 'flag', label: t('Mark it as read') },
    { value: 'move', label: t('Move it to another folder') },
    { value: 'delete', label: t('Delete it') },
  ],
  unknownSenders: [
    { value: 'ticket', label: t('Make a ticket') },
    { value: 'park', label: t('Park it until somebody decides') },
    { value: 'refuse', label: t('Refuse it') },
  ],
});
