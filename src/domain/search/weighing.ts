import { type Term, termQuery } from './parsing.ts';

/** What `weighedSql` asks for; nothing where no word must be there. */
export function weighing(terms: readonly Term[] = []) {
  const wanted = terms.filter(term => !term.not);
  if (wanted.length === 0) return undefined;
  return {
    values: {
      queries: wanted.map(termQuery),
      wholes: wanted.map(term => termQuery({ ...term, unfinished: false })),
    },
  };
}

/** The hits, each with how much each term says in what the person may read of the document. */
export const weighedSql = (hits: string, readable: string): string => `
  with hits as materialized (${hits})
  select t.id, array(select ts_rank('{0.3,0.3,0.3,1}', d.words, w.query, 1) + ts_rank('{0.3,0.3,0.3,1}', d.words, w.whole, 1)
                     from unnest(:queries::text[]::tsquery[], :wholes::text[]::tsquery[]) with ordinality as w (query, whole, n) order by n)::float8[] as weights
  from hits cross join lateral (select * from tickets where id = hits.id offset 0) as t
  cross join lateral (select ${readable} as words from ticket_documents d where d.ticket_id = t.id offset 0) as d
  order by hits.created_at desc, hits.id desc`;
