import type { Role } from '../access/actor.ts';
import type { Facts } from './audience.ts';
import type { Notice } from './recipients.ts';

/** What somebody may choose about, the most personal first: the order of every list of them. */
export const topics = [
  'mention',
  'assigned',
  'reply',
  'note',
  'status',
  'team',
  'following',
  'received',
] as const;
export type Topic = (typeof topics)[number];

export type MailChoice = 'now' | 'digest' | 'off';
export type Choice = { page: boolean; mail: MailChoice; push: boolean };
export type Choices = Record<Topic, Choice>;

const FOR_EVERYONE: readonly Topic[] = ['reply', 'status', 'following', 'received'];

/** Nobody chooses about what cannot reach them. */
export const topicsFor = (role: Role): readonly Topic[] => (role === 'employee' ? FOR_EVERYONE : topics);

const PUSHED: Record<Role, readonly Topic[]> = {
  employee: ['reply', 'status'],
  coordinator: ['mention', 'assigned', 'reply'],
  admin: ['mention', 'assigned'],
};

/** Everything at once, but for admins, whom each new ticket of a team they belong to would only keep from work. */
export function usualChoices(role: Role): Choices {
  const usual = (topic: Topic): Choice => ({
    page: true,
    mail: role === 'admin' && topic === 'team' ? 'digest' : 'now',
    push: PUSHED[role].includes(topic),
  });
  return Object.fromEntries(topics.map(topic => [topic, usual(topic)])) as Choices;
}

/** Under which topic a person is told: by what they are to the ticket, not only by what happened. */
export function topicOf({ userId, mail, page }: Notice, facts: Facts): Topic {
  if (page === 'mention' || page === 'assigned') return page;
  if (mail === 'ticket-received' || page === 'created-for') return 'received';
  if (page === 'new') return 'team';
  if (page === 'watching') return 'following';
  if (userId !== facts.requesterId && userId !== facts.assigneeId)
    return facts.watcherIds.includes(userId) ? 'following' : 'team';
  return page ?? 'reply';
}
