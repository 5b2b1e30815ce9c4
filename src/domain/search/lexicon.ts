import type { Knex } from 'knex';
import { query } from '../../db/knex.ts';
import type { Context } from '../context.ts';
import { isSpelled, type Term } from './parsing.ts';
import { forget, learnt, recalled } from './remembering.ts';

/** No word of the lexicon: scope words, ticket numbers and what nobody types. */
const KNOWN = `length(word) <= 30 and strpos(word, ':') = 0 and word !~ '^[0-9]{5,}$'`;

/** What the words of documents that are about to be written add to the lexicon, or take from it. For a `with`. */
export const lexiconChanges = (fresh: string, old: string) => `
  insert into lexicon_changes (word, documents)
  select word, sum(n) from (
    select unnest(tsvector_to_array(${fresh}.words)) as word, 1 as n from ${fresh}
    union all select unnest(tsvector_to_array(${old}.words)), -1 from ${old}) as changes
  where ${KNOWN} group by word having sum(n) <> 0`;

const FOLD = `
  with taken as (delete from lexicon_changes where id in (select id from lexicon_changes order by id limit 50000) returning word, documents),
  added as (select word, sum(documents) as documents from taken group by word having sum(documents) <> 0 order by word),
  stored as (insert into lexicon as l (word, documents) select word, documents from added where documents > 0
             on conflict (word) do update set documents = l.documents + excluded.documents),
  lowered as (update lexicon l set documents = greatest(l.documents + added.documents, 0) from added
              where added.documents < 0 and l.word = added.word)
  select (select count(*)::int from taken) as taken`;

/** Adds what indexing noted, and forgets words that stand nowhere any more. One at a time in all processes. */
export async function foldLexicon(ctx: Context): Promise<void> {
  const built = await ctx.transaction(async tx => {
    await tx.db.raw(`select pg_advisory_xact_lock(hashtextextended('lexicon', 0))`);
    const [row] = await query<{ empty: boolean }>(
      tx.db,
      'select not exists (select 1 from lexicon) and not exists (select 1 from lexicon_changes) and exists (select 1 from ticket_documents) as empty',
    );
    if (row?.empty) await tx.db.raw(BUILD);
    return row?.empty;
  });
  for (let taken = built ? 0 : 50_000; taken === 50_000; ) {
    taken = await ctx.transaction(async tx => {
      await tx.db.raw(`select pg_advisory_xact_lock(hashtextextended('lexicon', 0))`);
      const [row] = await query<{ taken: number }>(tx.db, FOLD);
      await tx.db.raw('delete from lexicon where documents <= 0');
      return row!.taken;
    });
  }
  forget(ctx);
}

/** From a sample of some 30,000 documents: for a database that was there before its lexicon, and for bulk data. */
export const BUILD = `
  with size as (select greatest(count(*), 1)::float8 as documents from (select 1 from ticket_documents limit 2000000) as d),
  share as (select least(100.0, 100.0 * 30000 / documents) as percent from size)
  insert into lexicon (word, documents)
  select word, ceil(ndoc * 100.0 / (select percent from share))
  from ts_stat(format('select coalesce(staff_words, public_words) from ticket_documents tablesample system (%s) repeatable (1)',
                      (select percent from share))) as found
  where ${KNOWN} on conflict (word) do update set documents = excluded.documents`;

const LIKENESSES = 8;
const LIKE = (word: string) => `
  select l.word from lexicon l where l.word % ${word} and l.word <> ${word} and l.documents > 0
    and length(l.word) between length(${word}) - 2 and length(${word}) + 2
  order by similarity(l.word, ${word}) desc, l.documents desc, l.word limit ${LIKENESSES}`;

const KNOWLEDGE = `
  select known.documents, (select greatest(reltuples, 1)::float8 from pg_class where oid = 'ticket_documents'::regclass) as total,
         case when w.spelled and known.documents = 0 then array(${LIKE('w.word')}) end as similar
  from unnest(?::text[], ?::boolean[], ?::boolean[]) with ordinality as w (word, unfinished, spelled, n)
  cross join lateral (select coalesce(case when w.unfinished
      then (select sum(documents) from (select documents from lexicon where word >= w.word and word < w.word || chr(1114109) limit 2000) as l)
      else (select documents from lexicon where word = w.word) end, 0)::float8 as documents offset 0) as known
  order by w.n`;

/** Of one word: in how many documents of how many it stands, and, of one that stands in none, which look like it. */
export type Knowledge = { documents: number; total: number; similar: string[] | null };
export type Frequencies = { total: number; of: Map<Term, number>; similar: Map<Term, string[]> };

/** In how many documents each term stands at most: in as many as its rarest word. One statement, or none for words just asked for. */
export async function frequenciesOf(ctx: Context, terms: readonly Term[]): Promise<Frequencies> {
  const words = terms.flatMap(term =>
    term.words.map((word, i) => ({
      term,
      word,
      unfinished: term.unfinished && i === term.words.length - 1,
      spelled: isSpelled(term),
    })),
  );
  const known = words.map(each => recalled(ctx, each));
  const asked = words.filter((_, i) => !known[i]);
  const rows = asked.length > 0 ? await query<Knowledge>(ctx.db, KNOWLEDGE, columns(asked)) : [];
  asked.forEach((each, i) => {
    learnt(ctx, each, rows[i]!);
  });
  const found: Frequencies = { total: 1, of: new Map(), similar: new Map() };
  words.forEach(({ term }, i) => {
    const { documents, total, similar } = known[i] ?? rows[asked.indexOf(words[i]!)]!;
    found.total = Math.max(found.total, total);
    found.of.set(term, Math.min(found.of.get(term) ?? Number.POSITIVE_INFINITY, documents));
    if (similar) found.similar.set(term, similar);
  });
  return found;
}

const columns = (words: readonly { word: string; unfinished: boolean; spelled: boolean }[]) => [
  words.map(each => each.word),
  words.map(each => each.unfinished),
  words.map(each => each.spelled),
];

/** Known words that look like this one, likest first; of equals, the more common one. */
export async function similarWords(db: Knex, word: string): Promise<string[]> {
  const rows = await query<{ word: string }>(
    db,
    LIKE('w.word').replace('lexicon l', 'lexicon l, (select ?::text as word offset 0) as w'),
    [word],
  );
  return rows.map(row => row.word);
}
