import type { Context } from '../context.ts';
import { authorize } from '../policies.ts';
import { visibleTickets } from '../tickets/finding.ts';
import type { StatusKind, WaitingOn } from '../tickets/status.ts';
import type { PersonName } from '../tickets/ticket.ts';
import { find, MAX_HITS, type Matching, matching } from './matching.ts';
import { type Asked, anyOf, findsSomething, type Hint, parseSearch, type Term } from './parsing.ts';
import { wayForAny } from './planning.ts';
import { ranked } from './ranking.ts';
import { type Mark, type Piece, pieces, snippet } from './snippets.ts';
import { type Correction, corrected, corrections } from './spelling.ts';

type Found = {
  id: number;
  number: number;
  subject: string;
  excerpt: string;
  said: string | null;
  status: string;
  statusName: string;
  statusKind: StatusKind;
  waitingOn: WaitingOn | null;
  updatedAt: Date;
  requester: PersonName;
};
export type SearchRow = Found & { title: Piece[]; snippet: Piece[] };

export type SearchOrder = 'best' | 'newest';
export type SearchRequest = { order?: SearchOrder; page?: number };

export type SearchResult = {
  exact?: number;
  rows: SearchRow[];
  more: boolean;
  hints: Hint[];
  corrections: Correction[];
  /** No ticket has all the words; these have some. */
  some: boolean;
};

export const SHOWN = 20;
/** So many hits are compared for the best, at most; of a common word the newest. */
const COMPARED = 40;
export const MAX_PAGES = MAX_HITS / SHOWN;

const NOTHING: SearchResult = { rows: [], more: false, hints: [], corrections: [], some: false };

/** Tickets by words and operators, or the ticket itself for "#1042": only what the person may see. */
export async function searchTickets(
  ctx: Context,
  text: string,
  { order = 'best', page = 1 }: SearchRequest = {},
): Promise<SearchResult> {
  authorize(ctx, 'ticket.list');
  const asked = parseSearch(text, ctx.now());
  const exact = asked.number && (await numbered(ctx, asked.number));
  if (exact) return { ...NOTHING, exact };
  if (!findsSomething(asked)) return { ...NOTHING, hints: asked.hints };
  const limit = Math.min(MAX_HITS, Math.max(COMPARED, page * SHOWN)) + 1;
  const weighed = order === 'best';
  const found = await asFarAsPossible(ctx, asked, { limit, weighed });
  const ids = weighed && found.hits[0]?.weights ? ranked(found.hits) : found.hits.map(hit => hit.id);
  const start = (page - 1) * SHOWN;
  return {
    rows: await rowsOf(ctx, ids.slice(start, start + SHOWN), found.terms),
    more: ids.length > start + SHOWN && page < MAX_PAGES,
    hints: [...asked.hints, ...found.filter.hints].slice(0, 3),
    corrections: found.corrections,
    some: found.some,
  };
}

/** The ticket of that number, if the person may see it. */
export async function numbered(ctx: Context, number: number): Promise<number | undefined> {
  const scope = visibleTickets(ctx);
  const [hit] = await scope.read<{ number: number }>(
    ctx.db,
    `select t.number from tickets t where t.number = :number and ${scope.visible}`,
    { number },
  );
  return hit?.number;
}

type Wish = { limit: number; weighed: boolean };
type Answer = Matching & { terms: Term[]; corrections: Correction[]; some: boolean };

/** All the words; else with the misspelt ones put right; else some of the words. */
async function asFarAsPossible(ctx: Context, asked: Asked, wish: Wish): Promise<Answer> {
  const exactly = await matching(ctx, asked, wish);
  const plain = { ...exactly, terms: asked.terms, corrections: [], some: false };
  if (exactly.hits.length > 0 || exactly.filter.nothing || asked.terms.length === 0) return plain;
  const { frequencies } = exactly;
  const unseen = asked.terms.length === 1 && asked.filters.length === 0 ? asked.terms[0] : undefined;
  const by = await corrections(ctx, asked.terms, { similar: frequencies.similar, unseen });
  const terms = corrected(asked.terms, by);
  if (by.size > 0) {
    const better = await matching(ctx, { ...asked, terms }, wish);
    if (better.hits.length > 0) return { ...better, terms, corrections: [...by.values()], some: false };
  }
  const wanted = anyOf(terms);
  if (!wanted) return plain;
  const { limit, weighed } = wish;
  const way = wayForAny(terms, frequencies, limit);
  const weigh = weighed ? terms : undefined;
  const hits = await find(ctx, { wanted, filter: exactly.filter, way, limit, weigh });
  return { ...plain, hits, terms, corrections: [...by.values()], some: hits.length > 0 };
}

/** Only the page's rows are read, each with the place in the conversation where a word stands. */
async function rowsOf(ctx: Context, ids: readonly number[], terms: readonly Term[]): Promise<SearchRow[]> {
  if (ids.length === 0) return [];
  const marks = marksOf(terms);
  const scope = visibleTickets(ctx);
  const rows = await scope.read<Found>(
    ctx.db,
    `select t.id, t.number, t.subject, t.excerpt, t.status, s.name as "statusName", t.status_kind as "statusKind", t.waiting_on as "waitingOn",
            t.updated_at as "updatedAt", jsonb_build_object('id', r.id, 'firstName', r.first_name, 'lastName', r.last_name) as requester,
            (select substring(c.body from greatest(1, strpos(lower(c.body), w.word) - 150) for 500)
             from (select body from comments where ticket_id = t.id and redacted_at is null and (kind = 'reply' or ${scope.works})
                   order by id limit 60) as c, unnest(:words::text[]) with ordinality as w (word, n)
             where strpos(lower(c.body), w.word) > 0 order by w.n limit 1) as said
     from unnest(:ids::bigint[]) with ordinality as hit (id, place) join tickets t on t.id = hit.id
     join statuses s on s.key = t.status join users r on r.id = t.requester_id
     where ${scope.visible} order by hit.place`,
    { ids, words: marks.map(mark => mark.word) },
  );
  return rows.map(row => ({
    ...row,
    title: pieces(row.subject, marks),
    snippet: (row.said && snippet(row.said, marks)) || pieces(row.excerpt, marks),
  }));
}

const marksOf = (terms: readonly Term[]): Mark[] =>
  terms
    .filter(term => !term.not)
    .flatMap(term =>
      term.words.map((word, i) => ({ word, unfinished: term.unfinished && i === term.words.length - 1 })),
    );
