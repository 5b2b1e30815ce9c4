import type { TicketLetter } from '../../domain/notifications/letter.ts';
import type { Pen } from '../formatting.ts';

/** A mailbox of ours reads what answers the mail. */
export const canAnswer = ({ answering }: TicketLetter) => answering.address !== null;

const DAY_MS = 86_400_000;

/** What the requester can do next; a watcher only looks on. Each way is named only to whom it is open. */
export function nextSteps(letter: TicketLetter, pen: Pen): string[] {
  if (letter.reason !== 'requester') return [];
  const byMail = canAnswer(letter);
  if (letter.to.isContact && !byMail) return [];
  const says = saysOf(letter, pen);
  if (!says) return [];
  return [letter.to.isContact ? says.byMail : byMail ? says.byBoth : says.byPage];
}

type Says = { byMail: string; byPage: string; byBoth: string };

function saysOf(letter: TicketLetter, { t, weekday }: Pen): Says | undefined {
  const { ticket } = letter;
  if (ticket.statusKind === 'resolved') {
    const date = weekday(closesAt(letter));
    return {
      byMail: t('Still not working? Answer this mail before {{date}}. The ticket closes by itself then.', {
        date,
      }),
      byPage: t(
        'Still not working? Open the ticket and answer, or reopen it, before {{date}}. It closes by itself then.',
        { date },
      ),
      byBoth: t(
        'Still not working? Answer this mail, or open the ticket and reopen it, before {{date}}. It closes by itself then.',
        { date },
      ),
    };
  }
  if (ticket.statusKind === 'closed') {
    const byMail = t('You still need help? Answer this mail: it becomes a ticket that follows this one.');
    return {
      byMail,
      byBoth: byMail,
      byPage: t('You still need help? Open the ticket and start a follow-up.'),
    };
  }
  if (ticket.waitingOn !== 'requester') return undefined;
  return {
    byMail: t('Answer this mail. Until then the ticket waits.'),
    byPage: t('Open the ticket to answer. Until then it waits.'),
    byBoth: t('Answer this mail, or open the ticket. Until then it waits.'),
  };
}

const closesAt = ({ ticket, settings }: TicketLetter) =>
  new Date((ticket.resolvedAt ?? new Date()).getTime() + settings.autoCloseDays * DAY_MS);
