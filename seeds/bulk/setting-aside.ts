import type pg from 'pg';

const TABLES = ['tickets', 'comments', 'events', 'ticket_documents'];

type Piece = { table: string; name: string; definition: string };
export type Aside = { constraints: Piece[]; indexes: Piece[] };

/**
 * Takes away what costs at every row: foreign keys, unique keys, secondary indexes and triggers. All in the
 * caller's transaction, so that whatever happens before its commit, the database itself puts them back.
 */
export async function setAside(client: pg.ClientBase): Promise<Aside> {
  const constraints = await read(client, CONSTRAINTS);
  const indexes = await read(client, INDEXES);
  for (const table of TABLES) await client.query(`alter table ${table} disable trigger user`);
  for (const { table, name } of constraints)
    await client.query(`alter table ${table} drop constraint ${name}`);
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  return { constraints, indexes };
}

/** `search_path` fixes how names are written: as they are, since all lie in `public`. */
const CONSTRAINTS = `
  select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
  from pg_constraint where contype in ('f', 'u') and conrelid = any($1::regclass[]) order by contype desc, oid`;

const INDEXES = `
  select indrelid::regclass::text as table, indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
  from pg_index i where indrelid = any($1::regclass[])
    and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('p', 'u', 'x'))
  order by indexrelid`;

const read = async (client: pg.ClientBase, sql: string): Promise<Piece[]> =>
  (await client.query<Piece>(sql, [TABLES])).rows;

/** Only the indexes of these tables, so that each kind can be timed. */
export async function restoreIndexes(
  client: pg.ClientBase,
  { indexes }: Aside,
  ofDocuments: boolean,
  onEach: () => void = () => {},
): Promise<void> {
  for (const { table, definition } of indexes) {
    if ((table === 'ticket_documents') !== ofDocuments) continue;
    await client.query(definition);
    onEach();
  }
}

export async function restoreConstraints(client: pg.ClientBase, { constraints }: Aside): Promise<void> {
  for (const { table, name, definition } of constraints) {
    await client.query(`alter table ${table} add constraint ${name} ${definition}`);
  }
  for (const table of TABLES) await client.query(`alter table ${table} enable trigger user`);
}
