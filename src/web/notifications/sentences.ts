import { fullName } from '../../domain/access/actor.ts';
import type { Notification } from '../../domain/notifications/reading.ts';
import { paths } from '../../paths.ts';
import type { Translate } from '../../platform/translating.ts';

/** A notice in words, and where it leads. */
export const described = (notice: Notification, t: Translate) => ({
  ...notice,
  sentence: sentence(notice, t),
  link: notice.commentId ? paths.comment(notice.ticket, notice.commentId) : paths.ticket(notice.ticket),
});

function sentence({ kind, actor, statusName }: Notification, t: Translate): string {
  const name = actor ? fullName(actor) : t('Somebody');
  switch (kind) {
    case 'new':
      return t('{{name}} needs help', { name });
    case 'created-for':
      return t('{{name}} has raised a ticket for you', { name });
    case 'assigned':
      return t('{{name}} has given you a ticket', { name });
    case 'reply':
      return t('{{name}} has answered', { name });
    case 'note':
      return t('{{name}} has added an internal note', { name });
    case 'mention':
      return t('{{name}} has mentioned you', { name });
    case 'watching':
      return t('{{name}} lets you follow a ticket', { name });
    case 'status':
      return statusName ? t('Now: {{status}}', { status: t(statusName) }) : t('The status has changed');
  }
}
