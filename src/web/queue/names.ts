import type { Request } from 'express';
import type { QueueCounts } from '../../domain/tickets/counting.ts';
import type { QueueView } from '../../domain/tickets/queue.ts';
import type { ListAddress } from './address.ts';

type Words = Pick<Request, 't'>;

export function viewName({ t }: Words, view: QueueView): string {
  const names: Record<QueueView, string> = {
    'needs-reply': t('Needs a reply'),
    mine: t('Assigned to me'),
    unassigned: t('Unassigned'),
    'due-soon': t('Due in 2 hours'),
    overdue: t('Overdue'),
    waiting: t('Waiting'),
    all: t('All tickets'),
  };
  return names[view];
}

export const listName = (words: Words, { saved, view }: Pick<ListAddress, 'saved' | 'view'>) =>
  saved?.name ?? viewName(words, view);

/** Null where nothing counts: all tickets are too many to. */
export const countOf = (view: QueueView, counts: QueueCounts): number | null =>
  ({
    'needs-reply': counts.needsReply,
    mine: counts.mine,
    unassigned: counts.unassigned,
    'due-soon': counts.dueSoon,
    overdue: counts.overdue,
    waiting: counts.waiting,
    all: null,
  })[view];
