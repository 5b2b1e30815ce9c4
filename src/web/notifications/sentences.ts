import { fullName } from '../../domain/access/actor.ts';
import type { Notification } from '../../domain/notifications/reading.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';

export type Grouped = Notification & { times: number };

/**
 * The same news of the same ticket in a row is one line: the newest, and how many there are. Only notices that are
 * alike read or unread go together, so that no line is half new.
 */
export function grouped(notices: readonly Notification[]): Grouped[] {
  const lines: Grouped[] = [];
  for (const notice of notices) {
    const last = lines.at(-1);
    if (last && isSameNews(last, notice)) last.times += 1;
    else lines.push({ ...notice, times: 1 });
  }
  return lines;
}

const isSameNews = (a: Notification, b: Notification) =>
  a.kind === b.kind &&
  a.ticket.number === b.ticket.number &&
  a.isNew === b.isNew &&
  a.actor?.id === b.actor?.id;

/** A notice in words, and where it leads. */
export const described = (notice: Grouped, t: Translate) => ({
  ...notice,
  sentence: sentence(notice, t),
  link: notice.commentId ? paths.comment(notice.ticket, notice.commentId) : paths.ticket(notice.ticket),
});

function sentence({ kind, actor, statusName, times }: Grouped, t: Translate): string {
  const name = actor ? fullName(actor) : t('Somebody');
  switch (kind) {
    case 'new':
      return t('{{name}} needs help', { name });
    case 'created-for':
      return t('{{name}} has raised a ticket for you', { name });
    case 'assigned':
      return t('{{name}} has given you a ticket', { name });
    case 'reply':
      return times > 1
        ? t('{{name}} has answered {{count}} times', { name, count: times })
        : t('{{name}} has answered', { name });
    case 'note':
      return times > 1
        ? t('{{name}} has added {{count}} internal notes', { name, count: times })
        : t('{{name}} has added an internal note', { name });
    case 'mention':
      return t('{{name}} has mentioned you', { name });
    case 'watching':
      return t('{{name}} lets you follow a ticket', { name });
    case 'status':
      return statusName ? t('Now: {{status}}', { status: t(statusName) }) : t('The status has changed');
  }
}
