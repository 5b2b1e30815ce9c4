import type { Request } from 'express';
import { NotFound } from '../../domain/errors.ts';
import {
  type FilterWords,
  filterFrom,
  filterKeys,
  type QueueFilter,
  readWords,
  type When,
} from '../../domain/tickets/filtering.ts';
import {
  defaultSort,
  type QueueSort,
  type QueueView,
  queueSorts,
  queueViews,
} from '../../domain/tickets/queue.ts';
import { findSavedView, type SavedView } from '../../domain/tickets/saved-views.ts';
import { paths } from '../../paths.ts';
import { startOfDay } from '../admin/day-bounds.ts';
import { queryText } from '../request.ts';

/** A list as its address says it: `/queue/mine?status=open`, or `/queue/v-12` for a saved one. */
export type ListAddress = {
  /** `mine`, or `v-12`. */
  key: string;
  view: QueueView;
  saved?: SavedView;
  sort: QueueSort;
  q: string;
  words: FilterWords;
  filter: QueueFilter;
  /** What the address says beyond the view itself; as few words as will do. */
  said: Record<string, string>;
};

/** Says that a filter of the saved view is taken off: `?status=-`. */
export const OFF = '-';

const SAID = [...filterKeys, 'q', 'sort'] as const;

type Reading = (name: string, maxLength?: number) => string;

/** The list in the address of this request; a saved view that the person is not shown is not there. */
export async function listAt(
  req: Request,
  key: string,
  read: Reading = (name, most) => queryText(req, name, most),
  known: readonly SavedView[] = [],
): Promise<ListAddress> {
  const saved = await savedAt(req, key, known);
  const view = saved?.base ?? queueViews.find(each => each === key);
  if (!view) throw new NotFound('No such view');
  const said = Object.fromEntries(SAID.map(name => [name, read(name)]).filter(([, text]) => text));
  const when = whenOf(req);
  const words = readWords({ ...saved?.filters, ...said }, when);
  const q = said.q === OFF ? '' : (said.q ?? saved?.q ?? '');
  const sort = queueSorts.find(each => each === said.sort) ?? saved?.sort ?? defaultSort(view);
  return { key, view, saved, sort, q, words, filter: filterFrom(words, when), said };
}

const savedAt = async (req: Request, key: string, known: readonly SavedView[]) => {
  const id = Number(/^v-(\d{1,15})$/.exec(key)?.[1]);
  if (Number.isNaN(id)) return undefined;
  return known.find(view => view.id === id) ?? findSavedView(req.ctx, id);
};

/** Now, and where the asker's day began, which only a filter by date asks for. */
export function whenOf({ ctx, timeZone }: Request): When {
  const now = ctx.now();
  return {
    now,
    get today() {
      const day = new Intl.DateTimeFormat('sv-SE', { timeZone }).format(now);
      return startOfDay(day, timeZone) ?? now;
    },
  };
}

export type Linking = (change: Record<string, string | null>, tail?: string) => string;

/** The same list with something changed; a new filter or order starts at the first page. */
export function linkingOf({ key, saved, said }: ListAddress): Linking {
  return (change, tail = '') => {
    const next: Record<string, string> = { ...said };
    for (const [name, value] of Object.entries(change)) {
      if (value !== null) next[name] = value;
      else if (saved && (name in saved.filters || (name === 'q' && saved.q))) next[name] = OFF;
      else delete next[name];
    }
    return withWords(paths.queueView(key) + tail, next);
  };
}

/** `?a=b` of what is said. */
export function withWords(path: string, words: Record<string, string>): string {
  const text = new URLSearchParams(words).toString();
  return text ? `${path}?${text}` : path;
}

/** Whether a list is narrowed more than its view says. */
export const isFiltered = ({ said, q, words, saved }: ListAddress) =>
  saved ? Object.keys(said).some(name => name !== 'sort') : q !== '' || Object.keys(words).length > 0;
