import type { Translate } from '../../platform/translating.ts';

/** Why a mail could not be delivered, as the end of a sentence. The reasons are those of src/mail/reading/bounces. */
export function bounceWord(reason: string, t: Translate): string {
  const words: Record<string, string> = {
    ...aboutAddress(t),
    ...aboutMail(t),
    ...aboutServers(t),
  };
  return words[reason] ?? t('the mail server gave no reason that we know');
}

const aboutAddress = (t: Translate): Record<string, string> => ({
  userunknown: t('nobody has this address'),
  hostunknown: t('there is no such mail server'),
  hasmoved: t('the address has moved'),
  mailboxfull: t('the mailbox is full'),
  suspend: t('the account is suspended'),
  onhold: t('the mail server holds it back'),
  notaccept: t('this domain takes no mail'),
  filtered: t('the mail server lets nothing through to this address'),
});

const aboutMail = (t: Translate): Record<string, string> => ({
  spamdetected: t('it was taken for spam'),
  virusdetected: t('it was taken for a virus'),
  mesgtoobig: t('the mail is too large'),
  exceedlimit: t('the mail is too large'),
  contenterror: t('the mail server did not like what is in it'),
  policyviolation: t('it breaks a rule of that mail server'),
  securityerror: t('it breaks a rule of that mail server'),
  syntaxerror: t('the two mail servers did not understand each other'),
});

const aboutServers = (t: Translate): Record<string, string> => ({
  rejected: t('that mail server does not take our mail'),
  refused: t('the mail server refused it'),
  blocked: t('our mail server is blocked there'),
  badreputation: t('our mail server is blocked there'),
  norelaying: t('that mail server does not take mail for this address'),
  authfailure: t('that mail server does not believe that the mail is ours (SPF, DKIM or DMARC)'),
  requireptr: t('our mail server has no name in the DNS'),
  expired: t('no mail server took it for days'),
  networkerror: t('the mail server could not be reached'),
  systemerror: t('that mail server has a fault'),
  systemfull: t('that mail server is full'),
  mailererror: t('that mail server has a fault'),
  speeding: t('that mail server takes no more mail from us for now'),
  toomanyconn: t('that mail server takes no more mail from us for now'),
});
