import type { Facts } from '../../domain/bulk/facts.ts';
import type { Previewed } from '../../domain/bulk/previewing.ts';
import type { BulkTask, Reason, UndoTask } from '../../domain/bulk/task.ts';
import { sortedTags } from '../../domain/tickets/tag.ts';
import type { Translate } from '../../platform/translating.ts';
import { priorityWord } from '../rendering/drawing.ts';
import type { ActName } from './bulk-form.ts';

export type ActWord = { act: ActName; text: string; icon: string };

/** What can be chosen beside the acts of the bar. */
export const moreActs = (t: Translate): ActWord[] => [
  { act: 'assign', text: t('Assign to somebody'), icon: 'user-plus' },
  { act: 'team', text: t('Move to a team'), icon: 'users-round' },
  { act: 'category', text: t('Change category'), icon: 'list-tree' },
  { act: 'add-tags', text: t('Add tags'), icon: 'plus' },
  { act: 'remove-tags', text: t('Remove tags'), icon: 'x' },
  { act: 'reply', text: t('Reply to all'), icon: 'send' },
  { act: 'note', text: t('Add a note'), icon: 'pencil' },
  { act: 'macro', text: t('Run a macro'), icon: 'zap' },
  { act: 'follow', text: t('Follow tickets'), icon: 'eye' },
  { act: 'solve', text: t('Mark as solved'), icon: 'circle-check' },
  { act: 'close', text: t('Close tickets'), icon: 'circle-check-big' },
  { act: 'spam', text: t('Mark as spam'), icon: 'shield-alert' },
];

export const barActs = (t: Translate): ActWord[] => [
  { act: 'assign-me', text: t('Assign to me'), icon: 'user-check' },
  { act: 'status', text: t('Change status'), icon: 'circle-dot' },
  { act: 'priority', text: t('Change priority'), icon: 'p-high' },
  { act: 'merge', text: t('Merge'), icon: 'git-merge' },
];

export function actHeading(act: (BulkTask | UndoTask)['act'] | ActName, t: Translate): string {
  if (act === 'undo') return t('Undo');
  return [...barActs(t), ...moreActs(t)].find(each => each.act === act)?.text ?? t('Change tickets');
}

/** The question on the page that asks for the rest of an act. */
export function askHeading(act: ActName, count: number, t: Translate): string {
  switch (act) {
    case 'status':
      return t('Change the status of {{count}} tickets', { count });
    case 'priority':
      return t('Change the priority of {{count}} tickets', { count });
    case 'reply':
      return t('Reply to {{count}} tickets', { count });
    case 'merge':
      return t('Merge {{count}} tickets', { count });
    default:
      return `${actHeading(act, t)}: ${t('{{count}} tickets', { count })}`;
  }
}

/** The button that starts it names the act and how many it is about. */
export function startWord(act: BulkTask['act'], count: number, t: Translate): string {
  switch (act) {
    case 'reply':
      return t('Reply to {{count}} tickets', { count });
    case 'note':
      return t('Add a note to {{count}} tickets', { count });
    case 'merge':
      return t('Merge {{count}} tickets', { count });
    case 'close':
      return t('Close {{count}} tickets', { count });
    case 'spam':
      return t('Mark {{count}} tickets as spam', { count });
    default:
      return t('Change {{count}} tickets', { count });
  }
}

/** What the act makes of each ticket, where that is a value with a name. */
export function valueWord(task: BulkTask, facts: Facts, t: Translate): string {
  switch (task.act) {
    case 'assign':
      return facts.assignee?.name ?? t('Nobody');
    case 'status':
    case 'solve':
    case 'close':
      return task.act === 'status' && task.parameters.waitingOn === 'requester'
        ? t('Waiting on requester')
        : t(facts.status?.name ?? '–');
    case 'priority':
      return priorityWord(task.parameters.priority, t);
    case 'category':
      return facts.category?.name ?? t('None');
    case 'team':
      return facts.team?.name ?? t('None');
    case 'add-tags':
    case 'remove-tags':
      return task.parameters.tags.join(', ');
    case 'macro':
      return facts.macro?.name ?? '–';
    case 'merge':
      return facts.target ? `#${facts.target.number}` : '–';
    default:
      return '';
  }
}

/** What one ticket has afterwards: of tags all, also those that stay. */
export function thenWord(task: BulkTask, ticket: Previewed, facts: Facts, t: Translate): string {
  if (task.act !== 'add-tags' && task.act !== 'remove-tags') return valueWord(task, facts, t);
  const named = sortedTags(task.parameters.tags);
  const tags =
    task.act === 'add-tags'
      ? sortedTags([...ticket.tags, ...named])
      : ticket.tags.filter(tag => !named.includes(tag));
  return tags.join(', ') || t('No tags');
}

/** The value that it replaces on one ticket. */
export function currentWord({ act }: BulkTask, ticket: Previewed, t: Translate): string {
  switch (act) {
    case 'assign':
      return ticket.assigneeName || t('Nobody');
    case 'priority':
      return priorityWord(ticket.priority, t);
    case 'category':
      return ticket.categoryName ?? t('None');
    case 'team':
      return ticket.teamName ?? t('None');
    case 'add-tags':
    case 'remove-tags':
      return ticket.tags.join(', ') || t('No tags');
    default:
      return t(ticket.statusName);
  }
}

/** Why one ticket stays as it is. */
export function reasonWord(reason: Reason, t: Translate): string {
  const words: Record<Reason, string> = {
    same: t('Is like that already'),
    closed: t('Is closed'),
    solved: t('Is solved already'),
    'not-found': t('Is not there, or not yours to see'),
    'not-yours': t('You cannot change it'),
    'not-of-team': t('Belongs to a team that the person is not in'),
    'too-many-tags': t('Has as many tags as it can'),
    target: t('The others are merged into it'),
    merged: t('Is merged already'),
    'two-people': t('Somebody else asked for it'),
    invalid: t('Cannot take this change'),
    'changed-since': t('Was changed by somebody since'),
    partly: t('Put back in part; the rest was changed since'),
    failed: t('Could not be changed; try it on its own page'),
  };
  return words[reason];
}

/** The same of several. */
export function sumWord(reason: Reason, count: number, t: Translate): string {
  const words: Record<Reason, () => string> = {
    same: () => t('{{count}} are like that already', { count }),
    closed: () => t('{{count}} are closed already', { count }),
    solved: () => t('{{count}} are solved already', { count }),
    'not-found': () => t('{{count}} are not there, or not yours to see', { count }),
    'not-yours': () => t('{{count}} you cannot change', { count }),
    'not-of-team': () => t('{{count}} belong to a team that the person is not in', { count }),
    'too-many-tags': () => t('{{count}} have as many tags as they can', { count }),
    target: () => t('{{count}} is what the others are merged into', { count }),
    merged: () => t('{{count}} are merged already', { count }),
    'two-people': () => t('{{count}} were asked for by somebody else', { count }),
    invalid: () => t('{{count}} cannot take this change', { count }),
    'changed-since': () => t('{{count}} were changed by somebody since', { count }),
    partly: () => t('{{count}} were put back in part', { count }),
    failed: () => t('{{count}} could not be changed', { count }),
  };
  return words[reason]();
}
