import type { Role } from '../access/actor.ts';
import type { Facts } from './audience.ts';
import type { Notice } from './recipients.ts';

/** What somebody may choose about, the most personal first: the order of every list of them. */
const HAPPENING = [
  'mention',
  'assigned',
  'reply',
  'note',
  'status',
  'team',
  'following',
  'received',
] as const;

/** Chosen already, and used once what they tell of exists. */
const COMING = [
  'approval-asked',
  'approval-decided',
  'sla-warning',
  'sla-breach',
  'satisfaction',
  'incident',
  'report',
] as const;

export type Topic = (typeof HAPPENING)[number] | (typeof COMING)[number];
export const topics: readonly Topic[] = [...HAPPENING, ...COMING];
export const isComing = (topic: Topic) => COMING.some(each => each === topic);

export type MailChoice = 'now' | 'digest' | 'off';
export type Choice = { page: boolean; mail: MailChoice; push: boolean };
export type Choices = Record<Topic, Choice>;

const FOR_EVERYONE: readonly Topic[] = [
  ...(['reply', 'status', 'following', 'received'] as const),
  ...(['approval-asked', 'approval-decided', 'satisfaction', 'incident'] as const),
];

/** Nobody chooses about what cannot reach them. */
export const topicsFor = (role: Role): readonly Topic[] => (role === 'employee' ? FOR_EVERYONE : topics);

const PUSHED: Record<Role, readonly Topic[]> = {
  employee: ['reply', 'status', 'approval-asked'],
  coordinator: ['mention', 'assigned', 'reply', 'approval-asked', 'sla-breach'],
  admin: ['mention', 'assigned', 'approval-asked'],
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

/**
 * Who asked is never left without the answer: an employee, who may not look at the page for weeks, gets each reply to
 * their own tickets by mail, at once or in the digest. A reply to the desk, and a new status, are at least on the page.
 */
export const mailChoicesFor = (role: Role, topic: Topic): readonly MailChoice[] =>
  role === 'employee' && topic === 'reply' ? ['now', 'digest'] : ['now', 'digest', 'off'];

const NEVER_UNSEEN: readonly Topic[] = ['reply', 'status'];
export const isUnseen = (topic: Topic, { page, mail }: Choice) =>
  NEVER_UNSEEN.includes(topic) && !page && mail === 'off';

/** What was chosen, made to keep that rule: a choice may be older than the person's role, or than the rule. */
export function heard(role: Role, choices: Choices): Choices {
  const kept = { ...choices };
  for (const topic of NEVER_UNSEEN) {
    const choice = kept[topic];
    if (!mailChoicesFor(role, topic).includes(choice.mail)) kept[topic] = { ...choice, mail: 'now' };
    else if (isUnseen(topic, choice)) kept[topic] = { ...choice, page: true };
  }
  return kept;
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
