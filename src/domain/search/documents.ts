import type { Knex } from 'knex';
import type { Tx } from '../context.ts';
import type { DomainEvent } from '../events/dispatching.ts';
import { lexiconChanges } from './lexicon.ts';
import { wordsOf } from './querying.ts';

/** tsvector keeps positions up to 16383 and refuses more than a megabyte; what is beyond is not found. */
const MAX_WORDS = 12_000;
const MAX_PLACES = 60;

type Source = Whose & {
  id: number;
  number: number;
  subject: string;
  replies: string[] | null;
  notes: string[] | null;
};

type Whose = { teamIds: readonly number[]; requesterId: number; watcherIds: readonly number[] };

/**
 * Words that no person can type, so that the index itself finds "in my teams" or "of mine". They are a hint, kept
 * up by events: every hit is still checked against the tickets themselves.
 */
export const scopeWords = ({ teamIds, requesterId, watcherIds }: Whose): string[] => [
  ...teamIds.map(id => `team:${id}`),
  `of:${requesterId}`,
  ...watcherIds.map(id => `seen:${id}`),
];

const SOURCES = `
  select t.id, t.number, t.subject, array[t.queue_team] as "teamIds", t.requester_id as "requesterId",
         array(select w.user_id from ticket_watchers w where w.ticket_id = t.id) as "watcherIds",
         array_agg(c.body order by c.id) filter (where c.kind = 'reply') as replies,
         array_agg(c.body order by c.id) filter (where c.kind = 'note') as notes
  from tickets t left join comments c on c.ticket_id = t.id and c.redacted_at is null
  where t.id = any(?::bigint[]) group by t.id`;

const STORE = `
  with sent as (select * from unnest(?::bigint[], ?::tsvector[], ?::tsvector[]) as d (ticket_id, public_words, staff_words)),
  fresh as (select ticket_id, coalesce(staff_words, public_words) as words from sent),
  old as (select ticket_id, coalesce(d.staff_words, d.public_words) as words from ticket_documents d join sent using (ticket_id)),
  stored as (
    insert into ticket_documents (ticket_id, public_words, staff_words) select * from sent
    on conflict (ticket_id) do update
      set public_words = excluded.public_words, staff_words = excluded.staff_words, updated_at = now())
  ${lexiconChanges('fresh', 'old')}`;

/**
 * Writes the search document of each ticket anew from what it holds now, 500 at a time; also for seed and import.
 * Words are made by `wordsOf`, the same that makes a query's, so both always agree.
 */
export async function indexTickets(db: Knex, ticketIds: readonly number[]): Promise<void> {
  for (let start = 0; start < ticketIds.length; start += 500) {
    const { rows } = await db.raw<{ rows: Source[] }>(SOURCES, [ticketIds.slice(start, start + 500)]);
    const documents = rows.map(documentOf);
    await db.raw(STORE, [
      rows.map(row => row.id),
      documents.map(each => each.public),
      documents.map(each => each.staff) as string[],
    ]);
  }
}

/** After events: one writer a ticket at a time, so that an older reading never replaces a newer one. */
export async function indexChanged(tx: Tx, events: readonly DomainEvent[]): Promise<void> {
  const ids = [...new Set(events.flatMap(event => event.ticketId ?? []))].sort((a, b) => a - b);
  if (ids.length === 0) return;
  await tx.db.raw(
    `select pg_advisory_xact_lock(hashtextextended('document:' || id, 0))
     from (select id from unnest(?::bigint[]) as id order by id) as ordered`,
    [ids],
  );
  await indexTickets(tx.db, ids);
}

/** Both vectors as PostgreSQL reads them; pure, so that bulk data gets the same words without asking for its texts. */
export function documentOf({ number, subject, replies, notes, ...whose }: Omit<Source, 'id'>): {
  public: string;
  staff: string | null;
} {
  const open = [subject, String(number), ...(replies ?? [])];
  const scope = scopeWords(whose)
    .map(word => ` '${word}'`)
    .join('');
  return { public: vector(open) + scope, staff: notes ? vector([...open, ...notes]) + scope : null };
}

/** `'word':1,7 'other':2`. The first text weighs most; a gap keeps phrases from reaching into the next. */
function vector(texts: readonly string[]): string {
  const places = new Map<string, string[]>();
  let place = 0;
  texts.forEach((text, i) => {
    for (const word of wordsOf(text)) {
      place += 1;
      if (place > MAX_WORDS) return;
      const found = places.get(word) ?? [];
      if (found.length < MAX_PLACES) found.push(`${place}${i === 0 ? 'A' : ''}`);
      places.set(word, found);
    }
    place += 1;
  });
  return [...places].map(([word, found]) => `'${word}':${found.join(',')}`).join(' ');
}
