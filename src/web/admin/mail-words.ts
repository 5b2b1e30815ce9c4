import type { MailLine } from '../../domain/mail/log.ts';
import type { LogFate, OutFate } from '../../domain/mail/log-filtering.ts';
import type { Fate } from '../../domain/mail/message.ts';
import { answerSentenceOf, sentenceOf } from '../../domain/mail/rules.ts';
import type { Translate } from '../../platform/translating.ts';
import { bounceWord } from '../rendering/bounce-words.ts';

export type FateWord = {
  text: string;
  icon: string;
  tone: 'gray' | 'green' | 'teal' | 'blue' | 'amber' | 'red';
};

/** What became of a mail, in plain words. */
export function fateWord(fate: LogFate, t: Translate): FateWord {
  const words: Record<LogFate, [string, string, FateWord['tone']]> = {
    'needs-you': [t('Needs you'), 'bell', 'amber'],
    ...incoming(t),
    ...outgoing(t),
  };
  const [text, icon, tone] = words[fate];
  return { text, icon, tone };
}

const incoming = (t: Translate): Record<Fate, [string, string, FateWord['tone']]> => ({
  received: [t('Being read'), 'clock', 'blue'],
  ticket: [t('New ticket'), 'ticket', 'green'],
  appended: [t('Added to a ticket'), 'message-square-text', 'green'],
  parked: [t('Parked'), 'circle-pause', 'amber'],
  refused: [t('Refused'), 'circle-slash', 'gray'],
  duplicate: [t('Duplicate'), 'layers', 'gray'],
  bounce: [t('Bounce report'), 'rotate-ccw', 'gray'],
  ignored: [t('Ignored'), 'circle-slash', 'gray'],
  quarantined: [t('Quarantined'), 'shield-alert', 'red'],
});

const outgoing = (t: Translate): Record<OutFate, [string, string, FateWord['tone']]> => ({
  waiting: [t('Waiting'), 'clock', 'blue'],
  sending: [t('Sending'), 'send', 'blue'],
  sent: [t('Sent'), 'check', 'green'],
  retrying: [t('Retrying'), 'refresh-cw', 'amber'],
  failed: [t('Failed'), 'circle-alert', 'red'],
  bounced: [t('Bounced'), 'triangle-alert', 'red'],
  cancelled: [t('Cancelled'), 'x', 'gray'],
});

/** Why it had this fate, as a sentence. */
export function becauseOf(line: MailLine, t: Translate, now: Date, when: (at: Date) => string): string {
  if (line.direction === 'in') {
    if (line.fate !== 'received') return ruleSentence(line.rule, line.answer, t);
    return line.attempts > 1 ? t('It is tried again {{when}}.', { when: when(line.nextAttemptAt) }) : '';
  }
  return outgoingBecause(line, t, now, when);
}

/** Which rule decided, and whether who wrote a refused mail was told. */
export const ruleSentence = (rule: string | null, answer: unknown, t: Translate): string =>
  [sentenceOf(rule), answerSentenceOf(answer)]
    .filter(Boolean)
    .map(sentence => t(sentence))
    .join(' ');

type Sent = {
  fate: OutFate;
  attempts: number;
  nextAttemptAt: Date;
  lastError: string | null;
  bounce: { status?: string | null; reason?: string | null } | null;
};

/** Longer than changes are held together: only quiet hours put off a mail that was not tried yet. */
const HELD_MS = 2 * 60_000;

export function outgoingBecause(mail: Sent, t: Translate, now: Date, when: (at: Date) => string): string {
  const error = mail.lastError ?? '';
  switch (mail.fate) {
    case 'retrying':
      return t('Try {{attempt}} failed: {{error}}. The next one is {{when}}.', {
        attempt: mail.attempts,
        error: error.replace(/\.$/, ''),
        when: when(mail.nextAttemptAt),
      });
    case 'bounced':
      return t('It came back: {{reason}}', { reason: bounceReason(mail.bounce, t) });
    case 'failed':
      if (mail.bounce?.reason)
        return t('It was refused: {{reason}}', { reason: bounceReason(mail.bounce, t) });
      return error || t('It was given up.');
    case 'cancelled':
      return error;
    case 'waiting':
      return mail.nextAttemptAt.getTime() - now.getTime() > HELD_MS
        ? t('It waits for the end of their quiet hours: it is sent {{when}}.', {
            when: when(mail.nextAttemptAt),
          })
        : t('It is sent {{when}}.', { when: when(mail.nextAttemptAt) });
    default:
      return '';
  }
}

/** What a mail server meant, with its status for who wants to look it up. */
export function bounceReason(
  bounce: { status?: string | null; reason?: string | null } | null | undefined,
  t: Translate,
): string {
  const reason = bounceWord(bounce?.reason ?? '', t);
  return bounce?.status ? t('{{reason}} ({{status}})', { reason, status: bounce.status }) : reason;
}

/** What a mail of ours tells, where it has no subject of a ticket. */
export function templateWord(template: string, t: Translate): string {
  const words: Record<string, string> = {
    'verify-email': t('Confirm your address'),
    'account-exists': t('You have an account already'),
    'account-waiting': t('Somebody waits for approval'),
    'account-approved': t('Account approved'),
    'account-rejected': t('Account declined'),
    invitation: t('Invitation'),
    'password-reset': t('New password asked for'),
    'password-changed': t('Password changed'),
    'ticket-received': t('Ticket received'),
    'ticket-new': t('New ticket for the team'),
    'ticket-reply': t('Reply'),
    'ticket-status': t('Status changed'),
    'ticket-assigned': t('Assigned'),
    'ticket-note': t('Internal note'),
    'ticket-mention': t('Mention'),
    digest: t('Daily digest'),
    'template-test': t('Test of a template'),
  };
  return words[template] ?? template;
}

export const stepWord = (type: string, t: Translate): string =>
  ({
    'mail.approved': t('Let it in'),
    'mail.refused': t('Refused it'),
    'mail.rerun': t('Ran it again'),
    'mail.moved': t('Moved it to another ticket'),
    'mail.retried': t('Sent it again'),
  })[type] ?? type;
