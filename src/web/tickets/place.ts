import type { Request } from 'express';
import { neighbours } from '../../domain/tickets/queue.ts';
import type { Ticket } from '../../domain/tickets/ticket.ts';
import { paths } from '../../paths.ts';
import { isFiltered, type ListAddress, listAt, withWords } from '../queue/address.ts';
import { countOf, listName } from '../queue/names.ts';
import { navigationOf } from '../rendering/page.ts';
import { queryText, wholeText } from '../request.ts';

/**
 * Where the coordinator is in a list, carried by `?from=` of a ticket's address: `view.row.at.rest`: the view, the
 * ticket's row and cursor, and what else the list was asked for with the page it showed, which is the same for all
 * rows. Letters that need no escaping, so that links and forms pass it on as it is. Whatever it says is read like an
 * address: it opens nothing.
 */
type From = { key: string; words: Record<string, string> };

const MOST = 1_500;

/** `at` is the ticket's cursor, `row` its row of `rows` on the page. */
type Spot = { at: string; row?: number; rows?: number; after?: string; before?: string };

/** The `from` of each row of one page. */
export function fromsOf(
  { key, said }: Pick<ListAddress, 'key' | 'said'>,
  { rows, after, before }: Omit<Spot, 'at' | 'row'>,
): (at: string, row?: number) => string {
  const words = new URLSearchParams(said);
  for (const [name, value] of Object.entries({ rows, after, before }))
    if (value) words.set(name, String(value));
  const rest = Buffer.from(words.toString()).toString('base64url');
  return (at, row) => `${key}.${row ?? ''}.${at}${rest && `.${rest}`}`;
}

const fromOf = (list: Pick<ListAddress, 'key' | 'said'>, spot: Spot) =>
  fromsOf(list, spot)(spot.at, spot.row);

export function readFrom(text: string): From | undefined {
  const [, key, row = '', at = '', packed = ''] =
    /^([a-z-]{1,20}|v-\d{1,15})(?:\.(\d{0,3})\.([\w-]{0,60})(?:\.([\w-]*))?)?$/.exec(text) ?? [];
  if (!key) return undefined;
  const words = Object.fromEntries(new URLSearchParams(Buffer.from(packed, 'base64url').toString('utf8')));
  return { key, words: { ...words, row, at } };
}

/** What the ticket's links and forms carry on, or nothing. */
export function viewOf(req: Request): string | undefined {
  const text = queryText(req, 'from', MOST);
  return readFrom(text) && text;
}

/** The address of the ticket in the list the coordinator came from, so that an act does not lose the place in it. */
export function ticketIn(req: Request, ticket: Pick<Ticket, 'number'>): string {
  const view = viewOf(req);
  return view ? `${paths.ticket(ticket)}?from=${view}` : paths.ticket(ticket);
}

type Around = { number: number; from: string };
export type Place = {
  view: string | undefined;
  /** The list's entry in the sidebar. */
  nav: string;
  list?: { name: string; path: string };
  around: { previous: Around | null; next: Around | null };
  /** "4 of 11", where the list is counted. */
  position: { at: number; of: number } | null;
};

const NOWHERE: Place = { view: undefined, nav: '', around: { previous: null, next: null }, position: null };

/** The list the coordinator came from, with the tickets before and after this one. */
export async function placeInList(req: Request, ticket: Ticket): Promise<Place> {
  const view = viewOf(req);
  const from = view ? readFrom(view) : undefined;
  const list = from && (await listAt(req, from.key, name => clean(from.words[name])).catch(() => undefined));
  if (!view || !from || !list) return NOWHERE;
  const spot = spotOf(from.words);
  const isCounted = !list.saved && !isFiltered(list) && list.view !== 'all';
  const [found, navigation] = await Promise.all([
    neighbours(req.ctx, list, { number: ticket.number, at: spot.at, counted: isCounted }),
    isCounted ? navigationOf(req) : undefined,
  ]);
  const count = navigation && countOf(list.view, navigation.counts);
  return {
    view,
    nav: list.key,
    list: { name: listName(req, list), path: backTo(list, spot, ticket.number) },
    around: {
      previous: found.previous && {
        number: found.previous.number,
        from: fromOf(list, moved(spot, -1, found.previous.cursor)),
      },
      next: found.next && {
        number: found.next.number,
        from: fromOf(list, moved(spot, 1, found.next.cursor)),
      },
    },
    position: count && found.position && found.position <= count ? { at: found.position, of: count } : null,
  };
}

const clean = (text: string | undefined) => wholeText(text ?? '', 400);

function spotOf(words: Record<string, string>): Spot {
  const small = (text: string | undefined) => (/^\d{1,3}$/.test(text ?? '') ? Number(text) : undefined);
  return {
    at: clean(words.at),
    row: small(words.row),
    rows: small(words.rows),
    after: clean(words.after),
    before: clean(words.before),
  };
}

/** One row on or back: beyond its page, the page that begins or ends with it. */
function moved(spot: Spot, by: 1 | -1, at: string): Spot {
  const { row, rows } = spot;
  if (!row || !rows) return { at };
  const next = row + by;
  if (next >= 1 && next <= rows) return { ...spot, at, row: next };
  return by === 1 ? { at, rows, row: 1, after: spot.at } : { at, rows, row: rows, before: spot.at };
}

/** The list as it was left: the same page, at the ticket's row. */
function backTo(list: ListAddress, { after, before }: Spot, number: number): string {
  const page: Record<string, string> = { ...list.said };
  if (after) page.after = after;
  if (before) page.before = before;
  return `${withWords(paths.queueView(list.key), page)}#t${number}`;
}
