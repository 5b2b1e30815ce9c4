import type { Request } from 'express';

declare module 'express-session' {
  interface SessionData {
    /** Tickets ticked on the pages of one list, while the person goes through it. */
    picked: { list: string; ids: number[] };
  }
}

const MOST = 500;

export type Picked = {
  /** Ticked, and on this page. */
  here: ReadonlySet<number>;
  /** Ticked on other pages of the same list. */
  elsewhere: number[];
};

/** What is ticked in the list of this request. Another list, or another filter, starts with nothing. */
export function pickedOn(req: Request, rows: readonly { id: number }[]): Picked {
  const { picked } = req.session;
  const ids = picked?.list === listOf(req.originalUrl) ? picked.ids : [];
  const shown = new Set(rows.map(row => row.id));
  return {
    here: new Set(ids.filter(id => shown.has(id))),
    elsewhere: ids.filter(id => !shown.has(id)),
  };
}

export function keepPicked(req: Request, path: string, ids: readonly number[]): void {
  if (ids.length === 0) delete req.session.picked;
  else req.session.picked = { list: listOf(path), ids: [...new Set(ids)].slice(0, MOST) };
}

export function forgetPicked(req: Request): void {
  if (req.session.picked) delete req.session.picked;
}

/** A list is its address without the place in it. */
function listOf(path: string): string {
  const url = new URL(path, 'http://list.invalid');
  for (const name of ['after', 'before']) url.searchParams.delete(name);
  url.searchParams.sort();
  return url.pathname + url.search;
}
