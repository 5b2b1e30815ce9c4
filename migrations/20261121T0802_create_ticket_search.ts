import type { Knex } from 'knex';

/**
 * One document a ticket. An employee's search reads public_words only; staff_words adds the notes and is
 * null where there are none. The numbers of both come from the app (src/domain/search/documents.ts).
 */
export async function up(knex: Knex) {
  await knex.raw(`
    create table ticket_documents (
      ticket_id bigint primary key references tickets (id) on delete cascade,
      public_words tsvector not null,
      staff_words tsvector,
      updated_at timestamptz not null default now()
    );
    create index ticket_documents_public on ticket_documents using gin (public_words) with (fastupdate = off);
    create index ticket_documents_staff on ticket_documents using gin ((coalesce(staff_words, public_words))) with (fastupdate = off);
    alter table ticket_documents set (autovacuum_vacuum_insert_scale_factor = 0.02);
    alter table tickets set (autovacuum_vacuum_insert_scale_factor = 0.02, fillfactor = 90);
  `);
}

export async function down(knex: Knex) {
  await knex.raw(
    'drop table ticket_documents; alter table tickets reset (autovacuum_vacuum_insert_scale_factor, fillfactor)',
  );
}
