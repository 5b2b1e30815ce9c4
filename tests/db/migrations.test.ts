import { expect, test } from 'vitest';
import type { Database } from '../../src/db/knex.ts';
import { query } from '../../src/db/knex.ts';
import { migrate, pendingMigrations, rollbackAll } from '../../src/db/migrating.ts';
import { testDatabase } from '../support/db.ts';

const { db } = await testDatabase({ empty: true });

test('migrations go up, all the way down, and up again to the same schema', { timeout: 60_000 }, async () => {
  const bare = await schemaOf(db);
  const names = await migrate(db);
  expect(names.length).toBeGreaterThan(0);
  const first = await schemaOf(db);
  expect(first.length).toBeGreaterThan(bare.length);

  await rollbackAll(db);
  expect(await schemaOf(db), 'left behind by a down()').toEqual(bare);

  expect(await migrate(db)).toEqual(names);
  expect(await schemaOf(db)).toEqual(first);
  expect(await migrate(db), 'a second run has nothing to do').toEqual([]);
  expect(await pendingMigrations(db)).toEqual([]);
});

/** Their parents are never deleted, and the child side is found by other indexes. */
const WITHOUT_INDEX = [
  'comments.comments_redacted_by_fkey',
  'tickets.tickets_status_status_kind_fkey',
  'tickets.tickets_team_id_fkey',
];

/** Laid out by the packages that own them; ticket numbers come from a sequence that may leave gaps. */
const FOREIGN = /^public\.(web_sessions\.|rate_limits\.|tickets\.number )/;

test('each foreign key has an index that begins with its columns', async () => {
  const bare = await query<{ name: string }>(
    db,
    `select conrelid::regclass || '.' || conname as name
       from pg_constraint c
      where contype = 'f' and not exists (
        select from pg_index i
         where i.indrelid = c.conrelid
           and (i.indkey::smallint[])[0:cardinality(c.conkey) - 1] @> c.conkey
      )
      order by 1`,
  );
  expect(bare.map(row => row.name).filter(name => !WITHOUT_INDEX.includes(name))).toEqual([]);
});

test('texts are text, instants have a zone and keys are bigint identity', async () => {
  const odd = await query<{ name: string }>(
    db,
    `select table_schema || '.' || table_name || '.' || column_name || ' ' || data_type as name
       from information_schema.columns
      where table_schema = 'public' and table_name not like 'knex%'
        and (data_type in ('character varying', 'character', 'timestamp without time zone', 'money')
             or column_default like 'nextval%')
        and table_name not in (select table_name from information_schema.views)
      order by 1`,
  );
  expect(odd.map(row => row.name).filter(name => !FOREIGN.test(name))).toEqual([]);
});

/** Every table, column, constraint, index, function, type, sequence and schema, one line each. */
async function schemaOf(database: Database): Promise<string[]> {
  const lines = await query<{ line: string }>(
    database,
    `select line from (
       select 'schema ' || nspname as line, nspname from pg_namespace
       union all
       select 'column ' || a.attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod)
              || case when attnotnull then ' not null' else '' end || coalesce(' ' || pg_get_expr(adbin, adrelid), ''), nspname
         from pg_attribute a join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace
         left join pg_attrdef d on d.adrelid = attrelid and d.adnum = attnum
        where attnum > 0 and not attisdropped
       union all
       select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(c.oid), nspname
         from pg_constraint c join pg_namespace n on n.oid = connamespace
       union all
       select 'index ' || indexdef, schemaname from pg_indexes
       union all
       select 'trigger ' || pg_get_triggerdef(t.oid), nspname
         from pg_trigger t join pg_class c on c.oid = tgrelid join pg_namespace n on n.oid = relnamespace where not tgisinternal
       union all
       select 'function ' || p.oid::regprocedure || ' ' || md5(prosrc), nspname
         from pg_proc p join pg_namespace n on n.oid = pronamespace
        where not exists (select from pg_depend where objid = p.oid and deptype = 'e')
       union all
       select 'type ' || t.oid::regtype, nspname from pg_type t join pg_namespace n on n.oid = typnamespace
        where typtype in ('e', 'd')
     ) everything
     where nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and nspname not like 'pg_temp%'
       and nspname not like 'pg_toast_temp%' and line not like '%knex_migrations%'
     order by 1`,
  );
  return lines.map(row => row.line);
}
