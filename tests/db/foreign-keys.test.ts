import { expect, test } from 'vitest';
import { testDatabase } from '../support/db.ts';

const { db } = await testDatabase();

/**
 * Foreign keys without an index that begins with their columns. A partial index serves if all it leaves out is null:
 * those rows refer to nothing.
 */
const WITHOUT_INDEX = `
  select c.conrelid::regclass::text || ' (' || string_agg(a.attname, ', ' order by k.place) || ')' as name
  from pg_constraint c
  cross join unnest(c.conkey) with ordinality as k (attnum, place)
  join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum
  where c.contype = 'f' and c.connamespace = 'public'::regnamespace and not exists (
    select 1 from pg_index i
    where i.indrelid = c.conrelid and i.indisvalid
      and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey
      and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$'))
  group by c.oid, c.conrelid order by 1`;

/** Nothing is ever deleted from what these refer to, so nobody looks from there, and an index would only slow writes. */
const NOT_NEEDED = [
  // A status is renamed, never deleted, and a handful of them are shared by all tickets.
  'tickets (status, status_kind)',
  // Looked up by `queue_team`, which is made of it and has every index of a list.
  'tickets (team_id)',
  // The open ones have an index; those that ended are swept after a month.
  'user_sessions (user_id)',
];

test('every foreign key has an index, or a reason', async () => {
  const { rows } = await db.raw<{ rows: { name: string }[] }>(WITHOUT_INDEX);
  expect(rows.map(row => row.name)).toEqual(NOT_NEEDED);
});
