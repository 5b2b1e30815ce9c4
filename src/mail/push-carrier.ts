import type { PushCarrier } from '../domain/notifications/pushing.ts';
import type { NotificationKind } from '../domain/notifications/recipients.ts';
import { paths } from '../paths.ts';
import type { Translate, Translator } from '../platform/translating.ts';
import type { PushClient } from '../platform/web-push.ts';

/** Writes what a browser shows, in the person's language: the ticket's number and what kind of news it is. */
export function createPushCarrier(client: PushClient, translator: Translator): PushCarrier {
  return {
    carry(target, { number, kind, locale }, sender) {
      const t = translator.forLocale(locale);
      const payload = {
        title: t('Ticket {{number}}', { number: `#${number}` }),
        body: news(kind, t),
        url: paths.ticket(number),
        tag: `ticket-${number}`,
      };
      return client.send(target, JSON.stringify(payload), sender, { topic: `ticket-${number}` });
    },
  };
}

function news(kind: NotificationKind, t: Translate): string {
  switch (kind) {
    case 'mention':
      return t('You are mentioned');
    case 'assigned':
      return t('You have a new ticket');
    case 'new':
      return t('A new ticket for your team');
    case 'created-for':
      return t('A ticket was raised for you');
    case 'reply':
      return t('A new answer');
    case 'note':
      return t('A new internal note');
    case 'watching':
      return t('You follow a ticket now');
    case 'status':
      return t('The status has changed');
  }
}
