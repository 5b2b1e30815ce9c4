import { query } from '../../db/knex.ts';
import type { Context } from '../context.ts';

/** How the words are looked for: all mails with the rarest of them at once, or the newest mails one by one. */
export type Way = { isRare: boolean; rarest: string };

/** A word in more mails than these is a common one. */
export const MOST_MATCHES = 2_000;

/**
 * What the database noted of the commonest words when it last looked at the table; a word it did not note is rare. An
 * old note costs time, never a mail.
 */
const IN_MAILS = `
  select w.word, c.reltuples * coalesce((
      select sum(e.share) from pg_stats s, unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) as e (element, share)
      where s.schemaname = current_schema and s.tablename = 'inbound_mails' and s.attname = 'subject_words'
        and starts_with(e.element, w.word)), 0) as n
  from unnest(?::text[]) as w (word), pg_class c where c.oid = 'inbound_mails'::regclass`;
/** Of a mail that went out: what its ticket is about. */
const IN_TICKETS = `
  select w.word, (select coalesce(sum(documents), 0) from lexicon where word >= w.word and word < w.word || '~') as n
  from unnest(?::text[]) as w (word)`;

const wayBy =
  (sql: string) =>
  async ({ db }: Pick<Context, 'db'>, words: readonly string[]): Promise<Way> => {
    const found = await query<{ word: string; n: number }>(db, sql, [words]);
    const [first] = found.sort((a, b) => a.n - b.n || b.word.length - a.word.length);
    return { isRare: (first?.n ?? 0) <= MOST_MATCHES, rarest: first?.word ?? '' };
  };

export const wayInMails = wayBy(IN_MAILS);
export const wayInTickets = wayBy(IN_TICKETS);
