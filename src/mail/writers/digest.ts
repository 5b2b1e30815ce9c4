import type { DigestLine, DigestTicket } from '../../domain/notifications/digest-letter.ts';
import type { DigestLetter } from '../../domain/notifications/letter.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';
import type { Content } from '../content.ts';
import type { Pen } from '../formatting.ts';

export function digestContent(letter: DigestLetter, pen: Pen): Content {
  const { t } = pen;
  const { tickets } = letter;
  const heading = t('Your day in {{count}} tickets', { count: tickets.length });
  return {
    subject: heading,
    preheader: tickets
      .slice(0, 3)
      .map(({ number, subject }) => `#${number} ${subject}`)
      .join(' · '),
    heading,
    sections: tickets.map(ticket => sectionOf(ticket, pen)),
    button: { label: t('See all notifications'), url: pen.url(paths.notifications) },
    why: t('You get this because you asked for a daily digest.'),
    choose: { label: t('Choose what comes here, and when'), url: pen.url(paths.notificationPreferences) },
    ...(letter.unsubscribeToken && {
      stop: { label: t('Stop the digest'), url: pen.url(paths.unsubscribe(letter.unsubscribeToken)) },
    }),
  };
}

const sectionOf = ({ number, subject, lines }: DigestTicket, pen: Pen) => ({
  title: `#${number} ${subject}`,
  url: pen.url(paths.ticket(number)),
  lines: lines.map(line => `${pen.time(line.occurredAt)} ${sentence(line, pen.t)}`),
});

function sentence(line: DigestLine, t: Translate): string {
  const said = line.excerpt ? `: ${line.excerpt}` : '';
  return `${whatHappened(line, t)}${said}`;
}

function whatHappened({ template, topic, actorName, statusName }: DigestLine, t: Translate): string {
  const name = actorName ?? t('Somebody');
  if (topic === 'mention') return t('{{name}} has mentioned you', { name });
  switch (template) {
    case 'ticket-received':
      return t('We have your ticket');
    case 'ticket-new':
      return t('{{name}} needs help', { name });
    case 'ticket-assigned':
      return t('{{name}} has given you a ticket', { name });
    case 'ticket-reply':
      return t('{{name}} has answered', { name });
    case 'ticket-mention':
      return t('{{name}} has mentioned you', { name });
    case 'ticket-note':
      return t('{{name}} has added an internal note', { name });
    case 'ticket-status':
      return statusName ? t('Now: {{status}}', { status: t(statusName) }) : t('The status has changed');
  }
}
